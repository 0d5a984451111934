import type { Cause } from '../../../core/contract/cause.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import type { AppStore } from '../store.ts';
import { indexModels } from '../sync.ts';
import { causeKey } from './causes.ts';
import { type FindingPages, findingPageSize, modelsOfFindings, withFindingPage } from './health-part.ts';

/** The largest page that the core gives. */
const idsAtOnce = 500;

interface HealthDoors extends Doors {
  readonly checkMany: (modelIds: readonly string[]) => Promise<unknown>;
}

/** What the Health screen reads, and what it does to all models of a cause. */
export function createHealthActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { attempt, patch, checkMany }: HealthDoors,
) {
  const asked = new Set<string>();

  const read = async (cause: Cause, page: number) =>
    (
      await client.call('models.findings', {
        ...queryOf(cause),
        limit: findingPageSize,
        offset: page * findingPageSize,
      })
    ).findings;

  /** The pages that are there, anew: they stay in sight until the new ones come. */
  const readAgain = async (cause: Cause): Promise<FindingPages> => {
    const known = Object.keys(get().findingPages[causeKey(cause)] ?? {})
      .map(Number)
      .filter((page) => page * findingPageSize < cause.finding_count);
    return Object.fromEntries(await Promise.all(known.map(async (page) => [page, await read(cause, page)])));
  };

  const loadHealth = async () => {
    const [{ causes }, { report }, { entries }] = await Promise.all([
      client.call('models.causes', {}),
      client.call('library.lastReconcile', {}),
      client.call('trash.list', {}),
    ]);
    const pages = await Promise.all(causes.map(async (cause) => [causeKey(cause), await readAgain(cause)] as const));
    const findingPages = Object.fromEntries(pages.filter(([, known]) => Object.keys(known).length > 0));
    patch((state) => ({
      models: indexModels(state.models, modelsOfFindings({ causes, findingPages })),
      causes,
      findingPages,
      lastReconcile: report,
      trash: entries,
    }));
  };

  const onHealth = async () => {
    if (get().screen === 'health') await loadHealth();
  };

  return {
    loadHealth,
    onHealth,

    /** Reads a page of a cause that came into sight, once. */
    async loadFindings(cause: Cause, page: number) {
      const key = causeKey(cause);
      const call = `${key} ${page}`;
      if (get().findingPages[key]?.[page] !== undefined || asked.has(call)) return;
      asked.add(call);
      await attempt(async () => {
        const findings = await read(cause, page);
        patch(({ models, findingPages }) => ({
          models: indexModels(
            models,
            findings.map(({ model }) => model),
          ),
          findingPages: { ...findingPages, [key]: withFindingPage(findingPages[key], page, findings) },
        }));
      });
      asked.delete(call);
    },

    /** Opens the files of all models of a cause once more; one by one, with progress. */
    checkCause: (cause: Cause) =>
      attempt(async () => {
        const ids = new Set<string>();
        for (let offset = 0; offset < cause.finding_count; offset += idsAtOnce) {
          const { findings } = await client.call('models.findings', { ...queryOf(cause), limit: idsAtOnce, offset });
          for (const { model } of findings) ids.add(model.model_id);
        }
        await checkMany([...ids]);
        await onHealth();
      }),

    toggleLastCheck: () => patch(({ isLastCheckOpen }) => ({ isLastCheckOpen: !isLastCheckOpen })),
    lookAgain: () =>
      attempt(async () => {
        set({ isReconciling: true });
        try {
          set({ lastReconcile: await client.call('library.reconcile', {}) });
          await onHealth();
        } finally {
          set({ isReconciling: false });
        }
      }),
  };
}

function queryOf({ code, drive }: Cause) {
  return { code, ...(drive !== null && { drive }) };
}
