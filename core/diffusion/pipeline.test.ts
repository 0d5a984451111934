import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RunEvent, RunPlan } from '../contract/generate/runner.ts';
import type { Networks, Tensor } from './networks.ts';
import { openNetworks } from './open-networks.ts';
import { toPixels } from './pipeline/pixels.ts';
import type { PictureStart } from './pipeline/start.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import { planOfBundle } from './reference/plan-of-bundle.ts';
import { largestDifference, readTensors, referencePath, tensorOf } from './reference/read-tensors.ts';
import { openTokenizer } from './tokenizer/clip-tokenizer.ts';

const Run = z.object({
  prompt: z.string(),
  negative_prompt: z.string(),
  steps: z.int(),
  guidance_scale: z.number(),
  width: z.int(),
  height: z.int(),
});
const Expected = z.object({
  runs: z.array(Run),
  seeded: Run.omit({ steps: true }).extend({ num_inference_steps: z.int(), seed: z.int() }),
  img2img: z
    .object({ prompt: z.string(), strength: z.number(), steps: z.int(), guidance_scale: z.number(), seed: z.int() })
    .optional(),
});

/** Everything that a run tells, and the latents and pictures that went through the decoder. */
interface Recorded {
  readonly pipeline: Pipeline;
  readonly latents: Tensor[];
  readonly images: Tensor[];
}

async function recordingPipeline(entryPath: string): Promise<Recorded> {
  const latents: Tensor[] = [];
  const images: Tensor[] = [];
  const pipeline = await openPipeline({ entry_path: entryPath }, 'cpu', {
    openNetworks: async (path, provider) => {
      const networks = await openNetworks(path, provider);
      return {
        ...networks,
        decode: async (latent) => {
          const image = await networks.decode(latent);
          latents.push({ ...latent, data: latent.data.map((value) => value * networks.scalingFactor) });
          images.push({ ...image, data: image.data.slice() });
          return image;
        },
      };
    },
  });
  return { pipeline, latents, images };
}

/** `[1, 3, h, w]` in -1..1 as the reference keeps pictures: `[1, h, w, 3]` in 0..1. */
function channelsLast({ data, dims }: Tensor): Float32Array {
  const [, , height = 0, width = 0] = dims;
  return Float32Array.from({ length: height * width * 3 }, (_, at) => {
    const value = (data[(at % 3) * height * width + Math.floor(at / 3)] ?? 0) / 2 + 0.5;
    return Math.min(Math.max(value, 0), 1);
  });
}

