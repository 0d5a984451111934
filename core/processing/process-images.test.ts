import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed, failureOf } from '../contract/failure.ts';
import { GenerateRequest } from '../contract/generate/generate.ts';
import type { ImageRunner, RunnerStatus, RunPlan } from '../contract/generate/runner.ts';
import { JobId } from '../contract/ids.ts';
import { Artifact, type Progress } from '../contract/jobs/job.ts';
import { ExecutionDescriptor } from '../contract/library/descriptor.ts';
import type { GenerationDefaults } from '../contract/library/metadata.ts';
import { readPngText } from '../formats/pictures/png-text.ts';
import { sharpImaging } from './imaging/sharp-imaging.ts';
import { readInfotext } from './infotext.ts';
import { writeFault } from './pictures/save-picture.ts';
import { type ProcessingContext, processImages } from './process-images.ts';
import { ProcessingRunner, type RunHooks } from './processing-runner.ts';
import type { MadeFor } from './usual-parameters.ts';

const jobId = JobId.parse('01890a5d-ac96-774b-bcce-b302099a8057');
const never = new AbortController().signal;
const metrics = {
  load_ms: 1,
  text_ms: 2,
  denoise_ms: 3,
  decode_ms: 4,
  provider: 'cpu',
  sampler: 'PLMS',
  scheduler: 'Automatic',
};

function descriptorOf(pipelineClass: string): ExecutionDescriptor {
  return ExecutionDescriptor.parse({
    execution_contract_version: 1,
    model_id: 'diffusion/stable-diffusion-1/sample',
    entry_path: '/models/sample',
    model_type: 'diffusion',
    task_type_primary: 'text-to-image',
    recommended_backend: 'onnx-runtime',
    runtime_engine_hints: ['onnx-runtime'],
    storage_kind: 'external_reference',
    bundle_format: 'diffusers_directory',
    pipeline_class: pipelineClass,
    validation_state: 'valid',
    dependency_resolution: { contract_version: 1, state: 'resolved', bindings: [] },
  });
}

/** Paints each picture in one colour, its seed. `failAt`: the item at which it throws. */
class PaintingRunner implements ImageRunner {
  readonly kind: 'onnx' | 'fake';
  readonly plans: RunPlan[] = [];
  readonly #failAt: number;
  constructor(kind: 'onnx' | 'fake' = 'onnx', failAt = Number.POSITIVE_INFINITY) {
    this.kind = kind;
    this.#failAt = failAt;
  }
  run: ImageRunner['run'] = async (plan, onEvent, signal) => {
    this.plans.push(plan);
    for (const [item_index, seed] of plan.seeds.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (signal.aborted) throw new Failed('canceled');
      if (item_index === this.#failAt) throw new Failed('nan_in_result', { where: 'the UNet' });
      const step_count = plan.steps;
      const { width, height } = plan;
      const pixels = { width, height, rgb: new Uint8Array(width * height * 3).fill(seed % 256) };
      onEvent({ kind: 'progress', stage: 'denoise', item_index, step: step_count, step_count });
      if (plan.preview_every_steps > 0) onEvent({ kind: 'preview', item_index, pixels });
      onEvent({ kind: 'image', item_index, seed, pixels, sampler: 'PLMS', scheduler: 'Automatic' });
    }
    return metrics;
  };
  status = (): RunnerStatus => expect.unreachable('nobody asks for it');
  unload = async (): Promise<void> => undefined;
  close = async (): Promise<void> => undefined;
}

let outputsPath = '';
beforeEach(async () => {
  outputsPath = await mkdtemp(join(tmpdir(), 'vitrine-processing-'));
});
afterEach(async () => {
  await rm(outputsPath, { recursive: true, force: true });
});

interface Change extends Partial<ProcessingContext> {
  readonly image?: ImageRunner;
  readonly observer?: RunHooks;
  readonly defaults?: GenerationDefaults;
  readonly madeFor?: Partial<MadeFor>;
  readonly pipelineClass?: string;
}

function contextOf({
  image = new PaintingRunner(),
  observer,
  defaults,
  madeFor,
  pipelineClass,
  ...change
}: Change = {}) {
  const artifacts: Artifact[] = [];
  const progress: Progress[] = [];
  const context: ProcessingContext = {
    imaging: sharpImaging,
    jobId,
    runner: new ProcessingRunner(image, observer ? [observer] : []),
    resolveModel: async () => ({
      descriptor: descriptorOf(pipelineClass ?? 'StableDiffusionPipeline'),
      defaults: defaults ?? null,
      madeFor: { size: null, distilled: null, ...madeFor },
      name: 'Sample',
      shortHash: 'abcdef0123',
    }),
    outputsPath,
    inputsPath: join(outputsPath, 'inputs'),
    version: '0.1.0',
    signal: never,
    onArtifact: (artifact) => artifacts.push(artifact),
    onProgress: (each) => progress.push(each),
    now: () => new Date('2026-03-04T05:06:07.890Z'),
    ...change,
  };
  return { context, artifacts, progress };
}

const small = { width: 16, height: 8, steps: 2, seed: 7, prompt: 'a red sun' };
const requestOf = (change: object = {}) => GenerateRequest.parse({ ...small, ...change });
const refusalOf = async (work: Promise<unknown>) =>
  failureOf(
    await work.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    ),
  );

