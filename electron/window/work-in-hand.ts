import type { AppEvent } from '../../core/contract/event.ts';
import { isTerminal, type Job } from '../../core/contract/jobs/job.ts';
import type { Task } from '../../core/contract/library/task.ts';

/** What the shell shows of the core's work: in the taskbar, and before it ends. */
export interface WorkInHand {
  /** Jobs that run or wait, by id; the fraction of the one that runs. */
  readonly jobs: ReadonlyMap<string, number | null>;
  /** Imports and other long acts that run, by id, with their fraction. */
  readonly tasks: ReadonlyMap<string, number>;
}

export const noWork: WorkInHand = { jobs: new Map(), tasks: new Map() };

export function afterEvent(work: WorkInHand, event: AppEvent): WorkInHand {
  switch (event.kind) {
    case 'job_changed':
      return { ...work, jobs: withJob(work.jobs, event.job) };
    case 'job_progressed':
      return { ...work, jobs: new Map(work.jobs).set(event.job_id, event.progress.fraction) };
    case 'job_removed':
      return { ...work, jobs: without(work.jobs, event.job_id) };
    case 'task_changed':
      return { ...work, tasks: withTask(work.tasks, event.task) };
    default:
      return work;
  }
}

/** From 0 to 1 of what runs now, a job before a task; null while nothing does. */
export function fractionOf({ jobs, tasks }: WorkInHand): number | null {
  const running = [...jobs.values()].find((fraction) => fraction !== null);
  return running ?? tasks.values().next().value ?? null;
}

/** What the end of the program would cut short; null for nothing. Jobs that only wait are no reason to ask: they stay. */
export function cutShort({ jobs, tasks }: WorkInHand): 'quitPicture' | 'quitModels' | null {
  if ([...jobs.values()].some((fraction) => fraction !== null)) return 'quitPicture';
  return tasks.size > 0 ? 'quitModels' : null;
}

function withJob(jobs: WorkInHand['jobs'], job: Job): WorkInHand['jobs'] {
  if (isTerminal(job.status)) return without(jobs, job.id);
  const fraction = job.status === 'running' ? (job.progress?.fraction ?? jobs.get(job.id) ?? 0) : null;
  return new Map(jobs).set(job.id, fraction);
}

function withTask(tasks: WorkInHand['tasks'], task: Task): WorkInHand['tasks'] {
  if (task.state !== 'running') return without(tasks, task.task_id);
  return new Map(tasks).set(task.task_id, fractionOfTask(task));
}

/** By bytes where any are moved, else by items. */
function fractionOfTask({ done_bytes, total_bytes, item_index, item_count }: Task): number {
  if (total_bytes > 0) return Math.min(1, done_bytes / total_bytes);
  return item_count > 0 ? Math.min(1, item_index / item_count) : 0;
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