describe.each(['sd15-tiny', 'sd21-tiny', 'sdxl-tiny'])('%s', (name) => {
  const expected = Expected.parse(JSON.parse(readFileSync(referencePath(`expected/${name}.json`), 'utf8')));
  const tensors = readTensors(`expected/${name}.safetensors`);
  const entryPath = referencePath(`bundles/${name}`);
  let recorded: Recorded;
  beforeAll(async () => {
    recorded = await recordingPipeline(entryPath);
  });
  afterAll(async () => {
    await recorded.pipeline.close();
  });

  async function run(plan: Partial<RunPlan>, start?: PictureStart) {
    const events: RunEvent[] = [];
    await recorded.pipeline.run(
      planOfBundle(entryPath, { prompt_syntax: 'plain', ...plan }),
      (event) => events.push(event),
      () => false,
      start,
    );
    const image = events.find((event) => event.kind === 'image');
    const [latents, picture] = [recorded.latents.at(-1), recorded.images.at(-1)];
    if (image === undefined || latents === undefined || picture === undefined) throw new Error('no picture');
    return { latents, image: channelsLast(picture), bytes: image.pixels.rgb };
  }

  test.each(expected.runs.map((one, at) => ({ ...one, at })))(
    "run $at ends with diffusers' latents and picture",
    async ({ at, ...one }) => {
      const { latents, image } = await run(one, { kind: 'latents', latents: tensorOf(tensors, 'pipe.latents') });
      const stray = largestDifference(latents.data, tensorOf(tensors, `pipe.${at}.final_latents`).data);
      expect(stray).toBeLessThan(5e-4);
      const strayImage = largestDifference(image, tensorOf(tensors, `pipe.${at}.image`).data);
      expect(strayImage).toBeLessThan(5e-4);
    },
  );

  test.each([1, 5])(
    'both readings of a prompt without marks give the same bits, guided by %i',
    async (guidance_scale) => {
      const plain = { prompt: 'a photograph of an astronaut, riding a horse', negative_prompt: 'fog', guidance_scale };
      const [webui, diffusers] = [await run({ ...plain, prompt_syntax: 'webui' }), await run(plain)];
      expect(webui.latents.data).toEqual(diffusers.latents.data);
      const marked = await run({
        ...plain,
        prompt: 'a photograph of an (astronaut), riding a horse',
        prompt_syntax: 'webui',
      });
      expect(marked.latents.data).not.toEqual(webui.latents.data);
    },
  );

  test('a seed gives the picture that diffusers gives with a CPU generator', async () => {
    const { num_inference_steps: steps, seed, ...one } = expected.seeded;
    const { bytes } = await run({ ...one, steps, seeds: [seed] });
    const stray = largestDifference(
      bytes,
      tensorOf(tensors, 'seeded.image').data.map((value) => value * 255),
    );
    expect(stray).toBeLessThan(0.6);
  });

  test.runIf(expected.img2img).each(['in full precision', 'of 8 bits'])(
    'a picture made from another, %s, is the one that diffusers makes',
    async (precision) => {
      const { prompt, strength, steps, guidance_scale, seed } = z
        .object(Expected.shape.img2img.unwrap().shape)
        .parse(expected.img2img);
      const image = tensorOf(tensors, 'vae.image');
      const plan = { prompt, steps, guidance_scale, seeds: [seed] };
      const { bytes } = await (precision === 'of 8 bits'
        ? run({ ...plan, init: { pixels: toPixels(image), strength } })
        : run(plan, { kind: 'image', image, strength }));
      const stray = largestDifference(
        bytes,
        tensorOf(tensors, 'img2img.image').data.map((value) => value * 255),
      );
      expect(stray).toBeLessThan(precision === 'of 8 bits' ? 2 : 0.6);
    },
  );
});

interface Calls {
  readonly networks: Networks;
  readonly tokens: (readonly (readonly (readonly number[])[])[])[];
  readonly skips: number[];
  readonly samples: Tensor[];
  readonly contexts: Tensor[];
  readonly timesteps: number[];
  decoded: number;
  closed: number;
  onPredict: () => void;
}

/** Networks that answer at once and keep what they were asked. */
function countingNetworks(): Calls {
  const calls: Calls = {
    tokens: [],
    skips: [],
    samples: [],
    contexts: [],
    timesteps: [],
    decoded: 0,
    closed: 0,
    onPredict: () => undefined,
    networks: {
      provider: 'cpu',
      latentChannels: 4,
      pixelsPerLatent: 8,
      scalingFactor: 0.18215,
      nativeSize: 64,
      takesGuidance: false,
      memory: null,
      contextWidths: [1],
      encodeText: async (tokens, skipLayers) => {
        calls.tokens.push(tokens);
        calls.skips.push(skipLayers);
        const ids = (tokens[0] ?? []).flat();
        return { context: { data: Float32Array.from(ids), dims: [ids.length / 77, 77, 1] }, pooled: null };
      },
      predictNoise: async ({ sample, timestep, context }) => {
        calls.samples.push(sample);
        calls.contexts.push(context);
        calls.timesteps.push(timestep);
        calls.onPredict();
        const [rows = 0] = context.dims;
        const data = new Float32Array(rows * sample.data.length);
        for (let row = 0; row < rows; row++) data.set(sample.data, row * sample.data.length);
        return { data, dims: [rows, ...sample.dims.slice(1)] };
      },
      decode: async ({ dims: [, , height = 0, width = 0] }) => {
        calls.decoded++;
        return { data: new Float32Array(3 * 64 * height * width), dims: [1, 3, height * 8, width * 8] };
      },
      encode: async ({ dims: [, , height = 0, width = 0] }) => {
        const dims = [1, 4, height / 8, width / 8];
        const data = new Float32Array((4 * height * width) / 64);
        return { mean: { data, dims }, logVariance: { data: data.slice(), dims } };
      },
      close: async () => {
        calls.closed++;
      },
    },
  };
  return calls;
}