describe('processing a request', () => {
  it('writes each picture where it belongs, with its infotext, and tells of it', async () => {
    const { context, artifacts, progress } = contextOf();
    const result = await processImages(requestOf({ count: 2, negative_prompt: 'fog' }), context);
    expect(result).toEqual({
      artifacts,
      provider: 'cpu',
      timings: { load_ms: 1, text_ms: 2, denoise_ms: 3, decode_ms: 4, total_ms: expect.any(Number) },
    });
    for (const [item, artifact] of artifacts.entries()) {
      Artifact.parse(artifact);
      const bytes = await readFile(artifact.path);
      expect(relative(outputsPath, artifact.path)).toBe(
        join(jobId, 'generate', `20260304T050607_${item}_16x8_${7 + item}.png`),
      );
      expect(artifact).toMatchObject({
        id: `${jobId}.generate.${item}`,
        url: `/api/v1/pictures/${jobId}.generate.${item}`,
        item_index: item,
        seed: 7 + item,
        size_bytes: bytes.byteLength,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        is_fake: false,
      });
      expect(readPngText(bytes)).toEqual({ parameters: artifact.infotext });
      const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels, ...new Set(data)]).toEqual([16, 8, 3, 7 + item]);
    }
    expect(artifacts[1]?.infotext).toBe(
      'a red sun\nNegative prompt: fog\nSteps: 2, Sampler: PLMS, Schedule type: Automatic, CFG scale: 7.0, Seed: 8, ' +
        'Size: 16x8, Model hash: abcdef0123, Model: Sample, RNG: CPU, Version: Vitrine 0.1.0',
    );
    expect(progress.map(({ fraction }) => fraction)).toEqual([0, 1 / 3, 1 / 2, 5 / 6, 1]);
  });

  it('gives the same bytes for the same seed, and for picture i alone with seed + i', async () => {
    const shaOf = async (change: object) => {
      const { context, artifacts } = contextOf();
      await processImages(requestOf(change), context);
      return artifacts.map(({ sha256 }) => sha256);
    };
    const batch = await shaOf({ count: 3 });
    expect(await shaOf({ count: 3 })).toEqual(batch);
    expect(await shaOf({ seed: 9 })).toEqual(batch.slice(2));
  });

  it('draws a seed once for a request without one', async () => {
    const image = new PaintingRunner();
    await processImages(requestOf({ seed: -1, count: 3 }), contextOf({ image }).context);
    const seeds = image.plans[0]?.seeds ?? [];
    expect(seeds.map((seed) => seed - (seeds[0] ?? 0))).toEqual([0, 1, 2]);
  });

  it.each<[string, object]>([
    ['seeds of its own', { count: 4, seed: -1 }],
    ['a variation whose second seed was left open', { count: 4, subseed_strength: 0.25 }],
    ['nothing but drawn seeds', { count: 4, seed: -1, subseed: -1, subseed_strength: 1 }],
  ])('goes on after a pause as if it was made in one go, with %s', async (_, change) => {
    const shapeOf = async (firstItem: number) => {
      const image = new PaintingRunner();
      const { context, artifacts } = contextOf({ image, firstItem, drawnSeed: 41 });
      await processImages(requestOf(change), context);
      const { seeds, variation } = image.plans[0] ?? expect.unreachable();
      const made = artifacts.map(({ item_index, seed, infotext }) => ({ item_index, seed, infotext }));
      return { seeds, subseeds: variation?.subseeds, made };
    };
    const whole = await shapeOf(0);
    expect(new Set([...whole.seeds, ...(whole.subseeds ?? [])]).size).toBeGreaterThan(3);
    expect(await shapeOf(2)).toEqual({
      seeds: whole.seeds.slice(2),
      subseeds: whole.subseeds?.slice(2),
      made: whole.made.slice(2),
    });
  });

  it('writes a prompt of 100,000 characters of any script whole', async () => {
    const prompt = '夜の森, "x": '.repeat(10_000);
    const { context, artifacts } = contextOf();
    await processImages(requestOf({ prompt }), context);
    const text = readPngText(await readFile(artifacts[0]?.path ?? '')).parameters ?? '';
    expect(readInfotext(text).prompt).toBe(prompt.trim());
  });

  it('says on every mark that a picture is fake', async () => {
    const { context, artifacts } = contextOf({ image: new PaintingRunner('fake') });
    await processImages(requestOf(), context);
    expect(artifacts[0]).toMatchObject({ is_fake: true, infotext: expect.stringContaining(', Runner: fake, Version') });
  });
});

