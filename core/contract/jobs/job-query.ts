import { z } from 'zod';
import { Job, JobOrigin, JobStatus } from './job.ts';

/** Which jobs a listing shows, and in which order. */
export const JobQuery = z.object({
  status: z
    .enum([...JobStatus.options, 'ended'])
    .optional()
    .describe('ended: succeeded, failed or canceled'),
  origin: JobOrigin.optional(),
  query: z.string().max(1000).optional().describe('Words of the prompt: all of them, in any case'),
  task_id: z.string().max(200).optional().describe("The caller's own name for the job"),
  sort: z.enum(['created', 'updated']).optional().describe('The newest first, or those that changed last'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional().describe('`next_cursor` of the page before'),
});
export type JobQuery = z.infer<typeof JobQuery>;

/** `total` counts all that match, not this page. `next_cursor` is null on the last page. */
export const JobPage = z.object({
  jobs: z.array(Job),
  total: z.int().nonnegative(),
  next_cursor: z.string().nullable(),
});
export type JobPage = z.infer<typeof JobPage>;

/** How many jobs are in each state. */
export const JobCounts = z.record(JobStatus, z.int().nonnegative());
export type JobCounts = z.infer<typeof JobCounts>;
