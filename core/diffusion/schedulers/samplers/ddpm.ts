import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfAlpha, limited, originalOf } from '../noise/prediction.ts';
import { spacedTimesteps } from '../noise/timesteps.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** Ho et al. 2020, "Denoising Diffusion Probabilistic Models", equation 7, with fixed variance. diffusers: DDPMScheduler. */
export function ddpm(config: SettledConfig, steps: number): Scheduler {
  const alphas = cumulatedAlphas(config, false);
  const timesteps = spacedTimesteps(config, steps, { rounded: true });
  const alphaAt = (index: number): number => alphas[timesteps[index] ?? -1] ?? 1;
  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample, draw) => {
      const [now, next] = [alphaAt(index), alphaAt(index + 1)];
      const beta = 1 - now / next;
      const original = limited(config, originalOf(config, output, sample, levelOfAlpha(now)));
      const mean = weightedSum(
        [(Math.sqrt(next) * beta) / (1 - now), original],
        [(Math.sqrt(now / next) * (1 - next)) / (1 - now), sample],
      );
      if ((timesteps[index] ?? 0) <= 0) return { sample: mean, original };
      const deviation = deviationOf(config.variance_type, Math.max(((1 - next) / (1 - now)) * beta, 1e-20), beta);
      return { sample: weightedSum([1, mean], [deviation, draw()]), original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelOfAlpha(alphaAt(index));
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}

/** `fixed_large_log` is diffusers' own reading: the root of a logarithm is no number, so it is refused before. */
function deviationOf(variance: string | null, small: number, large: number): number {
  return Math.sqrt(variance === 'fixed_large' ? large : small);
}
