import type { WindowClient } from '../client/client.ts';
import { newCandidates } from './selectors.ts';
import type { AddItem, AddResult, AddSheet, AppState, Problem } from './state.ts';
import type { AppStore } from './store.ts';

/** Paths are read this many at a time: five hundred dropped at once must not become five hundred open requests. */
const readersAtOnce = 4;

interface AddDoors {
  readonly problemOf: (error: unknown) => Problem;
}

/** From what was dropped to what is in the library: read, review, register. Nothing happens on disk before `confirmAdd`. */
export function createAddActions({ getState, setState }: AppStore, client: WindowClient, { problemOf }: AddDoors) {
  const withSheet = (make: (sheet: AddSheet) => AddSheet | null) =>
    setState((state: AppState) => (state.addSheet ? { addSheet: make(state.addSheet) } : {}));

  const withItem = (path: string, change: Partial<AddItem>) =>
    withSheet((sheet) => ({
      ...sheet,
      items: sheet.items.map((item) => (item.path === path ? { ...item, ...change } : item)),
    }));

  const read = async (path: string) => {
    try {
      const classification = await client.call('models.classify', { path });
      const isRefused =
        classification.candidates.length === 0 ||
        classification.candidates.every(({ validation_state }) => validation_state === 'invalid');
      withItem(path, { classification, phase: isRefused ? 'refused' : 'ready' });
    } catch (error) {
      withItem(path, { problem: problemOf(error), phase: 'refused' });
    }
  };

  const addPaths = async (paths: readonly string[], pathlessCount = 0) => {
    const sheet: AddSheet =
      getState().addSheet?.phase === 'review' && getState().addSheet
        ? (getState().addSheet as AddSheet)
        : { phase: 'review', items: [], pathlessCount: 0 };
    const known = new Set(sheet.items.map(({ path }) => path));
    const fresh = [...new Set(paths)].filter((path) => !known.has(path));
    const items = fresh.map(
      (path): AddItem => ({
        path,
        phase: 'reading',
        classification: null,
        problem: null,
        results: [],
      }),
    );
    setState({ addSheet: { phase: 'review', items: [...sheet.items, ...items], pathlessCount } });
    const queue = [...fresh];
    const reader = async () => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) await read(path);
    };
    await Promise.all(Array.from({ length: readersAtOnce }, reader));
  };

  const registerItem = async (item: AddItem) => {
    withItem(item.path, { phase: 'registering' });
    const results: AddResult[] = [];
    for (const { path, name, validation_state } of newCandidates(item)) {
      if (getState().addSheet?.phase !== 'registering') return;
      const result = { path, name, validationState: validation_state, registration: null, problem: null };
      try {
        results.push({ ...result, registration: await client.call('models.register', { path }) });
      } catch (error) {
        results.push({ ...result, problem: problemOf(error) });
      }
      withItem(item.path, { results: [...results] });
    }
    withItem(item.path, { phase: 'done' });
  };

  return {
    openAdd: () => setState({ addSheet: { phase: 'review', items: [], pathlessCount: 0 } }),
    addPaths,
    /** Files from a drop: the desktop shell knows where they lie, a browser does not. */
    async addFiles(files: readonly File[]) {
      const paths = files.map((file) => client.desktop?.pathOf(file) ?? '').filter((path) => path !== '');
      await addPaths(paths, files.length - paths.length);
    },
    async pickFolder() {
      const path = await client.desktop?.pickFolder();
      if (path != null) await addPaths([path]);
    },
    dropItem: (path: string) =>
      withSheet((sheet) => ({ ...sheet, items: sheet.items.filter((item) => item.path !== path) })),
    /** Before the confirmation nothing has happened; during it, what is in stays in and the rest is left out. */
    closeAdd: () => setState({ addSheet: null }),
    async confirmAdd() {
      withSheet((sheet) => ({ ...sheet, phase: 'registering' }));
      for (const item of getState().addSheet?.items ?? []) if (item.phase === 'ready') await registerItem(item);
      withSheet((sheet) => ({ ...sheet, phase: 'done' }));
      const added = getState().addSheet?.items.flatMap(({ results }) => results) ?? [];
      const first = added.find(({ registration }) => registration !== null)?.registration;
      if (first) setState({ selectedId: first.model_id, isPaneOpen: true });
    },
  };
}
