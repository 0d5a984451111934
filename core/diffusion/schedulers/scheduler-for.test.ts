import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SamplerName, SchedulerName, samplerNames, schedulerNames } from '../../contract/generate/generate.ts';
import { torchGenerator } from '../random/torch-generator.ts';
import { largestDifference, readTensors, referencePath, tensorOf } from '../reference/read-tensors.ts';
import { withoutInfinities } from './read-scheduler-config.ts';
import type { Scheduler } from './scheduler.ts';
import { schedulerFor } from './scheduler-for.ts';
import { SchedulerConfig } from './settled-config.ts';

const Reference = z.record(
  z.string(),
  z.object({
    config: z.record(z.string(), z.unknown()),
    cls: z.string(),
    timesteps: z.array(z.number()),
    init_noise_sigma: z.number(),
    noise_seed: z.number(),
  }),
);
const reference = Reference.parse(
  JSON.parse(withoutInfinities(readFileSync(referencePath('schedulers.json'))).toString()),
);
const tensors = readTensors('schedulers.safetensors');
const Case = z.object({
  config: z.record(z.string(), z.unknown()),
  sampler: SamplerName,
  scheduler: SchedulerName,
  steps: z.int(),
  first_index: z.int(),
  timesteps: z.array(z.number()),
  init_noise_sigma: z.number(),
  final: z.array(z.number()),
});
/** Made as the reference was, with the same diffusers: samplers by name from one bundle's config, fields of configs, runs from the middle. */
const cases = z
  .array(Case)
  .parse(JSON.parse(readFileSync(new URL('fixtures/diffusers-trajectories.json', import.meta.url), 'utf8')));
const path = '/bundle/scheduler/scheduler_config.json';

function make(config: Record<string, unknown>, sampler: SamplerName, scheduler: SchedulerName, steps: number) {
  return schedulerFor({ config: SchedulerConfig.parse(config), path, sampler, scheduler, steps });
}

/** The reference's stand-in for a network. */
const answer = (sample: Float32Array, timestep: number): Float32Array =>
  sample.map((value) => 0.3 * value + 0.1 * Math.sin(2 * value + timestep / 200));

function largestStray(scheduler: Scheduler, name: string, seed: number): number {
  const trajectory = tensorOf(tensors, `${name}|trajectory`);
  let sample: Float32Array = tensorOf(tensors, `${name}|start`).data.map((value) => value * scheduler.initNoiseSigma);
  const generator = torchGenerator(seed);
  const draw = () => generator.randn(sample.length);
  let largest = 0;
  for (const [index, timestep] of scheduler.timesteps.entries()) {
    const output = answer(scheduler.scaleModelInput(sample, index), timestep);
    sample = scheduler.step(output, index, sample, draw).sample;
    const expected = trajectory.data.subarray(index * sample.length, (index + 1) * sample.length);
    largest = Math.max(largest, largestDifference(sample, expected));
  }
  return largest;
}

describe.each(Object.entries(reference))('%s', (name, { config, cls, timesteps, init_noise_sigma, noise_seed }) => {
  const steps = Number(name.split('|')[1]);
  const chosen = make({ ...config, _class_name: cls }, 'Automatic', 'Automatic', steps);

  test("has diffusers' timesteps and first sigma", () => {
    const scheduler = chosen.make();
    expect(largestDifference(scheduler.timesteps, timesteps)).toBeLessThan(1e-3);
    expect(scheduler.initNoiseSigma).toBeCloseTo(init_noise_sigma, 5);
  });

  test("follows diffusers' trajectory", () => {
    const stray = largestStray(chosen.make(), name, noise_seed);
    expect(stray).toBeLessThan(2e-5);
  });
});

const plain = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 };

