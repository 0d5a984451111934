import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCli } from './cli/run-cli.ts';
import type { RunPlan } from './contract/generate/runner.ts';
import { resolveFolders } from './folders.ts';
import { createHttpClient } from './http/client.ts';
import { type Instance, openInstance } from './instance.ts';
import { silentLog } from './log.ts';
import { clientOf } from './own-client.ts';

/**
 * Every door leads through one queue to `ProcessingRunner.run`, once a batch of pictures, and the same request with the same seed gives the same
 * pixels through each. Over the real transports, with the fake runner; runs are counted where ProcessingRunner tells of them.
 */
const runs: RunPlan[] = [];
let folder: string;
let instance: Instance;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-doors-'));
  instance = await openInstance({
    folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
    env: { VITRINE_RUNNER: 'fake' },
    log: silentLog(),
    observers: [{ onPrepare: (plan) => void runs.push(plan) }],
  });
});
beforeEach(() => {
  runs.length = 0;
});
afterAll(async () => {
  await instance.close();
  rmSync(folder, { recursive: true, force: true });
});

const request = { prompt: 'a red sun', seed: 11, steps: 4, width: 128, height: 128, guidance_scale: 5, count: 2 };
const pixelsOf = (files: readonly (string | Buffer)[]) =>
  Promise.all(files.map(async (file) => (await sharp(file).raw().toBuffer()).toString('base64')));

async function throughWindow(): Promise<readonly string[]> {
  const window = clientOf(instance.app);
  const { id } = await window.call('jobs.generate', { request });
  const job = await window.call('jobs.wait', { job_id: id });
  expect(job).toMatchObject({ status: 'succeeded', origin: 'window' });
  return job.artifacts.map(({ path }) => path);
}

async function throughHttp(): Promise<readonly Buffer[]> {
  const client = createHttpClient(instance.url, instance.key);
  const { id } = await client.call('jobs.generate', { request, origin: 'jobs_api' });
  const job = await client.call('jobs.wait', { job_id: id });
  const headers = { authorization: `Bearer ${instance.key}` };
  return Promise.all(
    job.artifacts.map(async ({ url }) =>
      Buffer.from(await (await fetch(instance.url + url, { headers })).arrayBuffer()),
    ),
  );
}

async function throughSdapi(): Promise<readonly Buffer[]> {
  const { prompt, seed, steps, width, height, guidance_scale: cfg_scale, count: batch_size } = request;
  const response = await fetch(`${instance.url}/sdapi/v1/txt2img`, {
    method: 'POST',
    headers: { authorization: `Bearer ${instance.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt, seed, steps, width, height, cfg_scale, batch_size }),
  });
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { images: string[]; parameters: object; info: string };
  expect(Object.keys(answer)).toEqual(['images', 'parameters', 'info']);
  expect(JSON.parse(answer.info)).toMatchObject({ all_seeds: [11, 12], fake: true, sd_model_name: 'Vitrine Starter' });
  return answer.images.map((image) => Buffer.from(image, 'base64'));
}

async function throughCommandLine(): Promise<readonly string[]> {
  const out = join(folder, 'out');
  const text: string[] = [];
  const folders = ['--library', join(folder, 'library'), '--data', join(folder, 'data')];
  const asked = [
    '--prompt',
    'a red sun',
    '--seed',
    '11',
    '--steps',
    '4',
    '--width',
    '128',
    '--height',
    '128',
    '--cfg',
    '5',
  ];
  const code = await runCli(['generate', ...asked, '--count', '2', '--out', `${out}/`, '--json', ...folders], {
    out: (part) => void text.push(part),
    err: () => {},
    isTerminal: false,
    ask: async () => null,
    workingPath: folder,
    env: {},
    onInterrupt: () => () => {},
  });
  expect(code).toBe(0);
  const { images } = JSON.parse(text.join('')) as { images: { path: string; seed: number }[] };
  expect(images.map(({ seed }) => seed)).toEqual([11, 12]);
  expect(readdirSync(out)).toHaveLength(2);
  return images.map(({ path }) => path);
}

test.each([
  ['the window', throughWindow],
  ['/api/v1/jobs', throughHttp],
  ['/sdapi/v1/txt2img', throughSdapi],
  ['the command line', throughCommandLine],
])('a batch through %s is one run, and its pixels are those of every other door', async (_, through) => {
  const pixels = await pixelsOf(await through());
  expect(runs).toMatchObject([{ prompt: 'a red sun', seeds: [11, 12], steps: 4 }]);
  expect(pixels).toEqual(await pixelsOf(await throughWindow()));
  expect(new Set(pixels).size).toBe(2);
});

test('requests at the same time are each a run, and each gets its own pictures', async () => {
  const seeds = [1, 2, 3, 4, 5, 6];
  const answers = await Promise.all(
    seeds.map(async (seed) => {
      const response = await fetch(`${instance.url}/sdapi/v1/txt2img`, {
        method: 'POST',
        headers: { authorization: `Bearer ${instance.key}` },
        body: JSON.stringify({ prompt: `number ${seed}`, seed, steps: 2, width: 64, height: 64 }),
      });
      const { info } = (await response.json()) as { info: string };
      return JSON.parse(info) as { prompt: string; seed: number };
    }),
  );
  expect(answers.map(({ prompt, seed }) => [prompt, seed])).toEqual(seeds.map((seed) => [`number ${seed}`, seed]));
  expect(runs).toHaveLength(seeds.length);
});

test('a request that is refused is no run', async () => {
  const window = clientOf(instance.app);
  await expect(window.call('jobs.generate', { request: { width: 7 } })).rejects.toThrow(/multiple|at least/);
  const unknown = window.call('jobs.generate', { request: { model_id: 'a/b/c' as never } });
  await expect(unknown).rejects.toMatchObject({ failure: { code: 'not_found' } });
  const both = window.call('jobs.generate', { request: { model_id: 'a/b/c' as never, bundle: folder } });
  await expect(both).rejects.toMatchObject({ failure: { code: 'invalid_input' } });
  expect(runs).toEqual([]);
});

test.each([
  ['that is not there', 'nowhere', 'path_not_found'],
  ['that is no bundle', '.', 'asset_not_executable'],
])('a folder %s fails its job with the reason', async (_, name, code) => {
  const window = clientOf(instance.app);
  const { id } = await window.call('jobs.generate', { request: { bundle: join(folder, name) } });
  const job = await window.call('jobs.wait', { job_id: id });
  expect(job).toMatchObject({ status: 'failed', failure: { code } });
  expect(runs).toEqual([]);
});

test('a bundle runs without becoming a model', async () => {
  const bundle = join(import.meta.dirname, 'diffusion', 'reference', 'bundles', 'sd15-tiny');
  const window = clientOf(instance.app);
  const before = await window.call('models.list', {});
  const { id } = await window.call('jobs.generate', { request: { bundle, steps: 1, width: 64, height: 64 } });
  const job = await window.call('jobs.wait', { job_id: id });
  expect(job).toMatchObject({ status: 'succeeded', artifacts: [{ is_fake: true, width: 64 }] });
  expect(runs[0]?.descriptor).toMatchObject({ entry_path: bundle, validation_state: 'valid' });
  expect(await window.call('models.list', {})).toEqual(before);
});
