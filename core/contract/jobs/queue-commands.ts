import { z } from 'zod';
import { RunnerStatus } from '../generate/runner.ts';
import { JobId } from '../ids.ts';
import { Job } from './job.ts';
import { JobEvent } from './job-event.ts';
import { JobCounts } from './job-query.ts';
import { QueueState } from './queue.ts';

const jobInput = z.object({ job_id: JobId });

/** The rows of the command table about the line of jobs and its history. */
export const queueCommands = {
  'jobs.retry': {
    summary: 'Queue the request of a job that failed or was canceled once more, as a new job',
    input: jobInput,
    output: Job,
    http: { method: 'POST', path: '/jobs/{job_id}/retry' },
  },
  'jobs.duplicate': {
    summary: 'Queue the request of any job once more, as a new job',
    input: jobInput,
    output: Job,
    http: { method: 'POST', path: '/jobs/{job_id}/duplicate' },
  },
  'jobs.move': {
    summary: 'Move a waiting job within the line: to its front or end, or before or after another',
    input: z.object({
      job_id: JobId,
      place: z.enum(['first', 'last', 'before', 'after']),
      other_job_id: JobId.optional().describe('For before and after'),
    }),
    output: QueueState,
    http: { method: 'POST', path: '/jobs/{job_id}/move' },
  },
  'jobs.remove': {
    summary: 'Take a job that has ended out of the history; its picture files stay',
    input: jobInput,
    output: z.object({ removed: z.int().nonnegative() }),
    http: { method: 'DELETE', path: '/jobs/{job_id}' },
  },
  'jobs.counts': {
    summary: 'How many jobs are in each state',
    input: z.object({}),
    output: JobCounts,
    http: { method: 'GET', path: '/job-counts' },
  },
  'jobs.skip': {
    summary:
      'End the steps of the picture that a running job is at: it is kept as it stands. The others follow, or are left out. A job that does not run stays as it is',
    input: z.object({
      job_id: JobId,
      makes_others: z.boolean().default(true).describe('false: the job ends after this picture, as canceled'),
    }),
    output: Job,
    http: { method: 'POST', path: '/jobs/{job_id}/skip' },
  },
  'jobs.events': {
    summary: 'The history of a job, line by line',
    input: z.object({
      job_id: JobId,
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(2_000).default(500),
    }),
    output: z.object({ events: z.array(JobEvent) }),
    http: { method: 'GET', path: '/jobs/{job_id}/events' },
  },
  'queue.show': {
    summary: 'Whether the queue runs, and what waits in it',
    input: z.object({}),
    output: QueueState,
    http: { method: 'GET', path: '/queue' },
  },
  'queue.pause': {
    summary:
      'Begin no further job. What runs ends after its picture (and goes on from there later), after its job, or now',
    input: z.object({ when: z.enum(['picture', 'job', 'now']).default('picture') }),
    output: QueueState,
    http: { method: 'POST', path: '/queue/pause' },
  },
  'queue.resume': {
    summary: 'Run what waits',
    input: z.object({}),
    output: QueueState,
    http: { method: 'POST', path: '/queue/resume' },
  },
  'queue.clear': {
    summary: 'Cancel all jobs that wait, or take those that have ended out of the history; picture files stay',
    input: z.object({ what: z.enum(['waiting', 'ended']) }),
    output: z.object({ canceled: z.int().nonnegative(), removed: z.int().nonnegative() }),
    http: { method: 'POST', path: '/queue/clear' },
  },
  'runner.unload': {
    summary: "Give the loaded model's memory back, once what runs has ended; the next job loads its model again",
    input: z.object({}),
    output: RunnerStatus,
    http: { method: 'POST', path: '/runner/unload' },
  },
} as const;
