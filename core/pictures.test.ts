import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from './contract/jobs/job.ts';
import { resolveFolders } from './folders.ts';
import { createHttpClient } from './http/client.ts';
import { type Instance, openInstance } from './instance.ts';
import { silentLog } from './log.ts';

let folder: string;
let instance: Instance;
let made: Job;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-pictures-'));
  instance = await openInstance({
    folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
    env: { VITRINE_RUNNER: 'fake' },
    log: silentLog(),
  });
  const request = { prompt: 'red hills', negative_prompt: 'people', seed: 11, steps: 4, width: 64, height: 96 };
  const { id } = await call('jobs.generate', { request });
  made = await call('jobs.wait', { job_id: id });
});
afterAll(async () => {
  await instance.close();
  rmSync(folder, { recursive: true, force: true });
});

const client = () => createHttpClient(instance.url, instance.key);
const call: ReturnType<typeof createHttpClient>['call'] = (name, input) => client().call(name, input);
const madeBytes = () => readFileSync(made.artifacts[0]?.path ?? '');

test('a picture made here tells the request that made it, and its model', async () => {
  expect(await call('pictures.read', { picture: madeBytes().toString('base64') })).toEqual({
    width: 64,
    height: 96,
    infotext: made.artifacts[0]?.infotext,
    settings: expect.objectContaining({
      prompt: 'red hills',
      negative_prompt: 'people',
      seed: 11,
      steps: 4,
      width: 64,
      height: 96,
    }),
    model_id: made.request.model_id,
  });
});

test('a picture that says nothing is read as such, and nothing is kept of it', async () => {
  const plain = await sharp({ create: { width: 8, height: 16, channels: 3, background: 'red' } })
    .webp()
    .toBuffer();
  expect(await call('pictures.read', { picture: `data:image/webp;base64,${plain.toString('base64')}` })).toEqual({
    width: 8,
    height: 16,
    infotext: '',
    settings: null,
    model_id: null,
  });
  expect(readdirSync(folder, { recursive: true, encoding: 'utf8' })).not.toContain(join('data', 'inputs'));
});

test.each(['', 'bm8gcGljdHVyZQ==', '%%%'])('%j is refused as no picture', async (picture) => {
  for (const name of ['pictures.read', 'pictures.keep'] as const)
    await expect(call(name, { picture })).rejects.toMatchObject({ failure: { code: 'invalid_input' } });
});

test('a kept picture is the start of a request, whether it came as bytes or was made here', async () => {
  const picture_id = made.artifacts[0]?.id ?? '';
  const digest = createHash('sha256').update(madeBytes()).digest('hex');
  const kept = { init_image: `sha256:${digest}`, width: 64, height: 96 };
  expect(await call('pictures.keep', { picture: madeBytes().toString('base64') })).toEqual(kept);
  expect(await call('pictures.keep', { picture_id })).toEqual(kept);
  const { id } = await call('jobs.generate', {
    request: { prompt: 'x', init_image: kept.init_image, strength: 0.5, steps: 4 },
  });
  expect(await call('jobs.wait', { job_id: id })).toMatchObject({
    status: 'succeeded',
    artifacts: [{ width: 64, height: 96 }],
  });
});

test('the file of a picture comes as base64', async () => {
  const { media_type, base64 } = await call('pictures.bytes', { picture_id: made.artifacts[0]?.id ?? '' });
  expect({ media_type, bytes: Buffer.from(base64, 'base64') }).toEqual({
    media_type: 'image/png',
    bytes: madeBytes(),
  });
  await expect(call('pictures.bytes', { picture_id: 'nobody' })).rejects.toMatchObject({
    failure: { code: 'not_found' },
  });
});

test('a listing of pictures says how many there are of the model', async () => {
  const { model_id } = made.request;
  const page = await call('pictures.list', { ...(model_id && { model_id }), limit: 1 });
  expect(page).toMatchObject({ pictures: [{ model_id }], total: 2 });
});

test('a model shows the picture that was chosen for it', async () => {
  const model_id = made.request.model_id;
  if (!model_id) throw new Error('the job names no model');
  const address = `${instance.url}/api/v1/models/${encodeURIComponent(model_id)}/preview`;
  const headers = { authorization: `Bearer ${instance.key}` };
  const path = join(folder, 'face.png');
  writeFileSync(path, madeBytes());
  await call('models.edit', { model_id, preview: path });
  const shown = await fetch(address, { headers });
  expect(shown.headers.get('content-type')).toBe('image/webp');
  expect(await sharp(await shown.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 64, height: 96 });
  await call('models.edit', { model_id, preview: null });
  expect((await fetch(address, { headers })).status).toBe(404);
});
