import { cumulatedAlphas } from '../noise/alphas.ts';
import { limited, originalOfUnscaled } from '../noise/prediction.ts';
import { sigmaSchedule } from '../noise/sigmas.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';
import { sigmaScaling, towards } from './euler.ts';

/** Karras et al. 2022, algorithm 2 without churn: two calls a step, one for the last. diffusers: HeunDiscreteScheduler. */
export function heun(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = sigmaSchedule(config, cumulatedAlphas(config, false), steps);
  const sigmaAt = (index: number): number => sigmas[Math.ceil(index / 2)] ?? 0;
  let first: { readonly sample: Float32Array; readonly original: Float32Array; readonly sigma: number } | null = null;
  return {
    timesteps: timesteps.flatMap((timestep, index) => (index === 0 ? [timestep] : [timestep, timestep])),
    order: 2,
    ...sigmaScaling(config, sigmas, sigmaAt),
    step: (output, index, sample) => {
      const sigma = sigmaAt(index);
      const original = limited(config, originalOfUnscaled(config, output, sample, sigma));
      if (first === null) {
        first = { sample, original, sigma };
        return { sample: towards(original, sample, sigma, sigmaAt(index + 1)), original };
      }
      const half = (sigma - first.sigma) / 2;
      const next = weightedSum(
        [1 + half / first.sigma, first.sample],
        [-half / first.sigma, first.original],
        [half / sigma, sample],
        [-half / sigma, original],
      );
      first = null;
      return { sample: next, original };
    },
  };
}
