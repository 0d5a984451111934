import { Failed } from '../../../contract/failure.ts';
import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfAlpha, limited, originalOf } from '../noise/prediction.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** The spread of the data that the boundary condition assumes. */
const dataSpread = 0.5;

/**
 * Luo et al. 2023, "Latent Consistency Models": multistep consistency sampling. diffusers: LCMScheduler.
 *
 * Throws `invalid_input` for more steps than the model was distilled with.
 */
export function lcm(config: SettledConfig, steps: number): Scheduler {
  const { original_inference_steps: distilled, num_train_timesteps: all } = config;
  if (steps > distilled)
    throw new Failed('invalid_input', {
      field: 'steps',
      reason: `LCM takes at most ${distilled} steps with this model.`,
    });
  const alphas = cumulatedAlphas(config, false);
  const stride = Math.floor(all / distilled);
  const timesteps = Array.from(
    { length: steps },
    (_, index) => (distilled - Math.floor((index * distilled) / steps)) * stride - 1,
  );
  const levelAt = (index: number) => levelOfAlpha(alphas[timesteps[index] ?? 0] ?? 1);
  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample, draw) => {
      const scaled = (timesteps[index] ?? 0) * config.timestep_scaling;
      const size = scaled ** 2 + dataSpread ** 2;
      const predicted = limited(config, originalOf(config, output, sample, levelAt(index)));
      const original = weightedSum([scaled / Math.sqrt(size), predicted], [dataSpread ** 2 / size, sample]);
      if (index === timesteps.length - 1) return { sample: original, original };
      const next = levelAt(index + 1);
      return { sample: weightedSum([next.alpha, original], [next.sigma, draw()]), original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelAt(index);
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}
