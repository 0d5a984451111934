import type { Commands } from '../../core/contract/command.ts';
import type { AppEvent } from '../../core/contract/event.ts';
import { Failed } from '../../core/contract/failure.ts';
import { JobId } from '../../core/contract/ids.ts';
import { isTerminal, type Job } from '../../core/contract/jobs/job.ts';
import type { JobEvent } from '../../core/contract/jobs/job-event.ts';
import type { queueCommands } from '../../core/contract/jobs/queue-commands.ts';
import { movedLine, moveTo } from '../store/queue/line.ts';
import { sampleJob } from './sample-records.ts';

type QueueRows = Pick<Commands, keyof typeof queueCommands | 'jobs.list'>;

interface SampleQueueDoors {
  readonly jobs: Map<string, Job>;
  readonly putJob: (job: Job) => Job;
  readonly emit: (event: AppEvent) => void;
  /** Begins the next job, unless one runs or the line is paused. */
  readonly wake: () => void;
  readonly status: Commands['runner.unload'];
}

export interface SampleQueue {
  readonly commands: QueueRows;
  /** The job that is next; null while the line is paused or empty. */
  readonly next: () => Job | null;
}

/** The line of jobs of a core in memory. */
export function sampleQueue({ jobs, putJob, emit, wake, status }: SampleQueueDoors): SampleQueue {
  let isPaused = false;
  let order: readonly string[] = [];
  const limit = 1_000;

  const found = (id: string): Job => {
    const job = jobs.get(id);
    if (!job) throw new Failed('not_found', { what: 'job', id });
    return job;
  };
  const waiting = (): readonly string[] => {
    const ids = [...jobs.values()].filter((job) => job.status === 'queued').map(({ id }) => id as string);
    order = [...order.filter((id) => ids.includes(id)), ...ids.filter((id) => !order.includes(id)).sort()];
    return order;
  };
  const running = () => [...jobs.values()].find((job) => job.status === 'running') ?? null;
  const queue: Commands['queue.show'] = async () => ({
    state: isPaused ? (running() ? 'pausing' : 'paused') : 'running',
    running_job_id: running()?.id ?? null,
    waiting: waiting().map((id) => JobId.parse(id)),
    limit,
  });
  const tell = async () => {
    const told = await queue({});
    emit({ kind: 'queue_changed', queue: told });
    return told;
  };
  const ended = () =>
    [...jobs.values()].filter((job) => isTerminal(job.status)).sort((a, b) => b.id.localeCompare(a.id));
  const again: Commands['jobs.retry'] = async ({ job_id }) => {
    const { request, origin } = found(job_id);
    const job = putJob(sampleJob({ request, origin, created_at: new Date().toISOString() }));
    setTimeout(wake, 80);
    return job;
  };
  const forget = (ids: readonly Job[]) => {
    for (const { id } of ids) {
      jobs.delete(id);
      emit({ kind: 'job_removed', job_id: id });
    }
    return ids.length;
  };

  return {
    next: () => {
      const [first] = waiting();
      return isPaused || first === undefined ? null : found(first);
    },
    commands: {
      'jobs.retry': again,
      'jobs.duplicate': again,
      'jobs.move': ({ job_id, place, other_job_id }) => {
        const line = waiting();
        const other = line.indexOf(other_job_id ?? '');
        const to = place === 'first' ? 0 : place === 'last' ? line.length - 1 : other;
        if (moveTo(line, job_id, to)) order = movedLine(line, job_id, to);
        return tell();
      },
      'jobs.remove': async ({ job_id }) => ({ removed: forget([found(job_id)]) }),
      'jobs.events': async ({ job_id }) => ({ events: eventsOf(found(job_id)) }),
      'jobs.skip': async ({ job_id }) => found(job_id),
      'jobs.counts': async () => {
        const count = (state: Job['status']) => [...jobs.values()].filter((job) => job.status === state).length;
        return {
          queued: count('queued'),
          running: count('running'),
          succeeded: count('succeeded'),
          failed: count('failed'),
          canceled: count('canceled'),
        };
      },
      'jobs.list': async ({ status: wanted, limit: size, cursor, query = '' }) => {
        const words = query.toLowerCase().split(/\s+/);
        const all = [...jobs.values()]
          .filter(
            (job) => wanted === undefined || (wanted === 'ended' ? isTerminal(job.status) : job.status === wanted),
          )
          .filter(({ request }) => words.every((word) => request.prompt.toLowerCase().includes(word)))
          .sort((a, b) => b.id.localeCompare(a.id));
        const from = Number(cursor ?? 0);
        const until = from + size;
        return {
          jobs: all.slice(from, until),
          total: all.length,
          next_cursor: until < all.length ? String(until) : null,
        };
      },
      'queue.show': queue,
      'queue.pause': () => {
        isPaused = true;
        return tell();
      },
      'queue.resume': () => {
        isPaused = false;
        setTimeout(wake, 80);
        return tell();
      },
      'queue.clear': async ({ what }) => {
        if (what === 'ended') return { canceled: 0, removed: forget(ended()) };
        const ids = waiting();
        for (const id of ids) putJob({ ...found(id), status: 'canceled' });
        await tell();
        return { canceled: ids.length, removed: 0 };
      },
      'runner.unload': status,
    },
  };
}

/** A job's history as it may have been. */
function eventsOf(job: Job): JobEvent[] {
  const began = Date.parse(job.created_at);
  const line = (
    code: JobEvent['code'],
    afterMs: number,
    payload: JobEvent['payload'] = {},
  ): Omit<JobEvent, 'sequence'> => ({
    job_id: job.id,
    at: new Date(began + afterMs).toISOString(),
    level: code === 'error' ? 'error' : 'info',
    code,
    step: code.startsWith('job') ? null : 'generate',
    payload,
  });
  return [
    line('job.queued', 0),
    ...(job.status === 'queued' ? [] : [line('step.start', 240, { name: 'generate' })]),
    ...job.artifacts.map(({ item_index, seed, width, height }, index) =>
      line('artifact.written', 3_000 * (index + 1), { item_index, seed, width, height }),
    ),
    ...(job.failure ? [line('error', 1_900, { ...job.failure })] : []),
    ...(isTerminal(job.status) ? [line('job.finish', 3_100 * (job.artifacts.length + 1), { status: job.status })] : []),
  ].map((event, index) => ({ ...event, sequence: index + 1 }));
}
