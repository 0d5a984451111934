import type { Connection } from '../../connect.ts';
import { Failed } from '../../contract/failure.ts';
import type { Task } from '../../contract/library/task.ts';
import type { MappingAction, MappingEntry, MappingPlan } from '../../contract/mapping/mapping.ts';
import type { CliIo } from '../io.ts';

const watchMs = 250;
const waitMs = 20_000;
const pageLimit = 2000;

/** Waits for a mapping task, with a line of progress where somebody watches. Ctrl-C cancels; what is done stays. Throws the task's failure. */
export async function followTask(core: Connection, begun: Task, io: CliIo): Promise<Task> {
  let task = begun;
  const { task_id } = task;
  const letGo = io.onInterrupt(() => {
    io.err('\nCanceling...\n');
    // It may have ended by itself; the wait below says how.
    core.call('tasks.cancel', { task_id }).catch(() => {});
  });
  try {
    while (task.state === 'running') {
      task = await core.call('tasks.wait', { task_id, timeout_ms: io.isTerminal ? watchMs : waitMs });
      if (io.isTerminal) io.err(`\r\x1b[K${task.state === 'running' ? `${task.item_index}/${task.item_count}` : ''}`);
    }
  } finally {
    letGo();
  }
  if (task.failure !== undefined) throw Failed.from(task.failure);
  return task;
}

/** All actions of a plan, of which its first page is known. */
export async function allActions(core: Connection, plan: MappingPlan): Promise<MappingAction[]> {
  const actions = [...plan.actions];
  for (let cursor = plan.next_cursor; cursor !== null; ) {
    const page = await core.call('mappings.plan', { plan_id: plan.plan_id, cursor, limit: pageLimit });
    actions.push(...page.actions);
    cursor = page.next_cursor;
  }
  return actions;
}

/** All links of an apply. */
export async function allEntries(core: Connection, applyId: string): Promise<MappingEntry[]> {
  const entries: MappingEntry[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await core.call('mappings.entries', {
      apply_id: applyId,
      limit: pageLimit,
      ...(cursor && { cursor }),
    });
    entries.push(...page.entries);
    if (page.next_cursor === null) return entries;
    cursor = page.next_cursor;
  }
}
