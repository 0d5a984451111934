import type { SettledConfig } from '../settled-config.ts';

const f32 = Math.fround;

/** The smallest that a zero signal is let be where sigmas are made of it: a sigma of 4096 instead of infinity. */
const leastAlpha = 2 ** -24;

/**
 * How much of the picture's signal is left at each training timestep, squared and cumulated ("alphas_cumprod"): `[num_train_timesteps]`.
 *
 * Rounded to float32 where diffusers does: a sigma made of 1 - alpha keeps 3 digits fewer than alpha has.
 * `keepsSignal` keeps the last one above zero under zero terminal SNR.
 */
export function cumulatedAlphas(config: SettledConfig, keepsSignal: boolean): Float32Array {
  const betas = config.rescale_betas_zero_snr ? withZeroTerminalSnr(betasOf(config)) : betasOf(config);
  const alphas = cumulate(betas);
  if (config.rescale_betas_zero_snr && keepsSignal) alphas[alphas.length - 1] = leastAlpha;
  return alphas;
}

function betasOf(config: SettledConfig): Float32Array {
  const { beta_start: start, beta_end: end, num_train_timesteps: count } = config;
  if (config.trained_betas !== null) return Float32Array.from(config.trained_betas);
  switch (config.beta_schedule) {
    case 'linear':
      return linspace(start, end, count);
    case 'scaled_linear':
      return linspace(Math.sqrt(start), Math.sqrt(end), count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return Float32Array.from({ length: count }, (_, index) =>
        Math.min(1 - squaredCosine((index + 1) / count) / squaredCosine(index / count), 0.999),
      );
  }
}

/** The squared cosine of Nichol and Dhariwal 2021, "Improved Denoising Diffusion Probabilistic Models", equation 17. */
const squaredCosine = (time: number): number => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;

/** Counts from both ends, as torch's linspace does. */
function linspace(start: number, end: number, count: number): Float32Array {
  const step = count > 1 ? f32(f32(end - start) / (count - 1)) : 0;
  return Float32Array.from({ length: count }, (_, index) =>
    index < count / 2 ? f32(start) + step * index : f32(end) - step * (count - 1 - index),
  );
}

function cumulate(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product *= f32(1 - beta);
    return product;
  });
}

/** Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", algorithm 1. */
function withZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulate(betas).map(Math.sqrt);
  const [first, last] = [roots[0] ?? 1, roots.at(-1) ?? 0];
  const squares = roots
    .map((root) => f32(f32(root - last) * f32(first / f32(first - last))))
    .map((root) => root * root);
  return squares.map((square, index) => 1 - (index === 0 ? square : f32(square / (squares[index - 1] ?? 1))));
}