describe.each(
  cases.map((one) => {
    const changes = Object.entries(one.config).filter(([field]) => !(field in plain));
    const { trained_betas: _, ...shown } = Object.fromEntries(changes);
    return { ...one, name: JSON.stringify(shown) };
  }),
)('$sampler, $scheduler, $steps steps from $first_index, $name', (one) => {
  test('ends where diffusers does', () => {
    const scheduler = make(one.config, one.sampler, one.scheduler, one.steps).make();
    expect(largestDifference(scheduler.timesteps, one.timesteps)).toBeLessThan(1e-3);
    expect(scheduler.initNoiseSigma / one.init_noise_sigma).toBeCloseTo(1, 5);
    const noise = torchGenerator(5).randn(16);
    const draws = torchGenerator(11);
    let sample: Float32Array =
      one.first_index === 0
        ? noise.map((value) => value * scheduler.initNoiseSigma)
        : scheduler.addNoise(torchGenerator(6).randn(16), noise, one.first_index);
    for (let index = one.first_index; index < scheduler.timesteps.length; index++) {
      const output = answer(scheduler.scaleModelInput(sample, index), scheduler.timesteps[index] ?? 0);
      sample = scheduler.step(output, index, sample, () => draws.randn(16)).sample;
    }
    const stray = largestDifference(sample, one.final);
    expect(stray).toBeLessThan(1e-4);
  });
});

