import type { FastifyInstance } from 'fastify';
import type { Commands } from '../../contract/command.ts';
import { Failed } from '../../contract/failure.ts';
import { JobId } from '../../contract/ids.ts';
import { isTerminal, type Job } from '../../contract/jobs/job.ts';
import type { DoorLog } from '../ports.ts';
import { setSdapiBodies } from './bodies.ts';
import { coerce, refusals } from './coercion.ts';
import { validationError } from './errors.ts';

const remembered = 200;
const madeUp = /^task\(([0-9a-f-]{36})\)$/;

/** A job's name where its caller gave none: stable-diffusion-webui makes one up. */
export function taskIdOf(job: Job): string {
  return job.task_id ?? `task(${job.id})`;
}

/** `/internal`: progress by the name of a task, `force_task_id` of its request. */
export function addInternalRoutes(
  app: FastifyInstance,
  {
    commands,
    log,
    preview,
  }: { readonly commands: Commands; readonly log: DoorLog; readonly preview: (jobId: string) => string | null },
): void {
  setSdapiBodies(app, log);
  app.get('/ping', async () => ({}));
  app.get('/pending-tasks', async () => {
    const { waiting } = await commands['queue.show']({});
    const jobs = await Promise.all(waiting.slice(0, remembered).map((job_id) => commands['jobs.show']({ job_id })));
    return { size: waiting.length, tasks: jobs.map(taskIdOf) };
  });
  app.post('/progress', async (request) => {
    const body = coerce('dict', request.body ?? {});
    const id = coerce('str', body?.id_task);
    if (body === undefined || id === undefined) throw validationError([{ loc: ['body', 'id_task'], ...refusals.str }]);
    const job = await jobOf(id);
    const { waiting } = await commands['queue.show']({});
    const isActive = job?.status === 'running';
    const position = job === null ? -1 : waiting.indexOf(job.id);
    const lastPreview = coerce('int', body.id_live_preview ?? -1) ?? -1;
    const wantsPreview = coerce('bool', body.live_preview ?? true) ?? true;
    const step = (job?.progress?.item_index ?? 0) * 10_000 + (job?.progress?.step ?? 0);
    const isNew = isActive && wantsPreview && step !== lastPreview;
    const picture = isNew ? preview(job.id) : null;
    return {
      active: isActive,
      queued: job?.status === 'queued',
      completed: job !== null && isTerminal(job.status),
      progress: isActive ? (job?.progress?.fraction ?? 0) : null,
      eta: isActive && typeof job?.progress?.eta_ms === 'number' ? job.progress.eta_ms / 1000 : null,
      live_preview: picture === null ? null : `data:image/jpeg;base64,${picture}`,
      id_live_preview: picture !== null ? step : isActive ? lastPreview : -1,
      textinfo:
        job?.status === 'queued' ? `In queue: ${position + 1}/${waiting.length}` : isActive ? null : 'Waiting...',
    };
  });
  async function jobOf(taskId: string): Promise<Job | null> {
    const [named] = (await commands['jobs.list']({ task_id: taskId, limit: 1 })).jobs;
    if (named !== undefined) return named;
    const jobId = JobId.safeParse(madeUp.exec(taskId)?.[1] ?? taskId);
    try {
      return jobId.success ? await commands['jobs.show']({ job_id: jobId.data }) : null;
    } catch (error) {
      if (error instanceof Failed) return null;
      throw error;
    }
  }
}
