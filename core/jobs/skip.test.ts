import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failed } from '../contract/failure.ts';
import { GenerateRequest } from '../contract/generate/generate.ts';
import type { Job } from '../contract/jobs/job.ts';
import { sampleArtifact, sampleTimings } from './fixtures/sample-job.ts';
import { type Jobs, openJobs } from './jobs.ts';
import type { JobHooks } from './work/job-hooks.ts';
import type { StepResult } from './work/worker.ts';

let folder = '';
let jobs: Jobs;
/** The steps that each picture took. */
let taken: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-skip-'));
  taken = [];
  jobs = openJobs({ path: join(folder, 'jobs.db'), emit: () => undefined, execute: pictures });
});
afterEach(async () => {
  await jobs.close();
  rmSync(folder, { recursive: true, force: true });
});

const stepCount = 400;

/** Makes pictures of many steps, as a runner does: between two of them it hears what it is told. */
async function pictures(job: Job, hooks: JobHooks): Promise<StepResult> {
  const skipped = new Set<number>();
  const leave = hooks.skips.listen((item) => skipped.add(item));
  const done: StepResult = { timings: sampleTimings, provider: 'cpu' };
  for (let item = hooks.firstItem; item < job.request.count; item++) {
    let step = 0;
    while (step < stepCount && !skipped.has(item)) {
      await sleep(1);
      if (hooks.signal.aborted) throw new Failed('canceled');
      step += 1;
      hooks.onProgress({
        stage: 'denoise',
        item_index: item,
        item_count: job.request.count,
        step,
        step_count: stepCount,
        fraction: 0,
        eta_ms: null,
      });
    }
    taken.push(step);
    hooks.onArtifact({ ...sampleArtifact(job, item), step: hooks.step, id: `${job.id}.${hooks.step}.${item}` });
  }
  leave();
  return done;
}
async function runningAt(id: Job['id'], item: number): Promise<void> {
  while (jobs.show(id).progress?.item_index !== item) await sleep(1);
}
const batch = (count: number) => GenerateRequest.parse({ count });

it('the picture that is under way ends early and is kept, and the others are made', async () => {
  const { id } = jobs.enqueue(batch(3), 'sdapi');
  for (const item of [0, 1, 2]) {
    await runningAt(id, item);
    jobs.skip(id, { makesOthers: true });
  }
  const ended = await jobs.wait(id, 5_000);
  expect([ended.status, ended.artifacts.length]).toEqual(['succeeded', 3]);
  expect(taken.every((steps) => steps < stepCount)).toBe(true);
});

it('without the others, the job ends with that picture, as canceled', async () => {
  const { id } = jobs.enqueue(batch(3), 'sdapi');
  await runningAt(id, 0);
  jobs.skip(id, { makesOthers: false });
  const ended = await jobs.wait(id, 5_000);
  expect([ended.status, ended.artifacts.length, taken.length]).toEqual(['canceled', 1, 1]);
});

it('without the others, a chain makes nothing larger', async () => {
  const { id } = jobs.enqueue(batch(1), 'jobs_api', { chain: { upscale: { scale: 2 } } });
  await runningAt(id, 0);
  jobs.skip(id, { makesOthers: false });
  const ended = await jobs.wait(id, 5_000);
  expect(ended.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(['generate canceled', 'upscale canceled']);
  expect(ended.artifacts).toHaveLength(1);
});

it('a job that waits or has ended stays as it is, and one that is none is not found', async () => {
  await jobs.pause('now');
  const { id } = jobs.enqueue(batch(1), 'window');
  expect(jobs.skip(id, { makesOthers: false }).status).toBe('queued');
  await jobs.cancel(id);
  expect(jobs.skip(id, { makesOthers: true }).status).toBe('canceled');
  expect(() => jobs.skip('01890a5d-ac96-774b-bcce-b302099a8057' as Job['id'], { makesOthers: true })).toThrow(Failed);
});
