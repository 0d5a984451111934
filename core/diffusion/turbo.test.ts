import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent, RunPlan } from '../contract/generate/runner.ts';
import type { NoiseInput, Tensor } from './networks.ts';
import { openNetworks } from './open-networks.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';
import { torchGenerator } from './random/torch-generator.ts';
import { planOfBundle } from './reference/plan-of-bundle.ts';
import { largestDifference, referencePath } from './reference/read-tensors.ts';

/** What the scheduler configs of sd-turbo and sdxl-turbo have in common. */
const turbo = {
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  beta_start: 0.00085,
  clip_sample: false,
  interpolation_type: 'linear',
  num_train_timesteps: 1000,
  prediction_type: 'epsilon',
  sample_max_value: 1,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
  timestep_spacing: 'trailing',
  timestep_type: 'discrete',
  trained_betas: null,
  use_karras_sigmas: false,
};

/** How much noise a timestep has: Ho et al. 2020, in the units of Karras et al. 2022. */
function sigmaAt(timestep: number): number {
  const [first, last] = [Math.sqrt(turbo.beta_start), Math.sqrt(turbo.beta_end)];
  let kept = 1;
  for (let at = 0; at <= timestep; at++) kept *= 1 - (first + ((last - first) * at) / 999) ** 2;
  return Math.sqrt((1 - kept) / kept);
}

interface Asked extends NoiseInput {
  readonly noise: Tensor;
}

describe.each([
  { name: 'sd-turbo', bundle: 'sd15-tiny', scheduler: 'EulerDiscreteScheduler', isAncestral: false },
  { name: 'sdxl-turbo', bundle: 'sdxl-tiny', scheduler: 'EulerAncestralDiscreteScheduler', isAncestral: true },
])('a bundle with the scheduler of $name', ({ bundle, scheduler, isAncestral }) => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-turbo-'));
  const asked: Asked[] = [];
  const finished: Tensor[] = [];
  let pipeline: Pipeline;
  beforeAll(async () => {
    cpSync(referencePath(`bundles/${bundle}`), folder, { recursive: true });
    const config = { _class_name: scheduler, _diffusers_version: '0.24.0.dev0', ...turbo };
    writeFileSync(join(folder, 'scheduler', 'scheduler_config.json'), JSON.stringify(config));
    pipeline = await openPipeline({ entry_path: folder }, 'cpu', {
      openNetworks: async (path, provider) => {
        const networks = await openNetworks(path, provider);
        return {
          ...networks,
          predictNoise: async (input) => {
            const noise = await networks.predictNoise(input);
            asked.push({ ...input, sample: copyOf(input.sample), noise: copyOf(noise) });
            return noise;
          },
          decode: async (latent) => {
            finished.push({ ...latent, data: latent.data.map((value) => value * networks.scalingFactor) });
            return networks.decode(latent);
          },
        };
      },
    });
  });
  afterAll(async () => {
    await pipeline.close();
    rmSync(folder, { recursive: true });
  });

  async function run(changes: Partial<RunPlan>) {
    asked.length = 0;
    const events: RunEvent[] = [];
    await pipeline.run(
      planOfBundle(folder, { prompt: 'a lighthouse', steps: 1, guidance_scale: 0, seeds: [seed], ...changes }),
      (event) => events.push(event),
      () => false,
    );
    const image = events.find(({ kind }) => kind === 'image');
    const latents = finished.at(-1);
    if (image?.kind !== 'image' || latents === undefined) throw new Error('no picture');
    return { asked: [...asked], latents, rgb: image.pixels.rgb, sampler: image.sampler };
  }

  test.each([
    { steps: 1, timesteps: [999] },
    { steps: 4, timesteps: [999, 749, 499, 249] },
  ])('makes a picture in $steps, from the last timestep on, without a row for the negative prompt', async (given) => {
    const made = await run({ steps: given.steps });
    expect(made.asked.map(({ timestep, context }) => [timestep, context.dims[0]])).toEqual(
      given.timesteps.map((timestep) => [timestep, 1]),
    );
    const { samples, end } = followed(made.asked);
    for (const [at, { sample }] of made.asked.entries())
      expect(largestDifference(sample.data, samples[at] ?? new Float32Array())).toBeLessThan(1e-4);
    expect(largestDifference(made.latents.data, end)).toBeLessThan(1e-3);
    expect(new Set(made.rgb).size).toBeGreaterThan(20);
  });

  test('has no use for a negative prompt, nor for guidance up to 1', async () => {
    const plain = await run({ steps: 1 });
    const others = [{ negative_prompt: 'a blue cat' }, { guidance_scale: 1 }];
    for (const change of others) expect((await run({ steps: 1, ...change })).rgb).toEqual(plain.rgb);
    const guided = await run({ steps: 1, guidance_scale: 2 });
    expect(guided.asked.map(({ context }) => context.dims[0])).toEqual([2]);
  });

  /** What the network should have been shown, and the latent at the end, by its own answers: Euler's method, as the samplers' papers have it. */
  function followed(answers: readonly Asked[]) {
    const sigmas = [...answers.map(({ timestep }) => sigmaAt(timestep)), 0];
    const generator = torchGenerator(seed);
    const size = answers[0]?.noise.data.length ?? 0;
    let latent = generator.randn(size).map((value) => value * (sigmas[0] ?? 0));
    const samples: Float32Array[] = [];
    for (const [at, { noise }] of answers.entries()) {
      const [sigma = 0, next = 0] = sigmas.slice(at);
      samples.push(latent.map((value) => value / Math.sqrt(sigma ** 2 + 1)));
      const up = isAncestral ? Math.sqrt((next ** 2 * (sigma ** 2 - next ** 2)) / sigma ** 2) : 0;
      const down = Math.sqrt(next ** 2 - up ** 2);
      const drawn = isAncestral ? generator.randn(size) : new Float32Array(size);
      latent = latent.map((value, cell) => value + (noise.data[cell] ?? 0) * (down - sigma) + (drawn[cell] ?? 0) * up);
    }
    return { samples, end: latent };
  }
});

const seed = 11;
const copyOf = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.slice() });