describe('a picture from a picture', () => {
  const png = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
  const planOf = async (change: object, request: object = requestOf()) => {
    const image = new PaintingRunner();
    const { context, artifacts } = contextOf({ image, defaults: { width: 64, height: 64 } });
    await processImages(GenerateRequest.parse({ ...request, ...change }), context);
    return { plan: image.plans[0] ?? expect.unreachable(), artifacts };
  };

  it('is planned with the pixels in the size of the plan, and says so in its infotext', async () => {
    const init_image = (await png(32, 32)).toString('base64');
    const { plan, artifacts } = await planOf({ init_image });
    expect(plan.init).toMatchObject({ strength: 0.75, pixels: { width: 16, height: 8 } });
    expect([...new Set(plan.init?.pixels.rgb)]).toEqual([128]);
    expect(artifacts[0]?.infotext).toContain(', Denoising strength: 0.75, RNG: CPU, ');
    expect((await planOf({ init_image, strength: 0.4 })).plan.init?.strength).toBe(0.4);
  });

  it('keeps its own size, down to whole cells, where its latent is stretched', async () => {
    const init_image = (await png(43, 24)).toString('base64');
    const { plan } = await planOf({ init_image, resize_mode: 3, width: 64, height: 64 });
    expect(plan.init).toMatchObject({ stretches_latent: true, pixels: { width: 40, height: 24 } });
    const long = (await png(8, 5000)).toString('base64');
    const { init } = (await planOf({ init_image: long, resize_mode: 3, width: 64, height: 64 })).plan;
    expect(init?.pixels).toMatchObject({ width: 8, height: 4096 });
  });

  it('has that picture’s size where the request has none', async () => {
    const init_image = (await png(43, 24)).toString('base64');
    const { plan } = await planOf({ init_image }, { steps: 2 });
    expect([plan.width, plan.height]).toEqual([40, 24]);
    const half = (await planOf({ init_image, width: 16 }, { steps: 2 })).plan;
    expect([half.width, half.height]).toEqual([16, 64]);
  });

  it('is refused before anything runs when that picture is none', async () => {
    const image = new PaintingRunner();
    const refusal = await refusalOf(processImages(requestOf({ init_image: '' }), contextOf({ image }).context));
    expect(refusal).toMatchObject({ code: 'invalid_input', details: { field: 'init_image' } });
    expect(image.plans).toEqual([]);
  });
});

