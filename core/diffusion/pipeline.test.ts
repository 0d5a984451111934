import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ExecutionDescriptor } from '../contract/descriptor.ts';
import type { RunEvent, RunPlan } from '../contract/runner.ts';
import type { Networks, Tensor } from './networks.ts';
import { openNetworks } from './open-networks.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import type { PictureStart } from './pipeline/start.ts';
import { largestDifference, readTensors, referencePath, tensorOf } from './reference/read-tensors.ts';

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

const descriptorOf = (entryPath: string): ExecutionDescriptor => ({
  execution_contract_version: 1,
  model_id: 'diffusion/stable-diffusion-1/tiny' as ExecutionDescriptor['model_id'],
  entry_path: entryPath,
  model_type: 'diffusion',
  task_type_primary: 'text-to-image',
  recommended_backend: 'onnx-runtime',
  runtime_engine_hints: ['onnx-runtime'],
  storage_kind: 'external_reference',
  bundle_format: 'diffusers_directory',
  pipeline_class: 'StableDiffusionPipeline',
  validation_state: 'valid',
  dependency_resolution: { contract_version: 1, state: 'resolved', bindings: [] },
});

function planOf(entryPath: string, changes: Partial<RunPlan> = {}): RunPlan {
  return {
    descriptor: descriptorOf(entryPath),
    provider: 'cpu',
    prompt: '',
    negative_prompt: '',
    width: 64,
    height: 64,
    steps: 2,
    guidance_scale: 2,
    sampler: 'Automatic',
    scheduler: 'Automatic',
    seeds: [0],
    preview_every_steps: 0,
    ...changes,
  };
}

/** Everything that a run tells, and the latents and pictures that went through the decoder. */
interface Recorded {
  readonly pipeline: Pipeline;
  readonly latents: Tensor[];
  readonly images: Tensor[];
}

async function recordingPipeline(entryPath: string): Promise<Recorded> {
  const latents: Tensor[] = [];
  const images: Tensor[] = [];
  const pipeline = await openPipeline(descriptorOf(entryPath), 'cpu', {
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
    await recorded.pipeline.run(planOf(entryPath, plan), (event) => events.push(event), () => false, start);
    const image = events.find((event) => event.kind === 'image');
    const [latents, picture] = [recorded.latents.at(-1), recorded.images.at(-1)];
    if (image === undefined || latents === undefined || picture === undefined) throw new Error('no picture');
    return { latents, image: channelsLast(picture), bytes: image.pixels.rgb };
  }
  const show = (what: string, value: number) => {
    if (process.env['SHOW']) console.log(name, what, value);
    return value;
  };

  test.each(expected.runs.map((one, at) => ({ ...one, at })))("run $at ends with diffusers' latents and picture", async ({ at, ...one }) => {
    const { latents, image } = await run(one, { kind: 'latents', latents: tensorOf(tensors, 'pipe.latents') });
    const stray = largestDifference(latents.data, tensorOf(tensors, `pipe.${at}.final_latents`).data);
    expect(show(`pipe.${at}.final_latents`, stray)).toBeLessThan(2e-4);
    const strayImage = largestDifference(image, tensorOf(tensors, `pipe.${at}.image`).data);
    expect(show(`pipe.${at}.image`, strayImage)).toBeLessThan(2e-4);
  });

  test('a seed gives the picture that diffusers gives with a CPU generator', async () => {
    const { num_inference_steps: steps, seed, ...one } = expected.seeded;
    const { bytes } = await run({ ...one, steps, seeds: [seed] });
    const stray = largestDifference(bytes, tensorOf(tensors, 'seeded.image').data.map((value) => value * 255));
    expect(show('seeded.image of 255', stray)).toBeLessThan(0.6);
  });

  test.runIf(expected.img2img)('a picture made from another is the one that diffusers makes', async () => {
    const { prompt, strength, steps, guidance_scale, seed } = z.object(Expected.shape.img2img.unwrap().shape).parse(expected.img2img);
    const { bytes } = await run({ prompt, steps, guidance_scale, seeds: [seed] }, { kind: 'image', image: tensorOf(tensors, 'vae.image'), strength });
    const stray = largestDifference(bytes, tensorOf(tensors, 'img2img.image').data.map((value) => value * 255));
    expect(show('img2img.image of 255', stray)).toBeLessThan(0.6);
  });
});
