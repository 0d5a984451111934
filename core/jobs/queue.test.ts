import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppEvent } from '../contract/event.ts';
import { Failed, failureOf } from '../contract/failure.ts';
import { GenerateRequest } from '../contract/generate/generate.ts';
import type { Job } from '../contract/jobs/job.ts';
import { sampleArtifact, sampleRequest, sampleTimings } from './fixtures/sample-job.ts';
import { type Jobs, openJobs } from './jobs.ts';
import type { JobsOptions } from './jobs-options.ts';
import { moved } from './store/line-order.ts';
import type { JobHooks } from './work/job-hooks.ts';
import type { StepResult } from './work/worker.ts';

const done: StepResult = { timings: sampleTimings, provider: 'cpu' };
let folder = '';
const opened: Jobs[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-queue-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
  rmSync(folder, { recursive: true, force: true });
});

function open(change: Partial<JobsOptions> = {}) {
  const events: AppEvent[] = [];
  const ran: string[] = [];
  const path = join(folder, 'jobs.db');
  const execute: JobsOptions['execute'] = change.execute ?? (async () => done);
  const jobs = openJobs({
    path,
    emit: (event) => events.push(AppEvent.parse(event)),
    ...change,
    execute: (job, hooks) => {
      ran.push(job.request.prompt);
      return execute(job, hooks);
    },
  });
  opened.push(jobs);
  return { jobs, events, ran };
}
const batch = (count: number) => GenerateRequest.parse({ prompt: 'batch', count });

/** Makes one picture after another, as a runner does: it stops between two of them when it is told to. */
async function pictures(job: Job, hooks: JobHooks): Promise<StepResult> {
  for (let item = hooks.firstItem; item < job.request.count; item++) {
    await sleep(5);
    if (hooks.signal.aborted) throw new Failed('canceled');
    hooks.onArtifact({ ...sampleArtifact(job, item), seed: hooks.drawnSeed + item });
  }
  return done;
}
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return failureOf(error).code;
  }
  return expect.unreachable('it should have been refused');
};
const add = (jobs: Jobs, ...prompts: string[]) =>
  prompts.map((prompt) => jobs.enqueue(sampleRequest(prompt), 'window').id);
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

