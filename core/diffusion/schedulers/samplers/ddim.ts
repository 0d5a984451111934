import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfAlpha, limited, noiseOf, originalOf } from '../noise/prediction.ts';
import { spacedTimesteps } from '../noise/timesteps.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** Song et al. 2020, "Denoising Diffusion Implicit Models", equation 12 without noise (eta 0). diffusers: DDIMScheduler. */
export function ddim(config: SettledConfig, steps: number): Scheduler {
  const alphas = cumulatedAlphas(config, false);
  const timesteps = spacedTimesteps(config, steps, { rounded: true });
  const stride = Math.floor(config.num_train_timesteps / steps);
  const last = config.set_alpha_to_one ? 1 : (alphas[0] ?? 1);
  const levelAt = (timestep: number) => levelOfAlpha(timestep < 0 ? last : (alphas[timestep] ?? 1));
  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample) => {
      const timestep = timesteps[index] ?? 0;
      const [level, next] = [levelAt(timestep), levelAt(timestep - stride)];
      const original = limited(config, originalOf(config, output, sample, level));
      const noise = noiseOf(config, output, sample, level);
      return { sample: weightedSum([next.alpha, original], [next.sigma, noise]), original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelAt(timesteps[index] ?? 0);
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}