describe('how a picture is made', () => {
  it.each<[string, object, object, string]>([
    [
      'as usual',
      {},
      { prompt_syntax: 'webui', clip_skip: 1, rng: 'cpu', variation: null, init: null },
      'Sample, RNG: CPU',
    ],
    [
      'another way',
      { prompt_syntax: 'plain', clip_skip: 3, rng: 'nv' },
      { prompt_syntax: 'plain', clip_skip: 3, rng: 'nv' },
      'Clip skip: 3, RNG: NV',
    ],
    [
      'as a variation',
      { count: 2, subseed: 4, subseed_strength: 0.25 },
      { seeds: [7, 7], variation: { subseeds: [4, 5], strength: 0.25 } },
      'Variation seed: 4, Variation seed strength: 0.25',
    ],
    ['as a variation of no strength', { count: 2, subseed: 4 }, { seeds: [7, 8], variation: null }, 'Seed: 7'],
  ])('%s, is in the plan and the infotext', async (_, change, plan, infotext) => {
    const image = new PaintingRunner();
    const { context, artifacts } = contextOf({ image });
    await processImages(requestOf(change), context);
    expect(image.plans[0]).toMatchObject(plan);
    expect(artifacts[0]?.infotext).toContain(infotext);
  });

  it('comes from the options where the request is silent', async () => {
    const image = new PaintingRunner();
    const overrides = { CLIP_stop_at_last_layers: 2, randn_source: 'NV', prompt_syntax: 'plain' };
    await processImages(requestOf({ clip_skip: 4 }), contextOf({ image, overrides }).context);
    expect(image.plans[0]).toMatchObject({ clip_skip: 4, rng: 'nv', prompt_syntax: 'plain' });
  });

  it('may be enlarged when it is done', async () => {
    const { context, artifacts } = contextOf();
    await processImages(requestOf({ upscale: 4 }), context);
    const [artifact] = artifacts;
    expect(artifact).toMatchObject({ width: 64, height: 32, path: expect.stringContaining('_64x32_') });
    expect(artifact?.infotext).toContain('Size: 16x8, ');
    expect(artifact?.infotext).toContain('Postprocess upscale by: 4, Postprocess upscaler: Lanczos');
    expect(await sharp(artifact?.path).metadata()).toMatchObject({ width: 64, height: 32 });
  });
});

describe('what a request leaves out', () => {
  const open = GenerateRequest.parse({ prompt: 'x', seed: 1 });
  it.each([
    ['the family', {}, [512, 512, 20, 7]],
    ['the SDXL family', { pipelineClass: 'StableDiffusionXLPipeline' }, [1024, 1024, 20, 7]],
    ['the family of LCM', { pipelineClass: 'LatentConsistencyModelPipeline' }, [512, 512, 4, 8.5]],
    ['a network that is told its guidance', { madeFor: { distilled: 'told_guidance' as const } }, [512, 512, 4, 8.5]],
    [
      'a network without guidance',
      { madeFor: { distilled: 'no_guidance' as const }, defaults: { steps: 2 } },
      [512, 512, 2, 1],
    ],
    ['the model', { defaults: { width: 64, height: 72, steps: 9, guidance_scale: 3.5 } }, [64, 72, 9, 3.5]],
    ['its files', { madeFor: { size: { width: 768, height: 704 } }, defaults: { steps: 9 } }, [768, 704, 9, 7]],
    ['the family where its files are absurd', { madeFor: { size: { width: 768, height: 4 } } }, [512, 512, 20, 7]],
    ['the family where the model is silent', { defaults: { steps: 9 } }, [512, 512, 9, 7]],
    ['the family where the model is absurd', { defaults: { width: 65, height: 1e6, steps: 5000 } }, [512, 512, 20, 7]],
  ])('comes from %s', async (_, change, expected) => {
    const image = new PaintingRunner();
    await processImages(open, contextOf({ ...change, image }).context);
    const { width, height, steps, guidance_scale } = image.plans[0] ?? expect.unreachable();
    expect([width, height, steps, guidance_scale]).toEqual(expected);
  });

  it('gives way to what the request says', async () => {
    const image = new PaintingRunner();
    await processImages(
      requestOf({ guidance_scale: 0 }),
      contextOf({ image, defaults: { width: 64, steps: 9 } }).context,
    );
    expect(image.plans[0]).toMatchObject({ width: 16, steps: 2, guidance_scale: 0 });
  });
});

describe('options', () => {
  it('of many runs at once never meet', async () => {
    const runs = Array.from({ length: 12 }, async (_, n) => {
      const previews: number[] = [];
      const { context, artifacts } = contextOf({
        overrides: { enable_pnginfo: n % 2 === 0, show_progress_every_n_steps: n % 3 },
        jobId: JobId.parse(`01890a5d-ac96-774b-bcce-b302099a80${String(n).padStart(2, '0')}`),
        onPreview: (item) => previews.push(item),
      });
      await processImages(requestOf(), context);
      const text = readPngText(await readFile(artifacts[0]?.path ?? ''));
      return [Object.keys(text).length, previews.length];
    });
    expect(await Promise.all(runs)).toEqual(runs.map((_, n) => [n % 2 === 0 ? 1 : 0, n % 3 === 0 ? 0 : 1]));
  });

  it('that are unknown refuse the request before anything runs', async () => {
    const image = new PaintingRunner();
    const { context } = contextOf({ image, overrides: { nothing: 1 } });
    expect(await refusalOf(processImages(requestOf(), context))).toMatchObject({ code: 'invalid_input' });
    expect(image.plans).toEqual([]);
  });
});

