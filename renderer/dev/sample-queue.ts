import type { Commands } from '../../core/contract/command.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { Job } from '../../core/contract/job.ts';
import { defaultOptions, Options } from '../../core/contract/options.ts';
import type { queueCommands } from '../../core/contract/queue-commands.ts';
import type { settingsCommands } from '../../core/contract/settings-commands.ts';

type QueueRows = Pick<Commands, keyof typeof queueCommands | keyof typeof settingsCommands>;

/** The queue's and the options' rows of a core in memory. */
export function sampleQueue(jobs: ReadonlyMap<string, Job>, status: Commands['runner.unload']): QueueRows {
  let options = defaultOptions;
  let isPaused = false;
  const nothing = async (): Promise<never> => {
    throw new Failed('not_found', { what: 'command', id: 'of this sample' });
  };
  const queue: Commands['queue.show'] = async () => ({
    state: isPaused ? 'paused' : 'running',
    running_job_id: [...jobs.values()].find((job) => job.status === 'running')?.id ?? null,
    waiting: [...jobs.values()].filter((job) => job.status === 'queued').map(({ id }) => id),
    limit: options.queue_limit,
  });
  return {
    'jobs.retry': nothing,
    'jobs.duplicate': nothing,
    'jobs.move': nothing,
    'jobs.remove': nothing,
    'jobs.skip': nothing,
    'jobs.counts': async () => {
      const count = (status: Job['status']) => [...jobs.values()].filter((job) => job.status === status).length;
      return {
        queued: count('queued'),
        running: count('running'),
        succeeded: count('succeeded'),
        failed: count('failed'),
        canceled: count('canceled'),
      };
    },
    'jobs.events': async () => ({ events: [] }),
    'queue.show': queue,
    'queue.pause': () => {
      isPaused = true;
      return queue({});
    },
    'queue.resume': () => {
      isPaused = false;
      return queue({});
    },
    'queue.clear': async () => ({ canceled: 0, removed: 0 }),
    'runner.unload': status,
    'settings.get': async () => ({ options, defaults: defaultOptions, schema: {} }),
    'settings.set': async ({ changes }) => {
      options = Options.parse({ ...options, ...changes });
      return { options };
    },
  };
}
