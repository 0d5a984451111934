import type { GenerateRequest } from '../../../core/contract/generate/generate.ts';
import type { Job } from '../../../core/contract/jobs/job.ts';

/** How long a job took lately with this very setting, for as many pictures as this one makes, or null: a guess from other settings would be a lie. */
export function timeGuessMs(jobs: Iterable<Job>, { request, chain }: Pick<Job, 'request' | 'chain'>): number | null {
  let like: Job | null = null;
  for (const job of jobs)
    if (isLike(job, request, chain) && (like === null || job.updated_at > like.updated_at)) like = job;
  if (!like?.timings) return null;
  return ((like.timings.total_ms - like.timings.load_ms) / Math.max(1, like.request.count)) * request.count;
}

function isLike(job: Job, request: GenerateRequest, chain: Job['chain']): boolean {
  return (
    job.status === 'succeeded' &&
    job.timings !== null &&
    (['model_id', 'width', 'height', 'steps', 'upscale'] as const).every((key) => job.request[key] === request[key]) &&
    job.chain?.upscale.scale === chain?.upscale.scale
  );
}

/** How long all that runs and waits will take; null while a part of it can't be guessed. */
export function lineGuessMs(jobs: Readonly<Record<string, Job>>, ids: readonly string[]): number | null {
  const known = Object.values(jobs);
  let sumMs = 0;
  for (const id of ids) {
    const job = jobs[id];
    const guess = job?.progress?.eta_ms ?? (job ? timeGuessMs(known, job) : null);
    if (guess === null) return null;
    sumMs += guess;
  }
  return ids.length === 0 ? null : sumMs;
}
