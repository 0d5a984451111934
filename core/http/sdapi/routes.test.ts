import { afterEach, beforeEach, expect, test } from 'vitest';
import { sunId } from '../fixtures/hand-made-core.ts';
import { type OpenDoor, openDoor } from '../fixtures/open-door.ts';

let door: OpenDoor;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door[Symbol.asyncDispose]());

const get = async (path: string): Promise<unknown> => (await fetch(`${door.url}/sdapi/v1/${path}`)).json();
const post = (path: string, body: string | null = null) =>
  fetch(`${door.url}/sdapi/v1/${path}`, { method: 'POST', body });

test('the models are listed with titles that options take', async () => {
  expect(await get('sd-models')).toMatchObject([
    { title: 'sun [sun0123456]', model_name: 'sun', hash: 'sun0123456', filename: '/models/sun', config: null },
    { title: 'moon [moon012345]' },
  ]);
});

test('samplers and schedulers have names, the schedulers also labels', async () => {
  expect(await get('samplers')).toContainEqual({ name: 'Euler', aliases: ['k_euler'], options: {} });
  expect(await get('samplers')).not.toContainEqual(expect.objectContaining({ name: 'Automatic' }));
  expect(await get('schedulers')).toContainEqual(expect.objectContaining({ name: 'karras', label: 'Karras' }));
});

test('the whole of the options can be read, changed and sent back', async () => {
  const options = (await get('options')) as Record<string, unknown>;
  expect(options.sd_model_checkpoint).toBe('sun [sun0123456]');
  const response = await post('options', JSON.stringify({ ...options, sd_model_checkpoint: 'moon' }));
  expect([response.status, await response.json()]).toEqual([200, null]);
  expect(await get('options')).toEqual({
    ...options,
    sd_model_checkpoint: 'moon [moon012345]',
    sd_checkpoint_hash: 'moon012345',
  });
});

test.each([
  [{ nonesuch: 1 }, { error: 'KeyError', errors: "'nonesuch'" }],
  [{ sd_model_checkpoint: 'nonesuch' }, { error: 'RuntimeError', errors: "model 'nonesuch' not found" }],
])('options %j are refused and nothing is applied', async (given, expected) => {
  const before = await get('options');
  const response = await post('options', JSON.stringify({ jpeg_quality: 5, ...given }));
  expect([response.status, await response.json()]).toMatchObject([500, { detail: '', body: '', ...expected }]);
  expect(await get('options')).toEqual(before);
});

test('an idle server is ready: progress 0 of 0 jobs', async () => {
  expect(await get('progress')).toMatchObject({
    progress: 0,
    eta_relative: 0,
    current_image: null,
    state: { job_count: 0, sampling_step: 0 },
  });
});

test('progress tells of the running job, with its preview unless that is not wanted; interrupt ends it', async () => {
  const job = await door.core.commands['jobs.generate']({
    origin: 'window',
    request: { prompt: '', negative_prompt: '', sampler: 'Euler', scheduler: 'Automatic', seed: 1, count: 2 },
  });
  const progress = {
    stage: 'denoise',
    item_index: 1,
    item_count: 2,
    step: 3,
    step_count: 20,
    fraction: 0.6,
    eta_ms: 4000,
  } as const;
  door.core.jobs.set(job.id, { ...job, status: 'running', progress });
  door.events.emit({ kind: 'preview_ready', job_id: job.id, item_index: 1, data_url: 'data:image/png;base64,AAAA' });
  expect(await get('progress')).toMatchObject({
    progress: 0.585,
    eta_relative: 4,
    current_image: 'AAAA',
    state: { job_count: 2, job_no: 1, sampling_step: 3, sampling_steps: 20 },
  });
  expect(await get('progress?skip_current_image=true')).toMatchObject({ current_image: null });
  expect(await (await post('interrupt')).json()).toEqual({});
  expect(door.core.jobs.get(job.id)?.status).toBe('canceled');
  expect(await (await post('skip')).json()).toBeNull();
});

test('an unknown route and a wrong method are answered as there', async () => {
  expect(await get('nonesuch')).toEqual({ detail: 'Not Found' });
  const wrong = await fetch(`${door.url}/sdapi/v1/txt2img`);
  expect([wrong.status, await wrong.json()]).toEqual([405, { detail: 'Method Not Allowed' }]);
});

test('a bug shows nothing of itself', async () => {
  const listJobs = async () => {
    throw new TypeError(`secret ${sunId}`);
  };
  await using broken = await openDoor({ commands: { ...door.core.commands, 'jobs.list': listJobs } });
  const response = await fetch(`${broken.url}/sdapi/v1/progress`);
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).not.toContain('secret');
});