describe('a run', () => {
  const entryPath = referencePath('bundles/sd15-tiny');
  let calls: Calls;
  let pipeline: Pipeline;
  let events: RunEvent[];
  beforeEach(async () => {
    calls = countingNetworks();
    events = [];
    pipeline = await openPipeline({ entry_path: entryPath }, 'auto', {
      openNetworks: async () => calls.networks,
    });
  });
  const run = (changes: Partial<RunPlan>, isCanceled = () => false, start?: PictureStart) =>
    pipeline.run(
      planOfBundle(entryPath, { sampler: 'DDIM', ...changes }),
      (event) => events.push(event),
      isCanceled,
      start,
    );

  test('a prompt that changes is told as it stands at each step, each of its texts encoded once', async () => {
    await run({ prompt: 'a [red:blue:2] [cat|dog]', steps: 4, guidance_scale: 1 });
    const tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
    expect(calls.contexts.map(({ data }) => [...data])).toEqual(
      ['a red cat', 'a red dog', 'a blue cat', 'a blue dog'].map((text) => tokenizer.encodePadded(text)),
    );
    await run({ prompt: '[a|b]', steps: 6, guidance_scale: 1 });
    expect(calls.tokens).toHaveLength(6);
  });

  test('a sampler of two calls a step counts steps, not calls', async () => {
    await run({ prompt: '[cat|dog]', steps: 3, guidance_scale: 1, sampler: 'Heun' });
    const seen = calls.contexts.map(({ data }) => data[1]);
    expect(seen).toHaveLength(5);
    expect([seen[0] === seen[1], seen[1] === seen[2], seen[2] === seen[3], seen[4] === seen[0]]).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  test('a long prompt is followed whole, and the negative one is made as long', async () => {
    await run({ prompt: '. '.repeat(100), negative_prompt: 'fog' });
    expect(calls.contexts[0]?.dims).toEqual([2, 154, 1]);
    const chunks = [0, 77, 154, 231].map((at) => [...(calls.contexts[0]?.data.slice(at, at + 77) ?? [])]);
    const tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
    const expected = ['fog', '', '. '.repeat(75), '. '.repeat(25)].map((text) => tokenizer.encodePadded(text));
    expect(chunks).toEqual(expected);
    expect(calls.tokens).toHaveLength(4);
  });

  test('prompts that are followed at once are rows of one call, and pull as much as they shall', async () => {
    await run({ prompt: 'sun AND moon:0.5', negative_prompt: 'fog', guidance_scale: 3, steps: 1 });
    expect(calls.samples[0]?.dims).toEqual([1, 4, 8, 8]);
    expect(calls.contexts[0]?.dims).toEqual([3, 77, 1]);
    await run({ prompt: 'sun:0.5 AND moon:0.5', guidance_scale: 1, steps: 1 });
    expect(calls.contexts.at(-1)?.dims).toEqual([2, 77, 1]);
    await run({ prompt: 'sun AND moon', guidance_scale: 1, steps: 1 });
    expect(calls.contexts.at(-1)?.dims).toEqual([3, 77, 1]);
  });

  test('a network that is told the guidance runs once a step, without negative prompt', async () => {
    const told: unknown[] = [];
    const networks: Networks = {
      ...calls.networks,
      takesGuidance: true,
      predictNoise: (input) => {
        told.push([input.context.dims[0], input.guidance]);
        return calls.networks.predictNoise(input);
      },
    };
    pipeline = await openPipeline({ entry_path: entryPath }, 'auto', { openNetworks: async () => networks });
    await run({ prompt: 'sun', negative_prompt: 'fog', guidance_scale: 8.5, steps: 2 });
    expect(told).toEqual([
      [1, 8.5],
      [1, 8.5],
    ]);
    expect(calls.tokens).toHaveLength(1);
  });

  test('brackets that drown every other word are refused by the name of their field', async () => {
    const drowned = `fog ${'('.repeat(10_000)}sun${')'.repeat(10_000)}`;
    for (const field of ['prompt', 'negative_prompt'])
      await expect(run({ [field]: drowned })).rejects.toMatchObject({
        failure: { code: 'invalid_input', details: { field, reason: expect.stringContaining('"sun"') } },
      });
    await expect(run({ prompt: drowned, prompt_syntax: 'plain' })).resolves.toBeDefined();
  });

  test('a variation lies between the pictures of two seeds', async () => {
    const first = async (changes: Partial<RunPlan>) => {
      calls.samples.length = 0;
      await run({ guidance_scale: 1, steps: 1, seeds: [3], ...changes });
      return calls.samples[0]?.data;
    };
    const varied = (strength: number) => first({ variation: { subseeds: [4], strength } });
    expect(await varied(0)).toEqual(await first({}));
    const other = await first({ seeds: [4] });
    expect(largestDifference((await varied(1)) ?? [], other ?? [])).toBeLessThan(1e-5);
    expect(await varied(0.5)).not.toEqual(await first({}));
    expect(await first({ rng: 'nv' })).not.toEqual(await first({}));
  });

  test('a plan with a picture starts from it; one of another size is refused', async () => {
    const pixels = { width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3) };
    await run({ steps: 10, init: { pixels, strength: 0.35 } });
    expect(calls.timesteps).toEqual([201, 101, 1]);
    await expect(run({ width: 72, init: { pixels, strength: 1 } })).rejects.toMatchObject({
      failure: { details: { field: 'init' } },
    });
  });

  test('a picture of another size whose latent is stretched starts from that', async () => {
    const pixels = (width: number) => ({ width, height: 64, rgb: new Uint8Array(width * 64 * 3).fill(90) });
    const init = { strength: 0.35, stretches_latent: true };
    await run({ steps: 10, width: 96, init: { ...init, pixels: pixels(64) } });
    const of = calls.samples[0]?.dims ?? [];
    expect((of[3] ?? 0) / (of[2] ?? 1)).toBe(1.5);
    expect(calls.timesteps).toEqual([201, 101, 1]);
    await expect(run({ init: { ...init, pixels: pixels(63) } })).rejects.toMatchObject({
      failure: { details: { field: 'init' } },
    });
  });

  test('a model that cannot fit is refused before anything runs, and one that just fits is run part by part', async () => {
    const inBytes = (available: number) =>
      openPipeline({ entry_path: entryPath }, 'cpu', {
        openNetworks: (path, provider) => openNetworks(path, provider),
        availableBytes: () => available,
      });
    const small = await inBytes(2 ** 20);
    await expect(
      small.run(
        planOfBundle(entryPath),
        (event) => events.push(event),
        () => false,
      ),
    ).rejects.toMatchObject({ failure: { code: 'oom', message: expect.stringContaining('text encoder needs about') } });
    expect(events).toEqual([]);
    await small.close();
    const tight = await inBytes(69 * 2 ** 20);
    const metrics = await tight.run(
      planOfBundle(entryPath),
      (event) => events.push(event),
      () => false,
    );
    expect(metrics.provider).toBe('cpu');
    await tight.close();
  });

  test('a big picture is decoded in tiles, and a cancel takes effect between two', async () => {
    await run({ width: 2112, height: 512, steps: 1, guidance_scale: 1 });
    expect(calls.decoded).toBe(4);
    const tiles = events.flatMap((event) =>
      event.kind === 'progress' && event.stage === 'decode' ? [event.step] : [],
    );
    expect(tiles).toEqual([0, 0, 1, 2, 3, 1]);
    expect(events.at(-2)).toMatchObject({ pixels: { width: 2112, height: 512 } });
    const isCanceled = () => calls.decoded > 5;
    await expect(run({ width: 2112, height: 512, steps: 1 }, isCanceled)).rejects.toMatchObject({
      failure: { code: 'canceled' },
    });
    expect(calls.decoded).toBe(6);
  });

  test('tells every step, previews when they are due, and each picture with its seed', async () => {
    const metrics = await run({ steps: 4, seeds: [7, 9], preview_every_steps: 2 });
    const steps = (item_index: number) => [
      { kind: 'progress', stage: 'denoise', item_index, step: 1, step_count: 4 },
      { kind: 'progress', stage: 'denoise', item_index, step: 2, step_count: 4 },
      { kind: 'preview', item_index, pixels: expect.objectContaining({ width: 8, height: 8 }) },
      { kind: 'progress', stage: 'denoise', item_index, step: 3, step_count: 4 },
      { kind: 'progress', stage: 'denoise', item_index, step: 4, step_count: 4 },
      { kind: 'progress', stage: 'decode', item_index, step: 0, step_count: 1 },
    ];
    const image = (item_index: number, seed: number) => ({
      kind: 'image',
      item_index,
      seed,
      pixels: expect.objectContaining({ width: 64, height: 64 }),
      sampler: 'DDIM',
      scheduler: 'Automatic',
    });
    expect(events).toEqual([
      { kind: 'progress', stage: 'text', item_index: 0, step: 0, step_count: 4 },
      ...steps(0),
      image(0, 7),
      { kind: 'progress', stage: 'decode', item_index: 0, step: 1, step_count: 1 },
      ...steps(1),
      image(1, 9),
      { kind: 'progress', stage: 'decode', item_index: 1, step: 1, step_count: 1 },
    ]);
    expect(metrics).toMatchObject({ provider: 'cpu', sampler: 'DDIM', scheduler: 'Automatic' });
    expect(calls.tokens.length).toBeLessThanOrEqual(2);
  });

  test('with guidance asks for both prompts, the negative one first, and remembers them for the next run', async () => {
    const guided = { prompt: 'horse', negative_prompt: 'blurry', guidance_scale: 1.5 };
    await run(guided);
    const asked = calls.tokens.map((encoders) => encoders[0]?.[0]);
    const tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
    expect(asked).toEqual([tokenizer.encodePadded('blurry'), tokenizer.encodePadded('horse')]);
    expect(calls.contexts[0]?.dims).toEqual([2, 77, 1]);
    await run(guided);
    expect(calls.tokens).toHaveLength(2);
    await run({ ...guided, clip_skip: 2 });
    expect(calls.skips).toEqual([0, 0, 1, 1]);
  });

  test.each([1, 0])('a guidance scale of %i asks for the prompt alone', async (guidance_scale) => {
    await run({ prompt: 'horse', negative_prompt: 'blurry', guidance_scale });
    expect(calls.tokens).toHaveLength(1);
    expect(calls.samples[0]?.dims).toEqual([1, 4, 8, 8]);
  });

  test('a picture may be wider than high, by any multiple of 8', async () => {
    await run({ width: 136, height: 8, guidance_scale: 1 });
    expect(calls.samples[0]?.dims).toEqual([1, 4, 1, 17]);
    expect(events.at(-2)).toMatchObject({ pixels: { width: 136, height: 8 } });
  });

  test('the second of two pictures is the one that its seed gives alone', async () => {
    await run({ seeds: [3, 4], steps: 2, guidance_scale: 1, sampler: 'Euler a' });
    const second = calls.samples.slice(2);
    calls.samples.length = 0;
    await run({ seeds: [4], steps: 2, guidance_scale: 1, sampler: 'Euler a' });
    expect(calls.samples).toEqual(second);
  });

  test('a cancel that comes as a message takes effect before the next step', async () => {
    let isCanceled = false;
    calls.onPredict = () => {
      setImmediate(() => {
        isCanceled = true;
      });
    };
    await expect(run({ steps: 20 }, () => isCanceled)).rejects.toMatchObject({ failure: { code: 'canceled' } });
    expect(calls.samples.length).toBeLessThanOrEqual(2);
    expect(calls.decoded).toBe(0);
  });

  test('a picture that is skipped takes no further step, says how many it had, and the next is made whole', async () => {
    const isSkipped = (item: number) => item === 0 && calls.samples.length === 2;
    const plan = planOfBundle(entryPath, { sampler: 'DDIM', steps: 4, seeds: [1, 2], guidance_scale: 1 });
    await pipeline.run(
      plan,
      (event) => events.push(event),
      () => false,
      undefined,
      isSkipped,
    );
    const images = events.filter((event) => event.kind === 'image');
    expect(images.map(({ stopped_after }) => stopped_after)).toEqual([2, undefined]);
    expect([calls.samples.length, calls.decoded]).toEqual([6, 2]);
  });

  test('one canceled before it began asks the networks nothing', async () => {
    await expect(run({}, () => true)).rejects.toMatchObject({ failure: { code: 'canceled' } });
    expect(calls.tokens).toEqual([]);
  });

  test('what diffusers has no sampler for, or no whole latent, is refused before anything runs', async () => {
    await expect(run({ scheduler: 'Karras' })).rejects.toMatchObject({ failure: { details: { field: 'scheduler' } } });
    await expect(run({ width: 68 })).rejects.toMatchObject({ failure: { details: { field: 'width' } } });
    expect([calls.tokens, events]).toEqual([[], []]);
  });

  test('from another picture takes the last part of the steps', async () => {
    const image = { data: new Float32Array(3 * 64 * 64), dims: [1, 3, 64, 64] };
    await run({ steps: 10 }, undefined, { kind: 'image', image, strength: 0.35 });
    expect(calls.timesteps).toEqual([201, 101, 1]);
    const start: PictureStart = { kind: 'image', image, strength: 0.05 };
    await expect(run({ steps: 10 }, undefined, start)).rejects.toMatchObject({
      failure: { details: { field: 'strength' } },
    });
  });

  test('closing gives the networks back', async () => {
    await pipeline.close();
    expect(calls.closed).toBe(1);
  });
});

describe('a bundle', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-'));
    for (const part of ['model_index.json', 'scheduler', 'tokenizer'])
      cpSync(referencePath(`bundles/sd15-tiny/${part}`), join(folder, part), { recursive: true });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['model_index.json', null, 'unreadable'],
    ['model_index.json', '{', 'unreadable'],
    ['model_index.json', '{"_class_name": "FluxPipeline"}', 'unsupported_config'],
    ['model_index.json', '{"_class_name": "constructor"}', 'unsupported_config'],
    ['scheduler/scheduler_config.json', null, 'unreadable'],
    ['tokenizer/vocab.json', null, 'unreadable'],
  ])('with %s as %j is refused by that file, before its weights are opened', async (file, content, code) => {
    const path = join(folder, file);
    if (content === null) rmSync(path);
    else writeFileSync(path, content);
    let opened = 0;
    const openCounted = async () => {
      opened++;
      return countingNetworks().networks;
    };
    await expect(openPipeline({ entry_path: folder }, 'cpu', { openNetworks: openCounted })).rejects.toMatchObject({
      failure: { code, details: { path } },
    });
    expect(opened).toBe(0);
  });
});
