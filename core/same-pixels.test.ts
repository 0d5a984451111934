import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './cli/run-cli.ts';
import type { GenerateInput } from './contract/generate/generate.ts';
import type { RunPlan } from './contract/generate/runner.ts';
import { resolveFolders } from './folders.ts';
import { createHttpClient } from './http/client.ts';
import { type Instance, openInstance } from './instance.ts';
import { silentLog } from './log.ts';
import { clientOf } from './own-client.ts';

/** The same request with the same seed gives the same bytes of pixels through every door, over the real transports, and is one run each time. */
const text = {
  prompt: 'a red sun',
  negative_prompt: 'rain',
  seed: 11,
  steps: 4,
  width: 64,
  height: 64,
  guidance_scale: 5,
  count: 2,
};
type Door = (instance: Instance, request: GenerateInput, folder: string) => Promise<readonly (string | Buffer)[]>;

async function ask(instance: Instance, path: string, body: object): Promise<unknown> {
  const response = await fetch(instance.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${instance.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  expect(response.ok, JSON.stringify(answer).slice(0, 300)).toBe(true);
  return answer;
}

async function throughCommands(instance: Instance, request: GenerateInput): Promise<readonly string[]> {
  const window = clientOf(instance.app);
  const { id } = await window.call('jobs.generate', { request });
  const job = await window.call('jobs.wait', { job_id: id, timeout_ms: 60_000 });
  return job.artifacts.map(({ path }) => path);
}

async function throughRest(instance: Instance, request: GenerateInput): Promise<readonly string[]> {
  const client = createHttpClient(instance.url, instance.key);
  const { id } = await client.call('jobs.generate', { request });
  const job = await client.call('jobs.wait', { job_id: id, timeout_ms: 60_000 });
  return job.artifacts.map(({ path }) => path);
}

const throughJobs =
  (extra: object): Door =>
  async (instance, { guidance_scale: guidance, sampler: _, ...request }) => {
    const body = { type: 'generate', ...request, guidance, scheduler: 'Euler', ...extra };
    const { job } = (await ask(instance, '/v1/jobs', body)) as { job: { id: string } };
    const client = createHttpClient(instance.url, instance.key);
    const ended = await client.call('jobs.wait', { job_id: job.id as never, timeout_ms: 60_000 });
    return ended.artifacts.filter(({ step }) => step === 'generate').map(({ path }) => path);
  };

const throughSdapi: Door = async (instance, request) => {
  const { guidance_scale: cfg_scale, count: batch_size, init_image, strength, ...same } = request;
  const isFromPicture = init_image !== undefined;
  const body = {
    ...same,
    cfg_scale,
    batch_size,
    sampler_name: 'Euler',
    ...(isFromPicture && { init_images: [init_image], denoising_strength: strength }),
  };
  const { images } = (await ask(instance, `/sdapi/v1/${isFromPicture ? 'img2img' : 'txt2img'}`, body)) as {
    images: string[];
  };
  return images.map((image) => Buffer.from(image, 'base64'));
};

const throughCommandLine: Door = async (_, request, folder) => {
  const output: string[] = [];
  const out = join(folder, `out-${Math.random()}`);
  const options: Record<string, unknown> = {
    prompt: request.prompt,
    negative: request.negative_prompt,
    seed: request.seed,
    steps: request.steps,
    width: request.width,
    height: request.height,
    cfg: request.guidance_scale,
    count: request.count,
    sampler: 'Euler',
    library: join(folder, 'library'),
    data: join(folder, 'data'),
    ...(request.init_image !== undefined && { init: join(folder, 'init.png'), strength: request.strength }),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const code = await runCli(['generate', ...args, '--out', `${out}/`, '--json'], {
    out: (part) => void output.push(part),
    err: () => {},
    isTerminal: false,
    ask: async () => null,
    workingPath: folder,
    env: {},
    onInterrupt: () => () => {},
  });
  expect(code).toBe(0);
  return (JSON.parse(output.join('')) as { images: { path: string }[] }).images.map(({ path }) => path);
};

const doors: Readonly<Record<string, Door>> = {
  'the window': throughCommands,
  '/api/v1/jobs': throughRest,
  '/v1/jobs': throughJobs({}),
  '/v1/jobs with a chain': throughJobs({ chain: { upscale: { scale: 2 } } }),
  '/sdapi/v1': throughSdapi,
  'the command line': throughCommandLine,
};

const digests = (files: readonly (string | Buffer)[]) =>
  Promise.all(files.map(async (file) => (await sharp(file).raw().toBuffer()).toString('base64')));

describe.each(['fake', 'onnx'])('with the %s runner', (runner) => {
  const runs: RunPlan[] = [];
  let folder: string;
  let instance: Instance;
  let init_image: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-pixels-'));
    const gradient = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => (at * 7) % 256);
    await sharp(gradient, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toFile(join(folder, 'init.png'));
    init_image = readFileSync(join(folder, 'init.png'), 'base64');
    instance = await openInstance({
      folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
      env: { VITRINE_RUNNER: runner, VITRINE_PROVIDER: 'cpu' },
      log: silentLog(),
      observers: [{ onPrepare: (plan) => void runs.push(plan) }],
    });
  });
  afterAll(async () => {
    await instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['txt2img', 'img2img'])(
    '%s gives the same pixels through every door, in one run each',
    async (kind) => {
      const request: GenerateInput = {
        ...text,
        sampler: 'Euler',
        ...(kind === 'img2img' && { init_image, strength: 0.5 }),
      };
      const seen = new Map<string, readonly string[]>();
      for (const [name, through] of Object.entries(doors)) {
        runs.length = 0;
        seen.set(name, await digests(await through(instance, request, folder)));
        expect(
          runs.map(({ seeds, init }) => [seeds, init?.strength ?? null]),
          name,
        ).toEqual([[[11, 12], kind === 'img2img' ? 0.5 : null]]);
      }
      const [first] = seen.values();
      expect(first).toHaveLength(2);
      expect(new Set(first).size).toBe(2);
      for (const [name, pixels] of seen) expect(pixels, name).toEqual(first);
    },
    60_000,
  );
});
