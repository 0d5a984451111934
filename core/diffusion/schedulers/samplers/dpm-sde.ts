import { cumulatedAlphas } from '../noise/alphas.ts';
import { originalOfUnscaled } from '../noise/prediction.ts';
import { sigmaSchedule, timestepOf, trainingSigmas } from '../noise/sigmas.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';
import { ancestral, sigmaScaling, towards } from './euler.ts';

/**
 * DPM-Solver++ (stochastic, order 2, single step). diffusers: DPMSolverSDEScheduler.
 *
 * The two stages of a step need the noise of one Brownian path. diffusers takes it from torchsde's tree, seeded at random unless told;
 * ours draws the two increments of the path from the picture's own generator, so a seed gives the same picture again, but not diffusers'.
 */
export function dpmSde(config: SettledConfig, steps: number): Scheduler {
  const alphas = cumulatedAlphas(config, false);
  const { sigmas, timesteps } = sigmaSchedule(config, alphas, steps);
  const all = trainingSigmas(alphas);
  const stageAt = (index: number) => {
    const [sigma, next] = [sigmas[Math.floor(index / 2)] ?? 0, sigmas[Math.floor(index / 2) + 1] ?? 0];
    return { sigma, next, middle: Math.sqrt(sigma * next) };
  };
  const sigmaAt = (index: number): number => (index % 2 === 0 ? stageAt(index).sigma : stageAt(index).middle);
  let start: { readonly sample: Float32Array; readonly increment: Float32Array } | null = null;

  /** From `sigma` towards `next` by the predicted original, noise on the way. */
  const advance = (sample: Float32Array, original: Float32Array, noise: Float32Array, sigma: number, next: number) => {
    const { down, up } = ancestral(sigma, next);
    return weightedSum([1, towards(original, sample, sigma, down)], [Math.min(up, next), noise]);
  };

  return {
    timesteps: timesteps.flatMap((timestep, index) =>
      index === timesteps.length - 1 ? [timestep] : [timestep, timestepOf(stageAt(2 * index).middle, all)],
    ),
    order: 2,
    ...sigmaScaling(config, sigmas, sigmaAt),
    step: (output, index, sample, draw) => {
      const { sigma, middle, next } = stageAt(index);
      const original = originalOfUnscaled(config, output, sample, sigmaAt(index));
      if (next === 0) return { sample: original, original };
      if (start === null) {
        const noise = draw();
        start = { sample, increment: weightedSum([Math.sqrt(sigma - middle), noise]) };
        return { sample: advance(sample, original, noise, sigma, middle), original };
      }
      const span = Math.sqrt(sigma - next);
      const noise = weightedSum([1 / span, start.increment], [Math.sqrt(middle - next) / span, draw()]);
      const moved = advance(start.sample, original, noise, sigma, next);
      start = null;
      return { sample: moved, original };
    },
  };
}
