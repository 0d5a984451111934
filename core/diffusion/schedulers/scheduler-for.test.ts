import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type SamplerName, type SchedulerName, samplerNames } from '../../contract/generate.ts';
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
const path = '/bundle/scheduler/scheduler_config.json';

/** The config that the reference's schedulers were made from, as far as their names need it. */
const stableDiffusion: Record<string, unknown> = {
  _class_name: 'PNDMScheduler',
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  set_alpha_to_one: false,
  skip_prk_steps: true,
  steps_offset: 1,
};

function make(config: Record<string, unknown>, sampler: SamplerName, scheduler: SchedulerName, steps: number) {
  return schedulerFor({ config: SchedulerConfig.parse(config), path, sampler, scheduler, steps });
}

/** The reference's stand-in for a network. */
const answer = (sample: Float32Array, timestep: number): Float32Array =>
  sample.map((value) => 0.3 * value + 0.1 * Math.sin(2 * value + timestep / 200));

function largestStray(scheduler: Scheduler, name: string, seed: number): number {
  const trajectory = tensorOf(tensors, `${name}|trajectory`);
  let sample = tensorOf(tensors, `${name}|start`).data.map((value) => value * scheduler.initNoiseSigma);
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
    if (process.env['SHOW']) console.log(name, stray);
    expect(stray).toBeLessThan(2e-5);
  });
});
