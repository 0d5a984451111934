import { cumulatedAlphas } from '../noise/alphas.ts';
import { originalOfUnscaled } from '../noise/prediction.ts';
import { sigmaSchedule } from '../noise/sigmas.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';
import { sigmaScaling } from './euler.ts';

const highestOrder = 4;

/** A linear multistep method over unevenly spaced sigmas (k-diffusion's LMS). diffusers: LMSDiscreteScheduler. */
export function lms(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = sigmaSchedule(config, cumulatedAlphas(config, false), steps);
  const sigmaAt = (index: number): number => sigmas[index] ?? 0;
  let slopes: Float32Array[] = [];
  return {
    timesteps,
    order: 1,
    ...sigmaScaling(config, sigmas, sigmaAt),
    step: (output, index, sample) => {
      const sigma = sigmaAt(index);
      const original = originalOfUnscaled(config, output, sample, sigma);
      slopes = [weightedSum([1 / sigma, sample], [-1 / sigma, original]), ...slopes].slice(0, highestOrder);
      // A run that starts in the middle has an order but no slopes yet: diffusers leaves their terms out.
      const order = Math.min(index + 1, highestOrder);
      const terms = slopes
        .slice(0, order)
        .map((slope, back) => [coefficient(sigmas, index, order, back), slope] as const);
      return { sample: weightedSum([1, sample], ...terms), original };
    },
  };
}

/** The integral over one step of the Lagrange polynomial that is 1 at the sigma `back` steps ago: Simpson's rule is exact for cubics. */
function coefficient(sigmas: readonly number[], index: number, order: number, back: number): number {
  const sigmaAt = (steps: number): number => sigmas[index - steps] ?? 0;
  const polynomial = (at: number): number => {
    let product = 1;
    for (let other = 0; other < order; other++)
      if (other !== back) product *= (at - sigmaAt(other)) / (sigmaAt(back) - sigmaAt(other));
    return product;
  };
  const [from, to] = [sigmaAt(0), sigmaAt(-1)];
  return ((to - from) / 6) * (polynomial(from) + 4 * polynomial((from + to) / 2) + polynomial(to));
}