describe('a paused queue', () => {
  it('begins no job, also after a restart, until it is resumed', async () => {
    const first = open();
    await first.jobs.pause('now');
    const [id = expect.unreachable()] = add(first.jobs, '1');
    await sleep(20);
    expect(first.jobs.queue()).toEqual({ state: 'paused', running_job_id: null, waiting: [id], limit: 1000 });
    await first.jobs.close();
    const { jobs, ran, events } = open();
    await sleep(20);
    expect([jobs.show(id).status, ran]).toEqual(['queued', []]);
    expect(jobs.resume().state).toBe('running');
    expect((await jobs.wait(id, 5_000)).status).toBe('succeeded');
    expect(events.some(({ kind }) => kind === 'queue_changed')).toBe(true);
  });

  it('ends the job that runs after its picture, and makes the others of its batch later, with the seeds that they would have had', async () => {
    const { jobs } = open({ execute: pictures });
    const { id } = jobs.enqueue(batch(4), 'window');
    await until(() => jobs.show(id).artifacts.length === 1);
    expect((await jobs.pause('picture')).state).toBe('pausing');
    await until(() => jobs.queue().state === 'paused');
    const paused = jobs.show(id);
    expect(paused).toMatchObject({ status: 'queued', steps: [{ status: 'queued' }] });
    expect(paused.artifacts).toHaveLength(2);
    expect(jobs.queue().waiting).toEqual([id]);
    jobs.resume();
    const ended = await jobs.wait(id, 5_000);
    expect(ended.status).toBe('succeeded');
    const [seed = 0] = ended.artifacts.map((artifact) => artifact.seed ?? 0);
    expect(ended.artifacts.map((artifact) => artifact.seed)).toEqual([seed, seed + 1, seed + 2, seed + 3]);
    expect(jobs.events(id).map(({ code }) => code)).toEqual([
      'job.queued',
      'step.start',
      'artifact.written',
      'artifact.written',
      'job.paused',
      'step.start',
      'artifact.written',
      'artifact.written',
      'step.finish',
      'job.finish',
    ]);
  });

  it('lets a job end that is at its last picture', async () => {
    const { jobs } = open({ execute: pictures });
    const { id } = jobs.enqueue(batch(1), 'window');
    await until(() => jobs.show(id).status === 'running');
    await jobs.pause('picture');
    expect((await jobs.wait(id, 5_000)).status).toBe('succeeded');
  });

  it('stops what runs at once where that is asked, and a job that is canceled then stays canceled', async () => {
    const { jobs } = open({ execute: pictures });
    const { id } = jobs.enqueue(batch(50), 'window');
    await until(() => jobs.show(id).status === 'running');
    expect((await jobs.pause('now')).state).toBe('paused');
    expect(jobs.show(id).status).toBe('queued');
    expect((await jobs.cancel(id)).status).toBe('canceled');
    jobs.resume();
    await sleep(20);
    expect(jobs.show(id).status).toBe('canceled');
  });

  it('and a cancel at the same moment leave the job canceled', async () => {
    const { jobs } = open({ execute: pictures });
    for (let delayMs = 0; delayMs < 8; delayMs++) {
      const { id } = jobs.enqueue(batch(20), 'window');
      await until(() => jobs.show(id).status === 'running');
      await sleep(delayMs);
      const paused = jobs.pause('now');
      await sleep(delayMs % 3);
      const [{ status }] = await Promise.all([jobs.cancel(id), paused]);
      expect(status).toBe('canceled');
      expect(jobs.show(id).status).toBe('canceled');
      jobs.resume();
    }
  });

  it('lets the job that runs end where that is asked', async () => {
    const { jobs, ran } = open({ execute: pictures });
    const { id } = jobs.enqueue(batch(3), 'window');
    add(jobs, 'later');
    await until(() => jobs.show(id).status === 'running');
    expect((await jobs.pause('job')).state).toBe('pausing');
    expect((await jobs.wait(id, 5_000)).status).toBe('succeeded');
    await sleep(20);
    expect(ran).toEqual(['batch']);
    expect(jobs.queue().state).toBe('paused');
  });

  it('starts paused where the options say so and something waits', async () => {
    const before = open();
    await before.jobs.pause('now');
    add(before.jobs, '1');
    before.jobs.resume();
    await before.jobs.close();
    const { jobs, ran } = open({ startsPaused: true });
    await sleep(20);
    expect([jobs.queue().state, ran]).toEqual(['paused', []]);
  });
});

describe('the line', () => {
  it('runs in the order that it was moved to', async () => {
    const { jobs, ran } = open();
    await jobs.pause('now');
    const [a = expect.unreachable(), b = expect.unreachable(), c = expect.unreachable(), d = expect.unreachable()] =
      add(jobs, 'a', 'b', 'c', 'd');
    jobs.move({ jobId: d, place: 'first' });
    jobs.move({ jobId: a, place: 'last' });
    jobs.move({ jobId: a, place: 'before', otherId: c });
    expect(jobs.move({ jobId: d, place: 'after', otherId: b }).waiting).toEqual([b, d, a, c]);
    jobs.resume();
    await jobs.wait(c, 5_000);
    expect(ran).toEqual(['b', 'd', 'a', 'c']);
    expect(codeOf(() => jobs.move({ jobId: a, place: 'first' }))).toBe('conflict');
  });

  it('refuses moves that make no sense', async () => {
    const { jobs } = open();
    await jobs.pause('now');
    const [a = expect.unreachable(), b = expect.unreachable()] = add(jobs, 'a', 'b');
    expect(moved([a, b], { jobId: a, place: 'before', otherId: a })).toEqual([a, b]);
    expect(codeOf(() => moved([a, b], { jobId: a, place: 'before' }))).toBe('invalid_input');
    expect(codeOf(() => moved([a], { jobId: a, place: 'after', otherId: b }))).toBe('conflict');
    expect(codeOf(() => moved([], { jobId: a, place: 'last' }))).toBe('conflict');
  });

  it('is cleared of what waits, and what runs goes on', async () => {
    const { jobs } = open({ execute: pictures });
    const { id } = jobs.enqueue(batch(5), 'window');
    await until(() => jobs.show(id).status === 'running');
    const waiting = add(jobs, 'a', 'b');
    expect(jobs.cancelWaiting()).toBe(2);
    expect(waiting.map((one) => jobs.show(one).status)).toEqual(['canceled', 'canceled']);
    expect((await jobs.wait(id, 5_000)).status).toBe('succeeded');
  });
});

