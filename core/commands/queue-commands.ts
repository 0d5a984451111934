import type { Commands } from '../contract/command.ts';
import type { ImageRunner } from '../contract/generate/runner.ts';
import type { queueCommands } from '../contract/jobs/queue-commands.ts';
import type { Jobs } from '../jobs/jobs.ts';

/** The queue's rows of the command table, carried out. */
export function commandsOfQueue(
  jobs: Jobs,
  runner: Pick<ImageRunner, 'status' | 'unload'>,
): Pick<Commands, keyof typeof queueCommands> {
  return {
    'jobs.retry': async ({ job_id }) => jobs.again(job_id, { onlyUnfinished: true }),
    'jobs.duplicate': async ({ job_id }) => jobs.again(job_id, { onlyUnfinished: false }),
    'jobs.move': async ({ job_id, place, other_job_id }) => jobs.move({ jobId: job_id, place, otherId: other_job_id }),
    'jobs.remove': async ({ job_id }) => ({ removed: jobs.forget(job_id) }),
    'jobs.counts': async () => jobs.counts(),
    'jobs.skip': async ({ job_id, makes_others }) => jobs.skip(job_id, { makesOthers: makes_others }),
    'jobs.events': async ({ job_id, after, limit }) => ({ events: jobs.events(job_id, after, limit) }),
    'queue.show': async () => jobs.queue(),
    'queue.pause': ({ when }) => jobs.pause(when),
    'queue.resume': async () => jobs.resume(),
    'runner.unload': async () => {
      await runner.unload();
      return runner.status();
    },
    'queue.clear': async ({ what }) =>
      what === 'waiting' ? { canceled: jobs.cancelWaiting(), removed: 0 } : { canceled: 0, removed: jobs.forget() },
  };
}
