import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failed } from './contract/failure.ts';
import { type OpenApp, openApp } from './http/fixtures/open-app.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app[Symbol.asyncDispose]());

async function figures(): Promise<(name: string) => number> {
  const { status, headers, body } = await app.get('/metrics');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = String(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) expect(line).toMatch(/^[a-z_]+(\{[^}]*\})? [\d.e+-]+$/);
  return (name) =>
    Number(
      lines
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')
        .at(-1),
    );
}
async function run(body: object): Promise<void> {
  const queued = await app.post('/v1/jobs', {
    type: 'generate',
    prompt: 'a',
    width: 64,
    height: 64,
    steps: 2,
    ...body,
  });
  const { id } = (queued.body as { job: { id: string } }).job;
  await app.get(`/api/v1/jobs/${id}/wait`);
}
const chain = { upscale: { scale: 2 } };

test('steps of jobs are counted by kind and outcome, and jobs by kind, door and outcome', async () => {
  const names = ['generate', 'upscale'].flatMap((step) =>
    ['started', 'succeeded', 'failed', 'canceled'].map((outcome) => `jobs_${step}_${outcome}_total`),
  );
  const before = await figures();
  expect(names.map(before)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  await run({});
  await run({ chain, count: 2 });
  app.failWith = new Failed('oom', { reason: 'x' });
  await run({ chain });
  app.failWith = null;
  const after = await figures();
  expect(Object.fromEntries(names.map((name) => [name, after(name)]))).toEqual({
    jobs_generate_started_total: 3,
    jobs_generate_succeeded_total: 2,
    jobs_generate_failed_total: 1,
    jobs_generate_canceled_total: 0,
    jobs_upscale_started_total: 1,
    jobs_upscale_succeeded_total: 1,
    jobs_upscale_failed_total: 0,
    jobs_upscale_canceled_total: 1,
  });
  expect(after('vitrine_jobs_ended_total{kind="single",origin="jobs_api",outcome="succeeded"}')).toBe(1);
  expect(after('vitrine_jobs_ended_total{kind="chain",origin="jobs_api",outcome="failed"}')).toBe(1);
  expect(after('vitrine_job_step_seconds_count{step="upscale"}')).toBe(1);
  expect(after('vitrine_denoise_step_seconds_count')).toBe(2);
  expect(after('vitrine_runs_total{outcome="succeeded"}')).toBe(2);
});

test('the depth of the queue, restarts and memory are those of the moment', async () => {
  await app.post('/api/v1/queue/pause', { when: 'now' });
  for (const seed of [1, 2]) await app.post('/v1/jobs', { type: 'generate', prompt: 'a', width: 64, height: 64, seed });
  const now = await figures();
  expect([now('vitrine_queue_depth'), now('vitrine_jobs_running'), now('vitrine_runner_restarts_total')]).toEqual([
    2, 0, 0,
  ]);
  expect(now('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(now('vitrine_runner_resident_memory_bytes')).toBe(0);
  await app.post('/api/v1/queue/clear', { what: 'waiting' });
  await app.post('/api/v1/queue/resume');
  const cleared = await figures();
  expect([cleared('vitrine_queue_depth'), cleared('jobs_generate_canceled_total')]).toEqual([0, 2]);
});
