import type { CommandInput } from '../../../core/contract/command.ts';
import type { Finding } from '../../../core/contract/finding.ts';
import { ModelId } from '../../../core/contract/ids.ts';
import type { ModelEdit } from '../../../core/contract/model.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { type Problem, problemOf } from '../problem.ts';
import type { AppState } from '../state.ts';
import type { AppStore } from '../store.ts';
import { indexModels } from '../sync.ts';

/** Of each kind of trouble, how many models are read: a screen shows less. */
export const unhealthyLimit = 200;

interface LibraryDoors extends Doors {
  readonly loadDetails: (modelId: string) => Promise<void>;
}

/** What a person does to a model that is in the library: edit, mend, relocate. */
export function createLibraryActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  doors: LibraryDoors,
) {
  const { attempt, patch, loadDetails } = doors;

  const loadHealth = async () => {
    const [invalid, degraded, { report }, { entries }] = await Promise.all([
      client.call('models.list', { state: 'invalid', limit: unhealthyLimit }),
      client.call('models.list', { state: 'degraded', limit: unhealthyLimit }),
      client.call('library.lastReconcile', {}),
      client.call('trash.list', {}),
    ]);
    const models = [...invalid.models, ...degraded.models];
    const records = await Promise.all(models.map(({ model_id }) => client.call('models.show', { model_id })));
    patch((state) => ({
      models: indexModels(state.models, models),
      details: { ...state.details, ...Object.fromEntries(records.map((record) => [record.model_id, record])) },
      unhealthyIds: models.map(({ model_id }) => model_id),
      lastReconcile: report,
      trash: entries,
    }));
  };

  const onHealth = async () => {
    if (get().screen === 'health') await loadHealth();
  };

  const withRecord = async (record: AppState['details'][string]) => {
    patch((state) => ({ details: { ...state.details, [record.model_id]: record } }));
    await onHealth();
  };

  const findingOf = (modelId: string, { code, path }: Finding) => ({
    model_id: ModelId.parse(modelId),
    code,
    ...(path !== undefined && { path }),
  });

  const checkAll = (modelIds: readonly string[]) =>
    attempt(async () => {
      for (const id of modelIds) await client.call('models.validate', { model_id: ModelId.parse(id) });
      const [only] = modelIds;
      if (modelIds.length === 1 && only !== undefined) await loadDetails(only);
      await onHealth();
    });

  return {
    loadHealth,
    checkAll,
    async describe(modelId: string) {
      const settle = (text: string, problem: Problem | null) =>
        patch(({ descriptors }) => ({ descriptors: { ...descriptors, [modelId]: { text, problem } } }));
      try {
        const descriptor = await client.call('models.describe', { model_id: ModelId.parse(modelId) });
        settle(JSON.stringify(descriptor, null, 2), null);
      } catch (error) {
        settle('', problemOf(error));
      }
    },
    checkAgain: (modelId: string) => checkAll([modelId]),
    acceptFinding: (modelId: string, finding: Finding) =>
      attempt(async () => withRecord(await client.call('models.accept', findingOf(modelId, finding)))),
    revokeFinding: (modelId: string, finding: Finding) =>
      attempt(async () => withRecord(await client.call('models.revoke', findingOf(modelId, finding)))),
    edit: (modelId: string, change: ModelEdit) =>
      attempt(async () => {
        const input: CommandInput<'models.edit'> = { ...change, model_id: ModelId.parse(modelId) };
        const record = await client.call('models.edit', input);
        patch(({ details, models, previewStamps }) => {
          const model = models[modelId];
          const { name, tags, favourite, preview } = record;
          return {
            ...(change.preview !== undefined && {
              previewStamps: { ...previewStamps, [modelId]: (previewStamps[modelId] ?? 0) + 1 },
            }),
            details: { ...details, [modelId]: record },
            ...(model && { models: { ...models, [modelId]: { ...model, name, tags, favourite, preview } } }),
          };
        });
      }),

    askToRelocate: (modelId: string | null) =>
      set({ relocating: modelId === null ? null : { modelId, isBusy: false, problem: null } }),
    /** Other weights than the model's own are refused until `force` says that they are meant. */
    async relocate(modelId: string, path: string, force = false) {
      const settle = (change: { readonly isBusy: boolean; readonly problem: Problem | null }) =>
        patch(({ relocating }) => ({
          relocating: relocating?.modelId === modelId ? { ...relocating, ...change } : relocating,
        }));
      settle({ isBusy: true, problem: null });
      try {
        const record = await client.call('models.relocate', { model_id: ModelId.parse(modelId), path, force });
        patch(({ relocating }) => ({ relocating: relocating?.modelId === modelId ? null : relocating }));
        await attempt(() => withRecord(record));
      } catch (error) {
        settle({ isBusy: false, problem: problemOf(error) });
      }
    },
    pickPath: async () => (await client.desktop?.pickFolder()) ?? null,

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
