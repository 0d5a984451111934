import { z } from 'zod';
import { JobId } from '../ids.ts';
import { StepName } from './job.ts';

/** A line of a job's own history. Sequences of a job count from 1 without a gap; nothing follows `job.finish`. */
export const JobEvent = z.object({
  job_id: JobId,
  sequence: z.int().positive(),
  at: z.iso.datetime(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  code: z.enum(['job.queued', 'job.paused', 'step.start', 'artifact.written', 'error', 'step.finish', 'job.finish']),
  step: StepName.nullable(),
  payload: z.record(z.string(), z.unknown()),
});
export type JobEvent = z.infer<typeof JobEvent>;
