import { isTerminal, type Job } from '../../../core/contract/jobs/job.ts';
import type { QueueState } from '../../../core/contract/jobs/queue.ts';
import type { History } from './queue-part.ts';

/**
 * The line after one job's change. The core tells of the line as a whole only when somebody moves, pauses or resumes it; who begins and who
 * ends says so with the job alone.
 */
export function lineAfter(line: QueueState | null, job: Job): QueueState | null {
  if (line === null) return null;
  const isRunning = line.running_job_id === job.id;
  const isWaiting = line.waiting.includes(job.id);
  if (job.status === 'queued') {
    if (isWaiting) return line;
    // One that ran and was put back goes on before all others.
    const waiting = isRunning ? [job.id, ...line.waiting] : [...line.waiting, job.id];
    return { ...line, waiting, running_job_id: isRunning ? null : line.running_job_id };
  }
  if (job.status !== 'running' && !isRunning && !isWaiting) return line;
  return {
    ...line,
    waiting: isWaiting ? line.waiting.filter((id) => id !== job.id) : line.waiting,
    running_job_id: job.status === 'running' ? job.id : isRunning ? null : line.running_job_id,
  };
}

/** The history after one job's change: one that has just ended is in it, in the order in which jobs were queued. */
export function historyAfter(history: History, job: Job): History {
  if (!isTerminal(job.status) || history.ids.includes(job.id)) return history;
  const last = history.ids.at(-1);
  // It lies on a page that was not read yet, where the next page will bring it.
  if (history.nextCursor !== null && last !== undefined && job.id < last)
    return { ...history, total: history.total + 1 };
  const ids = [...history.ids, job.id].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return { ...history, ids, total: history.total + 1 };
}

export function historyWithout(history: History, jobId: string): History {
  const ids = history.ids.filter((id) => id !== jobId);
  return { ...history, ids, total: Math.max(ids.length, history.total - 1) };
}

/** Where a job that is dragged over place `to` of the line is put, as the core takes it; null where that changes nothing. */
export function moveTo(
  waiting: readonly string[],
  jobId: string,
  to: number,
): { readonly place: 'before' | 'after'; readonly otherId: string } | null {
  const from = waiting.indexOf(jobId);
  const target = Math.max(0, Math.min(waiting.length - 1, to));
  const otherId = waiting[target];
  if (from < 0 || otherId === undefined || target === from) return null;
  return { place: target < from ? 'before' : 'after', otherId };
}

/** The line as it will be: shown at once, before the core has answered. */
export function movedLine(waiting: readonly string[], jobId: string, to: number): readonly string[] {
  const others = waiting.filter((id) => id !== jobId);
  return [...others.slice(0, to), jobId, ...others.slice(to)];
}