describe('a job once more', () => {
  it('is a new job of the same request; what has ended stays ended', async () => {
    let fails = true;
    const { jobs } = open({
      execute: async () => {
        if (fails) throw new Failed('oom', { reason: 'x' });
        return done;
      },
    });
    const extras = { chain: { upscale: { scale: 4 } }, overrides: { jpeg_quality: 3 }, task_id: 't' } as const;
    const first = jobs.enqueue(sampleRequest(), 'jobs_api', extras);
    await jobs.wait(first.id, 5_000);
    fails = false;
    const second = jobs.again(first.id, { onlyUnfinished: true });
    expect(second).toMatchObject({ request: first.request, origin: 'jobs_api', chain: extras.chain, status: 'queued' });
    expect(second.task_id).toBeUndefined();
    expect(jobs.events(second.id)[0]).toMatchObject({ code: 'job.queued', payload: { retry_of: first.id } });
    expect((await jobs.wait(second.id, 5_000)).status).toBe('succeeded');
    expect(jobs.show(first.id).status).toBe('failed');
    expect(codeOf(() => jobs.again(second.id, { onlyUnfinished: true }))).toBe('conflict');
    expect(jobs.again(second.id, { onlyUnfinished: false }).id).not.toBe(second.id);
  });
});

describe('the history', () => {
  it('remembers so many ended jobs as it is told', async () => {
    const { jobs, events } = open({ maxEnded: () => 2 });
    const ids = add(jobs, '1', '2', '3', '4');
    await jobs.wait(ids[3] ?? expect.unreachable(), 5_000);
    expect(jobs.list({ limit: 10 }).jobs.map(({ request }) => request.prompt)).toEqual(['4', '3']);
    expect(events.filter(({ kind }) => kind === 'job_removed')).toHaveLength(2);
  });

  it('forgets a job that has ended, or all of them, and none that has not', async () => {
    const { jobs } = open();
    const ids = add(jobs, '1', '2', '3');
    await jobs.wait(ids[2] ?? expect.unreachable(), 5_000);
    await jobs.pause('now');
    const [waiting = expect.unreachable()] = add(jobs, 'waits');
    expect(codeOf(() => jobs.forget(waiting))).toBe('conflict');
    expect(jobs.forget(ids[0])).toBe(1);
    expect(codeOf(() => jobs.forget(ids[0]))).toBe('not_found');
    expect(jobs.forget()).toBe(2);
    expect(jobs.list({ limit: 10 }).jobs.map(({ id }) => id)).toEqual([waiting]);
  });
});

describe('a graceful end', () => {
  it('puts a job that nobody waits for at the door back into the line, and it goes on at the next start', async () => {
    const before = open({ execute: pictures }).jobs;
    const { id } = before.enqueue(batch(6), 'jobs_api');
    await until(() => before.show(id).artifacts.length === 2);
    await before.close();
    const { jobs } = open({ execute: pictures });
    const ended = await jobs.wait(id, 5_000);
    expect(ended).toMatchObject({ status: 'succeeded' });
    expect(ended.artifacts.map(({ item_index }) => item_index)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a chain', () => {
  it('runs its steps in order, each with what the one before made, and its progress is that of the whole', async () => {
    const steps: [string, number][] = [];
    const fractions: number[] = [];
    const { jobs } = open({
      execute: async (job, hooks) => {
        steps.push([hooks.step, job.artifacts.length]);
        hooks.onProgress({
          stage: 'decode',
          item_index: 0,
          item_count: 1,
          step: 1,
          step_count: 1,
          fraction: 0.5,
          eta_ms: null,
        });
        fractions.push(jobs.show(job.id).progress?.fraction ?? -1);
        if (hooks.step === 'generate') hooks.onArtifact(sampleArtifact(job));
        return done;
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'jobs_api', { chain: { upscale: { scale: 2 } } });
    const ended = await jobs.wait(id, 5_000);
    expect(steps).toEqual([
      ['generate', 0],
      ['upscale', 1],
    ]);
    expect(fractions).toEqual([0.25, 0.75]);
    expect(ended.timings?.total_ms).toBe(2 * sampleTimings.total_ms);
  });
});
