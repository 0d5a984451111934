import { ModelId } from '../../../core/contract/ids.ts';
import type { Metadata } from '../../../core/contract/library/metadata.ts';
import type { WindowClient } from '../../client/client.ts';
import type { Doors } from '../doors.ts';
import { problemOf } from '../problem.ts';
import type { AppStore } from '../store.ts';
import type { Bulk, BulkVerb } from './models-part.ts';

/** So many models are worked on at a time: quick, and the core still answers everybody else. */
const workersAtOnce = 4;

/** What is done to many models at once: one after the other, with progress, and what could not be done is told model by model. */
export function createBulkActions({ getState: get, setState: set }: AppStore, client: WindowClient, doors: Doors) {
  const { attempt, patch, tell } = doors;
  let isCanceled = false;

  /** Runs `act` for each; what fails is kept, the rest goes on. Answers with those that it was done to. */
  const forEach = async (verb: BulkVerb, modelIds: readonly string[], act: (id: ModelId) => Promise<unknown>) => {
    isCanceled = false;
    const done: string[] = [];
    set({ bulk: { verb, total: modelIds.length, done: 0, phase: 'running', failures: [] } });
    const change = (make: (bulk: Bulk) => Bulk) => patch(({ bulk }) => (bulk ? { bulk: make(bulk) } : {}));
    const queue = [...modelIds];
    const worker = async () => {
      for (let id = queue.shift(); id !== undefined && !isCanceled; id = queue.shift()) {
        const modelId = id;
        try {
          await act(ModelId.parse(modelId));
          done.push(modelId);
          change((bulk) => ({ ...bulk, done: bulk.done + 1 }));
        } catch (error) {
          const problem = problemOf(error);
          change((bulk) => ({
            ...bulk,
            done: bulk.done + 1,
            failures: [...bulk.failures, { modelId, problem }],
          }));
        }
      }
    };
    await Promise.all(Array.from({ length: workersAtOnce }, worker));
    const hasFailures = (get().bulk?.failures.length ?? 0) > 0;
    if (hasFailures) change((bulk) => ({ ...bulk, phase: 'ended' }));
    else set({ bulk: null });
    return done;
  };

  const withRecord = (record: Metadata) =>
    patch(({ details, models }) => {
      const model = models[record.model_id];
      const { tags, favourite } = record;
      return {
        details: { ...details, [record.model_id]: record },
        ...(model && { models: { ...models, [record.model_id]: { ...model, tags, favourite } } }),
      };
    });

  return {
    tagAll: (modelIds: readonly string[], tag: string) =>
      forEach('tag', modelIds, async (model_id) => {
        const { tags } = get().models[model_id] ?? (await client.call('models.show', { model_id }));
        if (!tags.includes(tag)) withRecord(await client.call('models.edit', { model_id, tags: [...tags, tag] }));
      }),
    untagAll: (modelIds: readonly string[], tag: string) =>
      forEach('tag', modelIds, async (model_id) => {
        const { tags } = get().models[model_id] ?? (await client.call('models.show', { model_id }));
        if (!tags.includes(tag)) return;
        withRecord(await client.call('models.edit', { model_id, tags: tags.filter((known) => known !== tag) }));
      }),
    favouriteAll: (modelIds: readonly string[], favourite: boolean) =>
      forEach('favourite', modelIds, async (model_id) =>
        withRecord(await client.call('models.edit', { model_id, favourite })),
      ),
    checkMany: (modelIds: readonly string[]) =>
      forEach('check', modelIds, (model_id) => client.call('models.validate', { model_id })),
    /** Accepts the warnings of each, those of drives that are away excepted: they end by themselves. */
    acceptAll: (modelIds: readonly string[]) =>
      forEach('accept', modelIds, async (model_id) => {
        const { validation_errors } = await client.call('models.show', { model_id });
        for (const { code, severity, path, accepted } of validation_errors) {
          if (severity !== 'warning' || code === 'volume_offline' || accepted === true) continue;
          const finding = { model_id, code, ...(path !== undefined && { path }) };
          withRecord(await client.call('models.accept', finding));
        }
      }),
    cancelBulk() {
      isCanceled = true;
    },
    closeBulk: () => set({ bulk: null }),

    /** Reads what removing them would take away, before anything does. */
    askToRemove(wanted: string | readonly string[] | null) {
      const modelIds = typeof wanted === 'string' ? [wanted] : (wanted ?? []);
      if (modelIds.length === 0) {
        set({ removal: null });
        return;
      }
      set({ removal: { modelIds, previews: [], phase: 'reading' } });
      const isWanted = () => get().removal?.modelIds === modelIds;
      void attempt(async () => {
        for (let at = 0; at < modelIds.length && isWanted(); at += workersAtOnce) {
          const some = modelIds.slice(at, at + workersAtOnce);
          const read = await Promise.all(
            some.map((id) => client.call('models.previewRemoval', { model_id: ModelId.parse(id) })),
          );
          patch(({ removal }) =>
            removal?.modelIds === modelIds ? { removal: { ...removal, previews: [...removal.previews, ...read] } } : {},
          );
        }
        patch(({ removal }) => (removal?.modelIds === modelIds ? { removal: { ...removal, phase: 'ready' } } : {}));
      });
    },
    remove: () =>
      attempt(async () => {
        const { removal, models } = get();
        if (removal?.phase !== 'ready') return;
        const names = new Map(removal.modelIds.map((id) => [id, models[id]?.name ?? id]));
        set({ removal: null, pickedIds: new Set() });
        const removed = await forEach('remove', removal.modelIds, (model_id) =>
          client.call('models.unregister', { model_id }),
        );
        const [first] = removed;
        if (first === undefined) return;
        const { entries } = await client.call('trash.list', {});
        const newestFirst = entries.toSorted((a, b) => b.removed_at.localeCompare(a.removed_at));
        const trashIds = removed.flatMap((id) => newestFirst.find(({ model_id }) => model_id === id)?.trash_id ?? []);
        set({ trash: entries });
        tell({ kind: 'removed', name: names.get(first) ?? first, count: removed.length, trashIds });
      }),
    restore: (trashIds: readonly string[]) =>
      attempt(async () => {
        const back: string[] = [];
        for (const trash_id of trashIds) back.push((await client.call('trash.restore', { trash_id })).model_id);
        const gone = new Set(trashIds);
        const [first] = back;
        patch(({ trash }) => ({
          trash: trash.filter(({ trash_id }) => !gone.has(trash_id)),
          notice: null,
          ...(first !== undefined && { selectedId: first, pickedIds: new Set() }),
        }));
      }),
  };
}
