import { z } from 'zod';
import { Failure } from '../failure.ts';
import { GenerateRequest, Timings } from '../generate/generate.ts';
import { JobId } from '../ids.ts';
import { Chain } from './job-extras.ts';

export const JobStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'canceled']);
export type JobStatus = z.infer<typeof JobStatus>;

/** Whether nothing more can happen to a job in this state. */
export function isTerminal(status: JobStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled';
}

export const StepName = z.enum(['generate', 'upscale']);
export type StepName = z.infer<typeof StepName>;

export const JobStep = z.object({
  name: StepName,
  status: JobStatus,
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
});
export type JobStep = z.infer<typeof JobStep>;

/** A picture on disk that a job made. `url` is a path of the HTTP door, the desktop shell serves it under its own. */
export const Artifact = z.object({
  id: z.string(),
  job_id: JobId,
  step: StepName,
  item_index: z.int().nonnegative(),
  format: z.enum(['png', 'jpg', 'webp']),
  path: z.string(),
  url: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  seed: z.int().nullable(),
  size_bytes: z.int().nonnegative(),
  sha256: z.string(),
  infotext: z.string(),
  model_id: z.string().nullable(),
  created_at: z.iso.datetime(),
  is_fake: z.boolean().describe('Made by the fake runner'),
});
export type Artifact = z.infer<typeof Artifact>;

export const Stage = z.enum(['load', 'text', 'denoise', 'decode']);
export type Stage = z.infer<typeof Stage>;

/** Where a running job is. `step` counts from 0; `eta_ms` comes from real step times and is null until there are some. */
export const Progress = z.object({
  stage: Stage,
  item_index: z.int().nonnegative(),
  item_count: z.int().positive(),
  step: z.int().nonnegative(),
  step_count: z.int().nonnegative(),
  fraction: z.number().min(0).max(1).describe('Of the whole job'),
  eta_ms: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

/** Which door a job came through. */
export const JobOrigin = z.enum(['window', 'cli', 'sdapi', 'jobs_api']);
export type JobOrigin = z.infer<typeof JobOrigin>;

export const Job = z.object({
  id: JobId,
  type: z.literal('generate'),
  status: JobStatus,
  origin: JobOrigin,
  request: GenerateRequest,
  steps: z.array(JobStep),
  progress: Progress.nullable().describe('Only while it runs'),
  failure: Failure.nullable(),
  timings: Timings.nullable(),
  provider: z.string().nullable(),
  artifacts: z.array(Artifact),
  chain: Chain.optional(),
  task_id: z.string().optional().describe("The caller's own name for the job"),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});
export type Job = z.infer<typeof Job>;
