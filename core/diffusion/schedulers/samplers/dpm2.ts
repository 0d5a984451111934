import { cumulatedAlphas } from '../noise/alphas.ts';
import { originalOfUnscaled } from '../noise/prediction.ts';
import { sigmaSchedule, timestepOf, trainingSigmas } from '../noise/sigmas.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';
import { ancestral, sigmaScaling, towards } from './euler.ts';

/** Karras et al. 2022, the second-order midpoint rule in the logarithm of sigma. diffusers: KDPM2DiscreteScheduler. */
export function dpm2(config: SettledConfig, steps: number): Scheduler {
  return midpoint(config, steps, false);
}

/** The same with new noise at every step. diffusers: KDPM2AncestralDiscreteScheduler. */
export function dpm2Ancestral(config: SettledConfig, steps: number): Scheduler {
  return midpoint(config, steps, true);
}

function midpoint(config: SettledConfig, steps: number, isAncestral: boolean): Scheduler {
  const alphas = cumulatedAlphas(config, false);
  const { sigmas, timesteps } = sigmaSchedule(config, alphas, steps, { karrasRounds: true });
  const all = trainingSigmas(alphas);
  const stages = timesteps.map((_, index) => {
    const [sigma, next] = [sigmas[index] ?? 0, sigmas[index + 1] ?? 0];
    const { down, up } = isAncestral && next > 0 ? ancestral(sigma, next) : { down: next, up: 0 };
    return { sigma, down, up, middle: Math.sqrt(sigma * down) };
  });
  const stageAt = (index: number) => stages[Math.floor(index / 2)] ?? { sigma: 0, down: 0, up: 0, middle: 0 };
  const sigmaAt = (index: number): number => (index % 2 === 0 ? stageAt(index).sigma : stageAt(index).middle);
  let start: Float32Array | null = null;
  return {
    timesteps: timesteps.flatMap((timestep, index) =>
      index === timesteps.length - 1 ? [timestep] : [timestep, timestepOf(stageAt(2 * index).middle, all)],
    ),
    order: 2,
    ...sigmaScaling(config, sigmas, sigmaAt),
    step: (output, index, sample, draw) => {
      const { sigma, middle, down, up } = stageAt(index);
      const original = originalOfUnscaled(config, output, sample, sigmaAt(index));
      if (start === null) {
        start = sample;
        return { sample: towards(original, sample, sigma, middle), original };
      }
      const reach = (down - sigma) / middle;
      const next = weightedSum([1, start], [reach, sample], [-reach, original]);
      start = null;
      return { sample: isAncestral ? weightedSum([1, next], [up, draw()]) : next, original };
    },
  };
}
