import type { Connection } from '../../connect.ts';
import type { ImportItem, Task } from '../../contract/library/task.ts';
import { formatBytes } from '../format.ts';
import type { CliIo } from '../io.ts';

const watchMs = 250;
const waitMs = 20_000;

/** Brings models in and waits for it, with a line of progress where somebody watches. Ctrl-C cancels; what came in before stays. */
export async function followImport(core: Connection, items: readonly ImportItem[], io: CliIo): Promise<Task> {
  let task = await core.call('models.import', { items: [...items] });
  const { task_id } = task;
  const letGo = io.onInterrupt(() => {
    io.err('\nCanceling...\n');
    // It may have ended by itself; the wait below says how.
    core.call('tasks.cancel', { task_id }).catch(() => {});
  });
  try {
    while (task.state === 'running') {
      task = await core.call('tasks.wait', { task_id, timeout_ms: io.isTerminal ? watchMs : waitMs });
      if (io.isTerminal) io.err(`\r\x1b[K${task.state === 'running' ? progressLine(task) : ''}`);
    }
    return task;
  } finally {
    letGo();
  }
}

function progressLine({ item_index, item_count, current_path, done_bytes, total_bytes }: Task): string {
  const item = `${Math.min(item_index + 1, item_count)}/${item_count}`;
  const bytes = total_bytes === 0 ? '' : `, ${formatBytes(done_bytes)} of ${formatBytes(total_bytes)}`;
  return `${item}${bytes}${current_path === null ? '' : `: ${current_path}`}`;
}
