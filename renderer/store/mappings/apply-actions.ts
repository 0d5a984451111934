import { Failed } from '../../../core/contract/failure.ts';
import type { Task } from '../../../core/contract/library/task.ts';
import type { MappingApply } from '../../../core/contract/mapping/mapping.ts';
import type { WindowClient } from '../../client/client.ts';
import { newerTask } from '../add/add-plan.ts';
import type { Doors } from '../doors.ts';
import type { AppStore } from '../store.ts';
import type { Wish } from './plan-actions.ts';

/** Links of an apply that are named before it is taken back. */
const namedEntries = 200;
const waitMs = 20_000;

interface ApplyDoors extends Doors {
  readonly preview: (wish?: Wish) => Promise<void>;
}

/** A plan carried out, and taken back. */
export function createApplyActions(
  { getState: get, setState: set }: AppStore,
  client: WindowClient,
  { tell, attempt, patch, preview }: ApplyDoors,
) {
  const loadApplies = async () => set({ applies: (await client.call('mappings.ledger', {})).applies });

  /** Follows a task to its end, whatever screen is open meanwhile. */
  const follow = async (task: Task): Promise<Task> => {
    const put = (next: Task) =>
      patch(({ tasks }) => ({ tasks: { ...tasks, [next.task_id]: newerTask(tasks[next.task_id], next) } }));
    put(task);
    set({ mappingTaskId: task.task_id });
    let now = task;
    while (now.state === 'running') {
      now = await client.call('tasks.wait', { task_id: task.task_id, timeout_ms: waitMs });
      put(now);
    }
    set({ mappingTaskId: null });
    if (now.failure) throw Failed.from(now.failure);
    return now;
  };

  const showWhatIs = () => Promise.all([loadApplies(), preview()]);

  return {
    loadApplies,

    actions: {
      applyPlan: () =>
        attempt(async () => {
          const view = get().planView;
          if (!view) return;
          const { plan } = view;
          let task: Task;
          try {
            task = await client.call('mappings.apply', { plan_id: plan.plan_id });
          } catch (error) {
            // What was looked at is not what would be done now: it is shown anew, and nothing is done.
            if (error instanceof Failed && error.failure.code === 'plan_outdated')
              await preview({ repairOnly: plan.repair_only, otherNames: plan.other_names });
            throw error;
          }
          try {
            const { mapping, state } = await follow(task);
            const [applyId] = mapping?.apply_ids ?? [];
            tell({
              kind: 'linked',
              count: mapping?.done ?? 0,
              failed: mapping?.failed ?? 0,
              isCanceled: state === 'canceled',
              applyId: applyId ?? null,
            });
          } finally {
            await showWhatIs();
          }
        }),
      cancelMapping: () =>
        attempt(async () => {
          const taskId = get().mappingTaskId;
          if (taskId !== null) await client.call('tasks.cancel', { task_id: taskId });
        }),

      toggleLedger: () => patch(({ isLedgerOpen }) => ({ isLedgerOpen: !isLedgerOpen })),
      askToUndo(apply: MappingApply | null) {
        set({ undoing: apply && { apply, entries: null } });
        if (apply === null) return;
        void attempt(async () => {
          const { entries } = await client.call('mappings.entries', {
            apply_id: apply.apply_id,
            state: 'standing',
            limit: namedEntries,
          });
          patch(({ undoing }) => (undoing?.apply.apply_id === apply.apply_id ? { undoing: { apply, entries } } : {}));
        });
      },
      undoApply: (applyId: string) =>
        attempt(async () => {
          set({ undoing: null, notice: null });
          try {
            const { mapping } = await follow(await client.call('mappings.undo', { apply_id: applyId }));
            tell({ kind: 'unlinked', count: mapping?.done ?? 0, left: mapping?.left ?? 0 });
          } finally {
            await showWhatIs();
          }
        }),
    },
  };
}
