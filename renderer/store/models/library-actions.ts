import type { CommandInput } from '../../../core/contract/command.ts';
import { ModelId } from '../../../core/contract/ids.ts';
import type { Finding } from '../../../core/contract/library/finding.ts';
import type { ModelEdit } from '../../../core/contract/library/model.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { type Problem, problemOf } from '../problem.ts';
import type { AppState } from '../state.ts';
import type { AppStore } from '../store.ts';

interface LibraryDoors extends Doors {
  readonly loadDetails: (modelId: string) => Promise<void>;
  /** Reads Health anew where it is shown. */
  readonly onHealth: () => Promise<void>;
}

/** What a person does to a model that is in the library: edit, mend, relocate. */
export function createLibraryActions({ setState: set }: AppStore, client: WindowClient, doors: LibraryDoors) {
  const { attempt, patch, loadDetails, onHealth } = doors;

  const withRecord = async (record: AppState['details'][string]) => {
    patch((state) => ({ details: { ...state.details, [record.model_id]: record } }));
    await onHealth();
  };

  const findingOf = (modelId: string, { code, path }: Finding) => ({
    model_id: ModelId.parse(modelId),
    code,
    ...(path !== undefined && { path }),
  });

  return {
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
    checkAgain: (modelId: string) =>
      attempt(async () => {
        await client.call('models.validate', { model_id: ModelId.parse(modelId) });
        await loadDetails(modelId);
        await onHealth();
      }),
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
  };
}
