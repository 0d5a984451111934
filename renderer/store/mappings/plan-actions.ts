import type { ModelId } from '../../../core/contract/ids.ts';
import type { MappingActionKind, MappingPlan, OtherNamesWanted } from '../../../core/contract/mapping/mapping.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { problemOf } from '../problem.ts';
import type { AppStore } from '../store.ts';
import { mappingRootOf, type PlanView, type Read } from './mappings-part.ts';
import { groupOrder, placeOf } from './plan-rows.ts';

const pageSize = 200;
const firstEntries = 8;
/** Reading on for a name ends somewhere: its folder may hold anything. */
const maxPagesForName = 20;

/** What is wanted of a plan. */
export interface Wish {
  readonly repairOnly?: boolean;
  readonly otherNames?: OtherNamesWanted;
}

const nothing = { rows: [], total: 0, nextCursor: null, isReading: false } as const;

/** From an app and its folder to a plan that can be looked at. Nothing in the folder changes. */
export function createPlanActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt, patch }: Doors,
) {
  let previewRun = 0;
  /** What was wanted last, and of which app. */
  let wished: { readonly app: string; readonly wish: Wish } | null = null;

  const withView = (planId: string, make: (view: PlanView) => Partial<PlanView>) =>
    patch(({ planView }) =>
      planView?.plan.plan_id === planId ? { planView: { ...planView, ...make(planView) } } : {},
    );

  const show = async (plan: MappingPlan, run: number) => {
    const { plan_id } = plan;
    const [pages, folders] = await Promise.all([
      Promise.all(
        groupOrder.map(async (action) =>
          plan.summary[action] === 0
            ? ([action, nothing] as const)
            : ([action, readOf(await client.call('mappings.plan', { plan_id, action, limit: pageSize }))] as const),
        ),
      ),
      Promise.all(
        plan.folders.map(async ({ path }) => {
          const page = await client.call('mappings.folder', { plan_id, path, limit: firstEntries });
          return [
            path,
            { rows: page.entries, total: page.total, nextCursor: page.next_cursor, isReading: false },
          ] as const;
        }),
      ),
    ]);
    if (run !== previewRun) return;
    const before = get().planView;
    const isSame = before?.plan.app === plan.app && before.plan.root === plan.root;
    set({
      preview: 'ready',
      previewProblem: null,
      planView: {
        plan,
        actions: Object.fromEntries(pages) as PlanView['actions'],
        folders: Object.fromEntries(folders),
        openGroups: isSame ? before.openGroups : [],
        openFolders: isSame ? before.openFolders : [],
        pickedId: null,
      },
    });
  };

  const preview = async (wish: Wish = {}) => {
    previewRun += 1;
    const run = previewRun;
    const app = get().mappingApp;
    const root = app === null ? null : mappingRootOf(get(), app);
    wished = app === null ? null : { app, wish };
    if (app === null || root === null) {
      set({ preview: 'idle', planView: null, previewProblem: null });
      return;
    }
    set({ preview: 'loading', previewProblem: null });
    try {
      const plan = await client.call('mappings.preview', {
        app,
        root,
        repair_only: wish.repairOnly ?? false,
        other_names: wish.otherNames ?? [],
        limit: 1,
      });
      if (run === previewRun) await show(plan, run);
    } catch (error) {
      if (run === previewRun) set({ preview: 'failed', previewProblem: problemOf(error), planView: null });
    }
  };

  const readActions = async (group: MappingActionKind, until: number) => {
    for (;;) {
      const view = get().planView;
      const read = view?.actions[group];
      if (!view || !read || read.isReading || read.nextCursor === null || read.rows.length > until) return;
      const { plan_id } = view.plan;
      const put = (next: Read<(typeof read.rows)[number]>) =>
        withView(plan_id, ({ actions }) => ({ actions: { ...actions, [group]: next } }));
      put({ ...read, isReading: true });
      const cursor = read.nextCursor;
      const page = await attempt(() =>
        client.call('mappings.plan', { plan_id, action: group, limit: pageSize, cursor }),
      );
      if (page === null) {
        put({ ...read, nextCursor: null });
        return;
      }
      put({ ...readOf(page), rows: [...read.rows, ...page.actions] });
    }
  };

  const readFolder = async (path: string) => {
    const view = get().planView;
    const read = view?.folders[path];
    if (!view || !read || read.isReading || read.nextCursor === null) return;
    const { plan_id } = view.plan;
    const put = (next: typeof read) => withView(plan_id, ({ folders }) => ({ folders: { ...folders, [path]: next } }));
    put({ ...read, isReading: true });
    const cursor = read.nextCursor;
    const page = await attempt(() => client.call('mappings.folder', { plan_id, path, limit: pageSize, cursor }));
    put(
      page === null
        ? read
        : { rows: [...read.rows, ...page.entries], total: page.total, nextCursor: page.next_cursor, isReading: false },
    );
  };

  const openFolder = async (path: string) => {
    const view = get().planView;
    if (!view) return;
    withView(view.plan.plan_id, ({ openFolders }) => ({ openFolders: [...new Set([...openFolders, path])] }));
    await readFolder(path);
  };

  return {
    preview,
    /** Plans anew what changed behind the plan's back: what the person chose of it still counts, as far as it still applies. */
    previewAnew: () => preview(wished?.app === get().mappingApp ? wished?.wish : {}),
    loadApps: async () => {
      const { apps, own_rules_path, problems } = await client.call('mappings.apps', {});
      patch(({ mappingApp }) => ({
        mappingApps: apps,
        ownRulesPath: own_rules_path,
        mappingProblems: problems,
        mappingApp: apps.find(({ app }) => app === mappingApp)?.app ?? apps[0]?.app ?? null,
      }));
    },

    actions: {
      chooseMappingApp(app: string) {
        set({ mappingApp: app, planView: null, installs: null, detectProblem: null });
        void preview();
      },
      /** Takes a folder as the app's own. The preview says whether anything speaks for that. */
      chooseMappingRoot(app: string, root: string) {
        patch(({ mappingRoots }) => ({
          mappingApp: app,
          mappingRoots: { ...mappingRoots, [app]: root },
          installs: null,
          planView: null,
        }));
        void preview();
      },
      askForMappingRoot: (app: string) =>
        patch(({ mappingRoots }) => ({
          mappingRoots: { ...mappingRoots, [app]: '' },
          planView: null,
          preview: 'idle',
          previewProblem: null,
        })),
      detectApps: async (path: string) => {
        set({ isDetecting: true, detectProblem: null });
        try {
          const { installs } = await client.call('mappings.detect', { path });
          set({ installs });
        } catch (error) {
          set({ installs: null, detectProblem: problemOf(error) });
        } finally {
          set({ isDetecting: false });
        }
      },
      previewMapping: () => preview(),
      /** Plans anew with another name for one conflict more, for all of them, or for none. */
      nameOtherwise(which: ModelId | 'all' | 'none') {
        const view = get().planView;
        if (!view) return;
        const { repair_only, other_names } = view.plan;
        const chosen = which === 'all' || other_names === 'all' ? 'all' : [...other_names, which as ModelId];
        void preview({ repairOnly: repair_only, otherNames: which === 'none' ? [] : chosen });
      },

      togglePlanGroup(group: MappingActionKind) {
        const view = get().planView;
        if (!view) return;
        withView(view.plan.plan_id, ({ openGroups }) => ({
          openGroups: openGroups.includes(group) ? openGroups.filter((open) => open !== group) : [...openGroups, group],
        }));
      },
      readActions,
      async toggleMappingFolder(path: string) {
        const view = get().planView;
        if (!view?.openFolders.includes(path)) await openFolder(path);
        else
          withView(view.plan.plan_id, ({ openFolders }) => ({
            openFolders: openFolders.filter((open) => open !== path),
          }));
      },
      readFolder,
      /** Marks a model in the table and where it will stand; its folder is read on until it is in sight. */
      pickMapped: (modelId: string | null) =>
        attempt(async () => {
          const view = get().planView;
          if (!view) return;
          withView(view.plan.plan_id, () => ({ pickedId: modelId }));
          const action = groupOrder
            .flatMap((group) => view.actions[group].rows)
            .find(({ model_id }) => model_id === modelId);
          const place = placeOf(view.plan.root, action?.target ?? null);
          const read = place && view.folders[place.path];
          if (!place || !read) return;
          const stands = () =>
            get().planView?.folders[place.path]?.rows.findIndex((entry) => entry.model_id === modelId) ?? -1;
          for (let page = 0; stands() < 0 && page < maxPagesForName; page++) {
            if (get().planView?.folders[place.path]?.nextCursor === null) return;
            await readFolder(place.path);
          }
          if (stands() >= 6) await openFolder(place.path);
        }),
    },
  };
}

function readOf<Row>(page: {
  readonly actions: readonly Row[];
  readonly total: number;
  readonly next_cursor: string | null;
}): Read<Row> {
  return { rows: page.actions, total: page.total, nextCursor: page.next_cursor, isReading: false };
}
