import { cumulatedAlphas } from '../noise/alphas.ts';
import { originalOfUnscaled } from '../noise/prediction.ts';
import { type SigmaSchedule, sigmaSchedule } from '../noise/sigmas.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** Karras et al. 2022, algorithm 2 without churn and without its second order. diffusers: EulerDiscreteScheduler. */
export function euler(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = sigmaSchedule(config, cumulatedAlphas(config, true), steps);
  const isContinuous = config.timestep_type === 'continuous' && config.prediction_type === 'v_prediction';
  return {
    timesteps: isContinuous ? timesteps.map((_, index) => 0.25 * Math.log(sigmas[index] ?? 1)) : timesteps,
    order: 1,
    ...sigmaScaling(config, sigmas, (index) => sigmas[index] ?? 0),
    step: (output, index, sample) => {
      const [sigma, next] = sigmasAt({ sigmas, timesteps }, index);
      const original = originalOfUnscaled(config, output, sample, sigma);
      return { sample: towards(original, sample, sigma, next), original };
    },
  };
}

/** Euler with as much new noise as the ancestral rule of DDPM asks for. diffusers: EulerAncestralDiscreteScheduler. */
export function eulerAncestral(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = sigmaSchedule(config, cumulatedAlphas(config, true), steps);
  return {
    timesteps,
    order: 1,
    ...sigmaScaling(config, sigmas, (index) => sigmas[index] ?? 0),
    step: (output, index, sample, draw) => {
      const [sigma, next] = sigmasAt({ sigmas, timesteps }, index);
      const { down, up } = ancestral(sigma, next);
      const original = originalOfUnscaled(config, output, sample, sigma);
      return { sample: weightedSum([1, towards(original, sample, sigma, down)], [up, draw()]), original };
    },
  };
}

/** The sigma to step down to, and the sigma of the noise that brings it up to `next` again. */
export function ancestral(sigma: number, next: number): { readonly down: number; readonly up: number } {
  const up = Math.sqrt((next ** 2 * (sigma ** 2 - next ** 2)) / sigma ** 2);
  return { down: Math.sqrt(Math.max(next ** 2 - up ** 2, 0)), up };
}

/** The straight line from a sample at `sigma` towards its original, to where the noise is `next`. */
export function towards(original: Float32Array, sample: Float32Array, sigma: number, next: number): Float32Array {
  return weightedSum([next / sigma, sample], [1 - next / sigma, original]);
}

export const sigmasAt = ({ sigmas }: SigmaSchedule, index: number): readonly [now: number, next: number] => [
  sigmas[index] ?? 0,
  sigmas[index + 1] ?? 0,
];

/** What all schedulers have in common whose sample is the original plus sigma times noise. `sigmaAt` gives the noise before a call. */
export function sigmaScaling(
  config: SettledConfig,
  sigmas: readonly number[],
  sigmaAt: (index: number) => number,
): Pick<Scheduler, 'initNoiseSigma' | 'scaleModelInput' | 'addNoise'> {
  const highest = Math.max(...sigmas);
  return {
    initNoiseSigma: config.timestep_spacing === 'leading' ? Math.sqrt(highest ** 2 + 1) : highest,
    scaleModelInput: (sample, index) => weightedSum([1 / Math.sqrt(sigmaAt(index) ** 2 + 1), sample]),
    addNoise: (original, noise, index) => weightedSum([1, original], [sigmaAt(index), noise]),
  };
}
