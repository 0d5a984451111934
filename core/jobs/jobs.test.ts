import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppEvent } from '../contract/event.ts';
import { Failed, failureOf } from '../contract/failure.ts';
import { ModelId } from '../contract/ids.ts';
import { Job, JobOrigin, type Progress } from '../contract/jobs/job.ts';
import { sampleArtifact, sampleRequest, sampleTimings } from './fixtures/sample-job.ts';
import { type Jobs, openJobs } from './jobs.ts';
import type { JobsOptions } from './jobs-options.ts';
import type { JobHooks } from './work/job-hooks.ts';
import type { StepResult } from './work/worker.ts';

const stuckQueue = fileURLToPath(new URL('./fixtures/stuck-queue.ts', import.meta.url));
const done: StepResult = { timings: sampleTimings, provider: 'cpu' };
const unknownId = '01890a5d-ac96-774b-bcce-b302099a8057';

let folder = '';
let path = '';
const opened: Jobs[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-jobs-'));
  path = join(folder, 'jobs.db');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close()));
  await rm(folder, { recursive: true, force: true });
});

function open(change: Partial<JobsOptions> = {}) {
  const events: AppEvent[] = [];
  const jobs = openJobs({ path, emit: (event) => events.push(event), execute: async () => done, ...change });
  opened.push(jobs);
  return { jobs, events };
}

/** Runs until canceled, like a runner between two steps; `begun` resolves when the first such job runs. */
function endless() {
  let begin: (job: Job) => void = () => undefined;
  const begun = new Promise<Job>((resolve) => {
    begin = resolve;
  });
  const execute = (job: Job, { signal }: JobHooks): Promise<StepResult> => {
    begin(job);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Failed('canceled'))));
  };
  return { begun, execute };
}

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return failureOf(error);
  }
  return expect.unreachable('it should have been refused');
};
const progressOf = (step: number): Progress => ({
  stage: 'denoise',
  item_index: 0,
  item_count: 1,
  step,
  step_count: 10,
  fraction: step / 10,
  eta_ms: null,
});

