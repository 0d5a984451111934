import { describe, expect, test } from 'vitest';
import { Failed } from '../../contract/failure.ts';
import { type SchedulerName, samplerNames, schedulerNames } from '../../contract/generate/generate.ts';
import { torchGenerator } from '../random/torch-generator.ts';
import { schedulerClasses } from './scheduler-classes.ts';
import { schedulerFor } from './scheduler-for.ts';
import { SchedulerConfig } from './settled-config.ts';

const path = '/bundle/scheduler/scheduler_config.json';
const plain = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 };

const choices = ['epsilon', 'v_prediction', 'sample'].flatMap((prediction_type) =>
  ['leading', 'trailing', 'linspace'].flatMap((timestep_spacing) =>
    [false, true].map((rescale_betas_zero_snr) => ({ prediction_type, timestep_spacing, rescale_betas_zero_snr })),
  ),
);

/** Runs a whole trajectory with a network that says nothing new; the refusal where the combination is refused. */
function runOf(config: object, sampler: (typeof samplerNames)[number], scheduler: SchedulerName, steps: number) {
  try {
    const chosen = schedulerFor({ config: SchedulerConfig.parse(config), path, sampler, scheduler, steps });
    const one = chosen.make();
    const draws = torchGenerator(3);
    let sample: Float32Array = torchGenerator(2)
      .randn(16)
      .map((value) => value * one.initNoiseSigma);
    for (let index = 0; index < one.timesteps.length; index++) {
      const output = one.scaleModelInput(sample, index).map((value) => 0.3 * value);
      sample = one.step(output, index, sample, () => draws.randn(16)).sample;
    }
    return { sample, refusal: null };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return { sample: null, refusal: error.failure };
  }
}

/** All that diffusers has no such form of: everything else runs. */
const isRefusalExpected = (field: unknown): boolean =>
  [
    'scheduler',
    'steps',
    '"prediction_type"',
    '"variance_type"',
    '"algorithm_type"',
    '"rescale_betas_zero_snr"',
  ].includes(String(field));

describe.each(samplerNames)('%s', (sampler) => {
  test.each(schedulerNames)('with %s noise levels ends in finite numbers, or is refused by its field', (scheduler) => {
    for (const choice of choices)
      for (const steps of [1, 2, 5]) {
        const { sample, refusal } = runOf(
          { _class_name: 'DDIMScheduler', ...plain, ...choice },
          sampler,
          scheduler,
          steps,
        );
        const what = JSON.stringify({ ...choice, steps });
        if (refusal === null) expect(sample?.every(Number.isFinite), what).toBe(true);
        else expect(isRefusalExpected(refusal.details?.field), `${what}: ${refusal.message}`).toBe(true);
      }
  });
});

describe.each(Object.keys(schedulerClasses))('a bundle with %s', (className) => {
  test('runs as its config says, whatever that is', () => {
    let runs = 0;
    for (const choice of choices) {
      const { sample, refusal } = runOf({ _class_name: className, ...plain, ...choice }, 'Automatic', 'Automatic', 4);
      const what = JSON.stringify(choice);
      if (refusal === null) {
        runs++;
        expect(sample?.every(Number.isFinite), what).toBe(true);
      } else expect(isRefusalExpected(refusal.details?.field), `${what}: ${refusal.message}`).toBe(true);
    }
    expect(runs).toBeGreaterThanOrEqual(12);
  });
});