describe('choosing', () => {
  const bundle = { _class_name: 'PNDMScheduler', ...plain, set_alpha_to_one: false, skip_prk_steps: true };

  test.each(samplerNames.filter((name) => name !== 'Automatic'))('%s is reached by its name and told by it', (name) => {
    expect(make(bundle, name, 'Automatic', 4)).toMatchObject({ sampler: name, scheduler: 'Automatic' });
  });

  test.each([
    ['PNDMScheduler', {}, 'PLMS', 'Automatic'],
    ['DDIMScheduler', {}, 'DDIM', 'Automatic'],
    ['EulerDiscreteScheduler', { use_karras_sigmas: true }, 'Euler', 'Karras'],
    ['EulerAncestralDiscreteScheduler', { use_karras_sigmas: true }, 'Euler a', 'Automatic'],
    ['DPMSolverMultistepScheduler', {}, 'DPM++ 2M', 'Automatic'],
    ['DPMSolverMultistepScheduler', { algorithm_type: 'sde-dpmsolver++' }, 'DPM++ 2M SDE', 'Automatic'],
    ['UniPCMultistepScheduler', { use_exponential_sigmas: true }, 'UniPC', 'Exponential'],
    ['DPMSolverSDEScheduler', {}, 'DPM++ SDE', 'Automatic'],
  ])('Automatic on a bundle of %s with %j is told as %s, %s', (_class_name, fields, sampler, scheduler) => {
    expect(make({ ...plain, _class_name, ...fields }, 'Automatic', 'Automatic', 4)).toMatchObject({
      sampler,
      scheduler,
    });
  });

  test.each(samplerNames.flatMap((sampler) => schedulerNames.map((scheduler) => ({ sampler, scheduler }))))(
    '$sampler with $scheduler either runs to finite numbers or is refused by its field',
    ({ sampler, scheduler }) => {
      const cannot: Partial<Record<SchedulerName, readonly SamplerName[]>> = {
        Karras: ['Automatic', 'DDIM', 'DDPM', 'PLMS', 'LCM'],
        Exponential: ['Automatic', 'DDIM', 'DDPM', 'PLMS', 'LCM'],
        Uniform: ['LCM'],
        'SGM Uniform': ['LCM'],
      };
      if (cannot[scheduler]?.includes(sampler)) {
        expect(() => make(bundle, sampler, scheduler, 4)).toThrow(/^scheduler: .*Choose Automatic/);
        return;
      }
      const one = make(bundle, sampler, scheduler, 4).make();
      const draws = torchGenerator(3);
      let sample: Float32Array = torchGenerator(2)
        .randn(16)
        .map((value) => value * one.initNoiseSigma);
      for (const [index, timestep] of one.timesteps.entries()) {
        const output = answer(one.scaleModelInput(sample, index), timestep);
        sample = one.step(output, index, sample, () => draws.randn(16)).sample;
      }
      expect(sample.every(Number.isFinite)).toBe(true);
    },
  );

  test('Euler a takes the noise levels of Euler when Karras are asked for', () => {
    const [ancestral, plainEuler] = (['Euler a', 'Euler'] as const).map((sampler) =>
      make(bundle, sampler, 'Karras', 6),
    );
    expect(ancestral?.scheduler).toBe('Karras');
    expect(ancestral?.make().timesteps).toEqual(plainEuler?.make().timesteps);
  });

  test('a config without a class is of the class that the index names', () => {
    const chosen = schedulerFor({
      config: SchedulerConfig.parse(plain),
      path,
      indexClass: 'DDIMScheduler',
      sampler: 'Automatic',
      scheduler: 'Automatic',
      steps: 4,
    });
    expect(chosen.sampler).toBe('DDIM');
  });

  test('a network that always knows the picture leads DPM++ SDE to it', () => {
    const picture = torchGenerator(1).randn(16);
    const scheduler = make(bundle, 'DPM++ SDE', 'Karras', 6).make();
    const draws = torchGenerator(3);
    let sample: Float32Array = torchGenerator(2)
      .randn(16)
      .map((value) => value * scheduler.initNoiseSigma);
    for (const index of scheduler.timesteps.keys()) {
      const scaled = scheduler.scaleModelInput(sample, index);
      const sigma = Math.sqrt(((sample[0] ?? 0) / (scaled[0] ?? 1)) ** 2 - 1);
      const noise = sample.map((value, at) => (value - (picture[at] ?? 0)) / sigma);
      sample = scheduler.step(noise, index, sample, () => draws.randn(16)).sample;
    }
    expect(largestDifference(sample, picture)).toBeLessThan(1e-4);
  });

  test.each<[SamplerName, number, Record<string, unknown>, number]>([
    ['Euler', 1001, {}, 1000],
    ['LCM', 51, {}, 50],
    ['DDIM', 1000, {}, 999],
  ])('%s refuses %i steps with %j by its bound', (sampler, steps, fields, bound) => {
    expect(() => make({ ...bundle, ...fields }, sampler, 'Automatic', steps)).toThrow(
      new RegExp(`^steps: .*${bound} steps|^steps: .*most ${bound}`),
    );
  });

  test.each([1, 2, 3])('PLMS takes %i steps without the warm-up that they have no room for', (steps) => {
    const timesteps = (skip_prk_steps: boolean) =>
      make({ ...bundle, skip_prk_steps }, 'PLMS', 'Automatic', steps).make().timesteps;
    expect(timesteps(false)).toEqual(timesteps(true));
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown class', { _class_name: 'DEISMultistepScheduler' }, '"_class_name" is DEISMultistepScheduler'],
    ['a class of Object', { _class_name: 'toString' }, '"_class_name" is toString'],
    ['beta sigmas', { _class_name: 'EulerDiscreteScheduler', use_beta_sigmas: true }, '"use_beta_sigmas" is true'],
    [
      'two spacings at once',
      { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true, use_exponential_sigmas: true },
      '"use_exponential_sigmas" is true',
    ],
    ['flow sigmas', { _class_name: 'UniPCMultistepScheduler', use_flow_sigmas: true }, '"use_flow_sigmas" is true'],
    ['a learned variance', { _class_name: 'DDPMScheduler', variance_type: 'learned' }, '"variance_type" is learned'],
    ['a prediction its class lacks', { prediction_type: 'sample' }, '"prediction_type" is sample'],
    [
      'an end that the solver divides by',
      { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver' },
      '"algorithm_type" is dpmsolver',
    ],
    ['betas of another length', { trained_betas: [0.1, 0.2] }, '"num_train_timesteps" is 1000'],
  ])('%s is refused with its field and file', (_, fields, says) => {
    const run = () => make({ ...bundle, ...fields }, 'Automatic', 'Automatic', 4);
    expect(run).toThrow(`"${path}": ${says}`);
  });

  test('a field that another class left behind is no reason to refuse', () => {
    const left = { use_beta_sigmas: true, variance_type: 'learned', use_karras_sigmas: true };
    expect(make({ ...bundle, ...left }, 'Automatic', 'Automatic', 4).sampler).toBe('PLMS');
  });
});