describe('a job', () => {
  it('goes from queued through running to succeeded, and every change is told', async () => {
    const { jobs, events } = open({
      execute: async (job, { onArtifact }) => {
        onArtifact(sampleArtifact(job));
        return done;
      },
    });
    const queued = jobs.enqueue(sampleRequest(), 'window');
    expect(queued).toMatchObject({
      type: 'generate',
      status: 'queued',
      origin: 'window',
      failure: null,
      artifacts: [],
    });
    const ended = await jobs.wait(queued.id, 5_000);
    expect(Job.parse(ended)).toEqual(ended);
    expect(ended).toMatchObject({
      status: 'succeeded',
      provider: 'cpu',
      timings: sampleTimings,
      progress: null,
      steps: [
        { name: 'generate', status: 'succeeded', started_at: expect.any(String), finished_at: expect.any(String) },
      ],
      artifacts: [sampleArtifact(queued)],
    });
    for (const event of events) AppEvent.parse(event);
    expect(
      events.map((event) => event.kind === 'job_changed' && [event.job.status, event.job.artifacts.length]),
    ).toEqual([
      ['queued', 0],
      ['running', 0],
      ['running', 1],
      ['succeeded', 1],
    ]);
    expect(jobs.events(queued.id).map(({ sequence, code }) => `${sequence} ${code}`)).toEqual([
      '1 job.queued',
      '2 step.start',
      '3 artifact.written',
      '4 step.finish',
      '5 job.finish',
    ]);
    expect(jobs.events(queued.id, 3).map(({ code }) => code)).toEqual(['step.finish', 'job.finish']);
  });

  it('that fails says why, and keeps the pictures that it made', async () => {
    const { jobs } = open({
      execute: async (job, { onArtifact }) => {
        onArtifact(sampleArtifact(job));
        throw new Failed('oom', { reason: 'none left' });
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    expect(await jobs.wait(id, 5_000)).toMatchObject({
      status: 'failed',
      failure: { code: 'oom', details: { reason: 'none left' } },
      steps: [{ status: 'failed' }],
      artifacts: [{ item_index: 0 }],
    });
    expect(
      jobs
        .events(id)
        .map(({ code, level }) => `${code} ${level}`)
        .slice(-3),
    ).toEqual(['error error', 'step.finish info', 'job.finish error']);
  });

  it('that meets a bug shows no internals, and logs them', async () => {
    const logged: string[] = [];
    const { jobs } = open({
      log: (message) => logged.push(message),
      execute: async () => {
        throw new TypeError('x is not a function');
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    expect((await jobs.wait(id, 5_000)).failure).toEqual(failureOf(null));
    expect(logged[0]).toContain('x is not a function');
  });

  it('keeps a prompt of 100,000 characters', async () => {
    const { jobs } = open();
    const request = sampleRequest('夜'.repeat(100_000));
    const { id } = jobs.enqueue(request, 'cli');
    await jobs.close();
    expect(open().jobs.show(id).request).toEqual(request);
  });

  it('has its progress while it runs, and tells of the first at once and of those that come close behind only the newest', async () => {
    const steps: number[] = [];
    const { jobs } = open({
      emit: (event) => {
        if (event.kind === 'job_progressed') steps.push(event.progress.step);
      },
      execute: async (job, { onProgress }) => {
        for (let step = 0; step < 10; step++) {
          onProgress(progressOf(step));
          expect(jobs.show(job.id).progress?.step).toBe(step);
        }
        while (steps.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
        return done;
      },
    });
    expect((await jobs.wait(jobs.enqueue(sampleRequest(), 'cli').id, 5_000)).status).toBe('succeeded');
    expect([steps[0], steps.at(-1)]).toEqual([0, 9]);
    expect(steps.length).toBeLessThan(10);
  });

  it('draws one preview at a time, and shows it as a URL', async () => {
    const { jobs, events } = open({
      execute: async (_, { onPreview }) => {
        onPreview(2, async () => 'data:image/jpeg;base64,Mg==');
        onPreview(3, async () => 'data:image/jpeg;base64,Mw==');
        while (!events.some(({ kind }) => kind === 'preview_ready'))
          await new Promise((resolve) => setTimeout(resolve, 5));
        return done;
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'window');
    await jobs.wait(id, 5_000);
    const previews = events.filter(({ kind }) => kind === 'preview_ready');
    expect(previews).toEqual([
      { kind: 'preview_ready', job_id: id, item_index: 2, data_url: 'data:image/jpeg;base64,Mg==' },
    ]);
  });

  it('that has ended hears nothing more from its run', async () => {
    const kept: JobHooks[] = [];
    const { jobs, events } = open({
      execute: async (_, hooks) => {
        kept.push(hooks);
        return done;
      },
    });
    const job = jobs.enqueue(sampleRequest(), 'cli');
    await jobs.wait(job.id, 5_000);
    const told = events.length;
    kept[0]?.onArtifact(sampleArtifact(job));
    kept[0]?.onProgress(progressOf(1));
    kept[0]?.onPreview(0, async () => 'data:image/jpeg;base64,MA==');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(events).toHaveLength(told);
    expect(jobs.events(job.id).at(-1)?.code).toBe('job.finish');
    expect(jobs.show(job.id).artifacts).toEqual([]);
  });
});

describe('the queue', () => {
  it('runs one at a time, in the order of their coming', async () => {
    const order: string[] = [];
    let atOnce = 0;
    const { jobs } = open({
      execute: async ({ request }) => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        order.push(request.prompt);
        await new Promise((resolve) => setTimeout(resolve, 5));
        atOnce -= 1;
        if (request.prompt === '2') throw new Failed('oom', { reason: 'x' });
        return done;
      },
    });
    const all = ['1', '2', '3', '4'].map((prompt) => jobs.enqueue(sampleRequest(prompt), 'cli'));
    const ended = await Promise.all(all.map(({ id }) => jobs.wait(id, 5_000)));
    expect(order).toEqual(['1', '2', '3', '4']);
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'failed', 'succeeded', 'succeeded']);
    expect(jobs.list({ limit: 3 }).jobs.map(({ request }) => request.prompt)).toEqual(['4', '3', '2']);
    expect(jobs.list({ status: 'failed', limit: 3 }).jobs.map(({ request }) => request.prompt)).toEqual(['2']);
  });

  it('refuses one more than may wait', async () => {
    const { begun, execute } = endless();
    const { jobs } = open({ execute, maxQueued: 2 });
    jobs.enqueue(sampleRequest(), 'cli');
    await begun;
    jobs.enqueue(sampleRequest(), 'cli');
    jobs.enqueue(sampleRequest(), 'cli');
    expect(refusal(() => jobs.enqueue(sampleRequest(), 'cli'))).toMatchObject({
      code: 'queue_full',
      details: { limit: 2 },
    });
    expect(jobs.list({ limit: 10 }).jobs).toHaveLength(3);
  });

  it('fails a job whose row was damaged, and runs the next', async () => {
    const { begun, execute } = endless();
    const first = open({ execute }).jobs;
    first.enqueue(sampleRequest('1'), 'cli');
    await begun;
    const damaged = first.enqueue(sampleRequest('2'), 'cli');
    const whole = first.enqueue(sampleRequest('3'), 'cli');
    await first.close();
    const database = new Database(path);
    database.prepare(`UPDATE jobs SET request_json = '{"steps":' WHERE id = ?`).run(damaged.id);
    database.close();
    const logged: string[] = [];
    const { jobs } = open({ log: (message) => logged.push(message) });
    expect((await jobs.wait(whole.id, 5_000)).status).toBe('succeeded');
    expect(refusal(() => jobs.show(damaged.id)).code).toBe('not_found');
    expect(jobs.list({ limit: 10 }).jobs.map(({ request }) => request.prompt)).toEqual(['3', '1']);
    expect(logged[0]).toContain(damaged.id);
  });

  it('knows no job that nobody enqueued', async () => {
    const { jobs } = open();
    expect(refusal(() => jobs.show(unknownId))).toMatchObject({ code: 'not_found', details: { what: 'job' } });
    await expect(jobs.wait(Job.shape.id.parse(unknownId), 1)).rejects.toThrow(Failed);
    await expect(jobs.cancel(Job.shape.id.parse(unknownId))).rejects.toThrow(Failed);
  });
});

describe('canceling', () => {
  it('ends one that waits at once, and it never runs', async () => {
    const { begun, execute } = endless();
    const ran: string[] = [];
    const { jobs } = open({
      execute: (job, hooks) => {
        ran.push(job.id);
        return execute(job, hooks);
      },
    });
    const first = jobs.enqueue(sampleRequest(), 'cli');
    const second = jobs.enqueue(sampleRequest(), 'cli');
    await begun;
    expect(await jobs.cancel(second.id)).toMatchObject({
      status: 'canceled',
      steps: [{ status: 'canceled' }],
      failure: null,
    });
    expect(await jobs.cancel(first.id)).toMatchObject({
      status: 'canceled',
      steps: [{ status: 'canceled' }],
      failure: null,
    });
    expect(ran).toEqual([first.id]);
    expect(jobs.events(second.id).map(({ code }) => code)).toEqual(['job.queued', 'job.finish']);
  });

  it('keeps what a running job made before it stopped, and the next one runs', async () => {
    const { begun, execute } = endless();
    const { jobs } = open({
      execute: (job, hooks) => {
        if (job.request.prompt === 'next') return Promise.resolve(done);
        hooks.onArtifact(sampleArtifact(job));
        return execute(job, hooks);
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    const next = jobs.enqueue(sampleRequest('next'), 'cli');
    await begun;
    const [canceled, again] = await Promise.all([jobs.cancel(id), jobs.cancel(id)]);
    expect(canceled).toMatchObject({ status: 'canceled', artifacts: [{ item_index: 0 }] });
    expect(again).toEqual(canceled);
    expect((await jobs.wait(next.id, 5_000)).status).toBe('succeeded');
  });

  it('leaves one that has ended as it is, and one that was faster succeeded', async () => {
    const { jobs } = open({
      execute: async (_, { signal }) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        return done;
      },
    });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    while (jobs.show(id).status === 'queued') await new Promise((resolve) => setImmediate(resolve));
    expect((await jobs.cancel(id)).status).toBe('succeeded');
    expect((await jobs.cancel(id)).status).toBe('succeeded');
  });

  it('at any moment of a job ends in one terminal event', async () => {
    const { jobs } = open({
      execute: async (_, { signal }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (signal.aborted) throw new Failed('canceled');
        return done;
      },
    });
    for (let delayMs = 0; delayMs < 8; delayMs++) {
      const { id } = jobs.enqueue(sampleRequest(), 'cli');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      const { status } = await jobs.cancel(id);
      expect(['canceled', 'succeeded']).toContain(status);
      expect(jobs.events(id).filter(({ code }) => code === 'job.finish')).toMatchObject([{ payload: { status } }]);
    }
  });
});

describe('waiting', () => {
  it('answers with the job as it is when the time is up', async () => {
    const { execute } = endless();
    const { jobs } = open({ execute });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    expect((await jobs.wait(id, 50)).status).toBe('running');
    expect((await jobs.wait(id, 0)).status).toBe('running');
  });
});

describe('closing', () => {
  it.each(JobOrigin.options)(
    'puts the running job of %s back before those that wait, and the next start runs both',
    async (origin) => {
      const { begun, execute } = endless();
      const { jobs } = open({ execute });
      const first = jobs.enqueue(sampleRequest('first'), origin);
      const second = jobs.enqueue(sampleRequest('second'), origin);
      await begun;
      const waiting = Promise.all([jobs.wait(first.id, 60_000), jobs.wait(second.id, 60_000)]);
      await jobs.close();
      await jobs.close();
      expect((await waiting).map(({ status }) => status)).toEqual(['queued', 'queued']);
      const ran: string[] = [];
      const again = open({
        execute: async ({ request }) => {
          ran.push(request.prompt);
          return done;
        },
      }).jobs;
      const ended = await Promise.all([first, second].map(({ id }) => again.wait(id, 5_000)));
      expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
      expect(ran).toEqual(['first', 'second']);
    },
  );

  it('leaves what an earlier program queued alone where told to, and runs what comes anew', async () => {
    const { begun, execute } = endless();
    const before = open({ execute }).jobs;
    before.enqueue(sampleRequest(), 'window');
    await begun;
    const left = before.enqueue(sampleRequest(), 'window');
    await before.close();
    const { jobs } = open({ resumesQueue: false, maxQueued: 1 });
    const own = jobs.enqueue(sampleRequest(), 'cli');
    expect((await jobs.wait(own.id, 5_000)).status).toBe('succeeded');
    expect(jobs.show(left.id).status).toBe('queued');
  });

  it('waits no longer than told for a job that does not stop, and puts it back all the same', async () => {
    const { jobs } = open({ execute: () => new Promise(() => undefined), closeTimeoutMs: 30 });
    const { id } = jobs.enqueue(sampleRequest(), 'cli');
    while (jobs.show(id).status === 'queued') await new Promise((resolve) => setImmediate(resolve));
    await jobs.close();
    const again = open({ execute: async () => done }).jobs;
    expect((await again.wait(id, 5_000)).status).toBe('succeeded');
  });
});

describe('a program that was killed', () => {
  it('finds its running job interrupted with its pictures, and runs those that waited, once each', async () => {
    const child = spawn(process.execPath, [stuckQueue, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(refusal(() => open({ busyTimeoutMs: 20 })).code).toBe('database_unusable');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const ran: string[] = [];
    const { jobs } = open({
      execute: async ({ request }) => {
        ran.push(request.prompt);
        return done;
      },
    });
    const [third, second, first] = jobs.list({ limit: 10 }).jobs;
    expect(first).toMatchObject({
      status: 'failed',
      failure: { code: 'interrupted' },
      steps: [{ status: 'failed' }],
      artifacts: [{ item_index: 0 }],
    });
    const ended = await Promise.all([second, third].map((job) => jobs.wait(job?.id ?? expect.unreachable(), 5_000)));
    expect(ended.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
    expect(ran).toEqual(['2', '3']);
  });
});

describe('pictures', () => {
  it('are listed the newest first, page by page, of all models or of one', async () => {
    const { jobs } = open({
      execute: async (job, { onArtifact }) => {
        for (let item = 0; item < 3; item++) onArtifact(sampleArtifact(job, item, `diffusion/x/${job.request.prompt}`));
        return done;
      },
    });
    for (const prompt of ['a', 'b']) await jobs.wait(jobs.enqueue(sampleRequest(prompt), 'cli').id, 5_000);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = jobs.pictures({ limit: 4, cursor });
      pages.push(page.pictures.map(({ model_id, item_index }) => `${model_id?.at(-1)}${item_index}`));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    expect(pages).toEqual([
      ['b2', 'b1', 'b0', 'a2'],
      ['a1', 'a0'],
    ]);
    const ofOne = jobs.pictures({ model_id: ModelId.parse('diffusion/x/a'), limit: 10 });
    expect(ofOne.pictures.map(({ item_index }) => item_index)).toEqual([2, 1, 0]);
    const [picture = expect.unreachable()] = ofOne.pictures;
    expect(jobs.artifactPath(picture.id)).toBe(picture.path);
    expect(jobs.artifactPath('../../etc/passwd')).toBeNull();
  });

  it.each(['', 'x', '-1', '1e9', "1' OR 1"])('refuse the cursor %j', (cursor) => {
    const { jobs } = open();
    expect(refusal(() => jobs.pictures({ limit: 1, cursor })).code).toBe('invalid_input');
  });
});
