import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Failed } from '../../contract/failure.ts';
import type { Job } from '../../contract/jobs/job.ts';
import type { QueueState } from '../../contract/jobs/queue.ts';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterEach(() => {
  app.failWith = null;
});
afterAll(() => app[Symbol.asyncDispose]());

const request = { prompt: 'a', width: 64, height: 64, steps: 1 };
const body = async <Body>(asked: Promise<{ body: unknown }>): Promise<Body> => (await asked).body as Body;
const add = () => body<Job>(app.post('/api/v1/jobs', { request }));
const ended = (id: string) => body<Job>(app.get(`/api/v1/jobs/${id}/wait`));
const queue = (path: string, input: object = {}) => body<QueueState>(app.post(`/api/v1/${path}`, input));

test('the queue is paused, reordered, resumed and cleared over HTTP', async () => {
  expect(await queue('queue/pause')).toMatchObject({ state: 'paused' });
  const [a, b, c] = [await add(), await add(), await add()];
  const line = await queue(`jobs/${c.id}/move`, { place: 'before', other_job_id: b.id });
  expect(line.waiting).toEqual([a.id, c.id, b.id]);
  expect(await body(app.get('/api/v1/queue'))).toEqual(line);
  expect(await body(app.post('/api/v1/queue/clear', { what: 'waiting' }))).toEqual({ canceled: 3, removed: 0 });
  expect(await queue('queue/resume')).toMatchObject({ state: 'running', waiting: [] });
  expect((await app.post(`/api/v1/jobs/${a.id}/move`, { place: 'first' })).status).toBe(409);
});

test('a failed job is retried, any is duplicated, and an ended one is removed over HTTP', async () => {
  app.failWith = new Failed('oom', { reason: 'x' });
  const failed = await add();
  await ended(failed.id);
  app.failWith = null;
  const retried = await body<Job>(app.post(`/api/v1/jobs/${failed.id}/retry`));
  expect(await ended(retried.id)).toMatchObject({ status: 'succeeded', request });
  expect((await app.post(`/api/v1/jobs/${retried.id}/retry`)).status).toBe(409);
  const copy = await body<Job>(app.post(`/api/v1/jobs/${retried.id}/duplicate`));
  await ended(copy.id);
  const { events } = await body<{ events: { code: string }[] }>(app.get(`/api/v1/jobs/${copy.id}/events?after=1`));
  expect(events.map(({ code }) => code)).toEqual(['step.start', 'artifact.written', 'step.finish', 'job.finish']);
  const removed = await fetch(`${app.url}/api/v1/jobs/${failed.id}`, { method: 'DELETE' });
  expect(await removed.json()).toEqual({ removed: 1 });
  expect((await app.get(`/api/v1/jobs/${failed.id}`)).status).toBe(404);
});

test('options are described, changed and refused over HTTP', async () => {
  const { options, defaults, schema } = await body<Record<'options' | 'defaults' | 'schema', Record<string, unknown>>>(
    app.get('/api/v1/settings'),
  );
  expect(options).toEqual(defaults);
  const described = schema.properties as Record<string, { description?: string }>;
  expect(Object.keys(described)).toEqual(Object.keys(options));
  expect(Object.values(described).every(({ description }) => description)).toBe(true);
  expect(await body(app.post('/api/v1/settings', { changes: { jpeg_quality: 9 } }))).toMatchObject({
    options: { jpeg_quality: 9 },
  });
  const refused = await app.post('/api/v1/settings', { changes: { jpeg_quality: 8, nonesuch: 1 } });
  expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
  expect((await body<{ options: object }>(app.get('/api/v1/settings'))).options).toMatchObject({ jpeg_quality: 9 });
});

test('the memory of a model is given back on request', async () => {
  expect(await body(app.post('/api/v1/runner/unload'))).toMatchObject({ kind: 'fake', loaded_model_id: null });
});

test("a prompt's tokens are counted over HTTP by the starter model's own tokenizer", async () => {
  const counted = await app.post('/api/v1/prompts/count', { prompt: 'a red (sun', negative_prompt: 'fog' });
  expect(counted.body).toMatchObject({
    prompt: { chunks: [expect.any(Number)], limit: 75, problems: [{ code: 'not_closed', at: 6 }] },
    negative_prompt: { problems: [] },
  });
  const unknown = await app.post('/api/v1/prompts/count', { model_id: 'diffusion/none/such', prompt: 'a' });
  expect(unknown.status).toBe(404);
});
