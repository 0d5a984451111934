import type { SettledConfig } from '../settled-config.ts';
import { roundHalfEven } from './round-half-even.ts';
import { spacedTimesteps } from './timesteps.ts';

const f32 = Math.fround;

/** Noise against signal at every training timestep, rising: `[num_train_timesteps]`. */
export function trainingSigmas(alphas: Float32Array): Float32Array {
  return alphas.map((alpha) => Math.sqrt(f32(f32(1 - alpha) / alpha)));
}

export interface SigmaSchedule {
  /** One more than there are timesteps, falling; the last is where the run ends. float32 values. */
  readonly sigmas: readonly number[];
  readonly timesteps: readonly number[];
}

/** The sigmas of the schedulers that come from k-diffusion (Euler, Heun, LMS, DPM2, DPM++ SDE). */
export function sigmaSchedule(
  config: SettledConfig,
  alphas: Float32Array,
  steps: number,
  { karrasRounds = false }: { karrasRounds?: boolean } = {},
): SigmaSchedule {
  const all = trainingSigmas(alphas);
  const plainTimesteps = spacedTimesteps(config, steps, { rounded: false });
  const plain = plainTimesteps.map((timestep) => interpolate(all, timestep));
  const respaced = respacedSigmas(config, plain, steps);
  const last = config.final_sigmas_type === 'sigma_min' ? (all[0] ?? 0) : 0;
  const timesteps = respaced?.map((sigma) => timestepOf(sigma, all)) ?? plainTimesteps;
  const rounds = karrasRounds && config.use_karras_sigmas;
  return {
    sigmas: [...(respaced ?? plain), last].map(f32),
    timesteps: timesteps.map((timestep) => f32(rounds ? roundHalfEven(timestep) : timestep)),
  };
}

/** Karras' or exponential spacing between the ends of falling sigmas; null where the config asks for neither. */
export function respacedSigmas(config: SettledConfig, falling: readonly number[], steps: number): number[] | null {
  const high = config.sigma_max ?? falling[0] ?? 0;
  const low = config.sigma_min ?? falling.at(-1) ?? 0;
  const at = (index: number): number => (steps === 1 ? 0 : index / (steps - 1));
  if (config.use_karras_sigmas) {
    const [highRoot, lowRoot] = [high ** (1 / rho), low ** (1 / rho)];
    return Array.from({ length: steps }, (_, index) => (highRoot + at(index) * (lowRoot - highRoot)) ** rho);
  }
  if (config.use_exponential_sigmas) {
    const [highLog, lowLog] = [Math.log(high), Math.log(low)];
    return Array.from({ length: steps }, (_, index) => Math.exp(highLog + at(index) * (lowLog - highLog)));
  }
  return null;
}

/** Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", equation 5. */
const rho = 7;

/** The value between two neighbours of a table; its end past it. */
export function interpolate(table: Float32Array, at: number): number {
  const low = Math.min(Math.max(Math.floor(at), 0), table.length - 1);
  const left = table[low] ?? 0;
  const right = table[low + 1] ?? left;
  return at <= 0 ? (table[0] ?? 0) : left + (right - left) * (at - low);
}

/** The training timestep, with its fraction, that has this sigma: between neighbours by the logarithm. */
export function timestepOf(sigma: number, all: Float32Array): number {
  const log = Math.log(Math.max(sigma, 1e-10));
  const logAt = (index: number): number => f32(Math.log(all[index] ?? 1));
  let low = 0;
  for (let index = 0; index < all.length; index++) if (log >= logAt(index)) low = index;
  low = Math.min(low, all.length - 2);
  const [left, right] = [logAt(low), logAt(low + 1)];
  const weight = Math.min(Math.max((left - log) / (left - right), 0), 1);
  return (1 - weight) * low + weight * (low + 1);
}
