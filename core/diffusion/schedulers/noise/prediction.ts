import type { SettledConfig } from '../settled-config.ts';
import { weightedSum } from './weighted-sum.ts';

/** A sample is `alpha * original + sigma * noise`. */
export interface NoiseLevel {
  readonly alpha: number;
  readonly sigma: number;
}

/** The level of a sample whose signal is scaled so that alpha² + sigma² = 1, from its noise against its signal. */
export function levelOfSigma(sigma: number): NoiseLevel {
  const alpha = 1 / Math.sqrt(sigma ** 2 + 1);
  return { alpha, sigma: sigma * alpha };
}

export const levelOfAlpha = (alphaSquared: number): NoiseLevel => ({
  alpha: Math.sqrt(alphaSquared),
  sigma: Math.sqrt(1 - alphaSquared),
});

/** The original that the network's answer stands for, not yet clipped, where alpha² + sigma² = 1. */
export function originalOf(
  config: SettledConfig,
  output: Float32Array,
  sample: Float32Array,
  { alpha, sigma }: NoiseLevel,
): Float32Array {
  switch (config.prediction_type) {
    case 'epsilon':
      return weightedSum([1 / alpha, sample], [-sigma / alpha, output]);
    case 'sample':
      return output;
    case 'v_prediction':
      return weightedSum([alpha, sample], [-sigma, output]);
  }
}

/** The noise that the network's answer stands for, where alpha² + sigma² = 1. */
export function noiseOf(
  config: SettledConfig,
  output: Float32Array,
  sample: Float32Array,
  { alpha, sigma }: NoiseLevel,
): Float32Array {
  switch (config.prediction_type) {
    case 'epsilon':
      return output;
    case 'sample':
      return weightedSum([1 / sigma, sample], [-alpha / sigma, output]);
    case 'v_prediction':
      return weightedSum([alpha, output], [sigma, sample]);
  }
}

/** The original where the sample is `original + sigma * noise`, its signal not scaled. */
export function originalOfUnscaled(
  config: SettledConfig,
  output: Float32Array,
  sample: Float32Array,
  sigma: number,
): Float32Array {
  switch (config.prediction_type) {
    case 'epsilon':
      return weightedSum([1, sample], [-sigma, output]);
    case 'sample':
      return output;
    case 'v_prediction':
      return weightedSum([-sigma / Math.sqrt(sigma ** 2 + 1), output], [1 / (sigma ** 2 + 1), sample]);
  }
}

/** Thresholds or clips a predicted original as the config asks. */
export function limited(config: SettledConfig, original: Float32Array): Float32Array {
  if (config.thresholding) return thresholded(config, original);
  if (!config.clip_sample) return original;
  const range = config.clip_sample_range;
  return original.map((value) => Math.min(Math.max(value, -range), range));
}

/** Dynamic thresholding of Saharia et al. 2022 ("Imagen"), section 2.3: for networks that work on pixels. */
export function thresholded(config: SettledConfig, original: Float32Array): Float32Array {
  const sizes = original.map(Math.abs).sort();
  const at = config.dynamic_thresholding_ratio * (sizes.length - 1);
  const low = sizes[Math.floor(at)] ?? 0;
  const quantile = low + ((sizes[Math.ceil(at)] ?? low) - low) * (at % 1);
  const bound = Math.min(Math.max(quantile, 1), config.sample_max_value);
  return original.map((value) => Math.min(Math.max(value, -bound), bound) / bound);
}
