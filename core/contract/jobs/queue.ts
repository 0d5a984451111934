import { z } from 'zod';
import { JobId } from '../ids.ts';

/** The line of jobs. `pausing`: what runs is still on its way to a stop. */
export const QueueState = z.object({
  state: z.enum(['running', 'pausing', 'paused']),
  running_job_id: JobId.nullable(),
  waiting: z.array(JobId).describe('In the order in which they will run'),
  limit: z.int().positive().describe('So many may wait'),
});
export type QueueState = z.infer<typeof QueueState>;