describe('a run that ends badly', () => {
  it('keeps the pictures that were finished', async () => {
    const { context, artifacts } = contextOf({ image: new PaintingRunner('onnx', 2) });
    expect(await refusalOf(processImages(requestOf({ count: 4 }), context))).toMatchObject({ code: 'nan_in_result' });
    expect(artifacts.map(({ seed }) => seed)).toEqual([7, 8]);
    expect(await readdir(join(outputsPath, jobId, 'generate'))).toHaveLength(2);
  });

  it('stops at the first picture that can’t be written, and says so', async () => {
    const blocked = join(outputsPath, 'a file');
    await writeFile(blocked, '');
    const image = new PaintingRunner();
    const { context, artifacts } = contextOf({ image, outputsPath: blocked });
    const failure = await refusalOf(processImages(requestOf({ count: 50 }), context));
    expect(failure).toMatchObject({ code: 'write_failed', details: { reason: expect.stringContaining('ENOTDIR') } });
    expect(artifacts).toEqual([]);
    expect(await readdir(dirname(blocked))).toEqual(['a file']);
  });

  it('stops when canceled and keeps what is done', async () => {
    const controller = new AbortController();
    const { context, artifacts } = contextOf({ signal: controller.signal });
    const work = processImages(requestOf({ count: 50 }), {
      ...context,
      onArtifact: (artifact) => {
        artifacts.push(artifact);
        if (artifacts.length === 2) controller.abort();
      },
    });
    expect(await refusalOf(work)).toMatchObject({ code: 'canceled' });
    expect(artifacts.length).toBeLessThan(10);
    expect(await readdir(join(outputsPath, jobId, 'generate'))).toHaveLength(artifacts.length);
  });

  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EACCES', 'write_failed'],
    ['EROFS', 'write_failed'],
  ])('of %s is %s', (code, expected) => {
    expect(writeFault('/out/a.png', Object.assign(new Error(code), { code })).failure.code).toBe(expected);
  });

  it.skipIf(process.platform !== 'linux')('of a device that is really full is disk_full', async () => {
    const error: unknown = await writeFile('/dev/full', 'x').catch((fault: unknown) => fault);
    expect(writeFault('/dev/full', error).failure.code).toBe('disk_full');
  });
});

describe('the processing runner', () => {
  it('lets an observer see one run a batch: prepare, execute, finalize', async () => {
    const seen: string[] = [];
    const observer: RunHooks = {
      onPrepare: ({ seeds }) => seen.push(`prepare ${seeds.length}`),
      onExecute: ({ kind }) => void seen.push(kind),
      onFinalize: ({ status }) => seen.push(status),
    };
    await processImages(
      requestOf({ count: 2 }),
      contextOf({ observer, overrides: { live_previews_enable: false } }).context,
    );
    expect(seen).toEqual(['prepare 2', 'progress', 'image', 'progress', 'image', 'succeeded']);
  });

  it.each([
    ['failed', new PaintingRunner('onnx', 0), never],
    ['canceled', new PaintingRunner(), AbortSignal.abort()],
  ] as const)('finalizes once when a run is %s', async (status, image, signal) => {
    const outcomes: string[] = [];
    const observer: RunHooks = { onFinalize: (outcome) => outcomes.push(outcome.status) };
    await refusalOf(processImages(requestOf(), contextOf({ image, observer, signal }).context));
    expect(outcomes).toEqual([status]);
  });

  it('tells the first cause when an observer throws', async () => {
    const observer: RunHooks = {
      onExecute: () => {
        throw new Failed('oom', { reason: 'none left' });
      },
    };
    expect(await refusalOf(processImages(requestOf({ count: 9 }), contextOf({ observer }).context))).toMatchObject({
      code: 'oom',
    });
  });
});
