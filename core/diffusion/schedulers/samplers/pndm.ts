import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfAlpha, noiseOf, originalOf } from '../noise/prediction.ts';
import { spacedTimesteps } from '../noise/timesteps.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler, SchedulerStep } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** Network answers that the multistep rule looks back on, and steps that the Runge-Kutta warm-up covers. */
const history = 4;

/**
 * Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds", algorithm 2. With `skip_prk_steps` it is what
 * stable-diffusion-webui calls PLMS: no Runge-Kutta warm-up, the second timestep seen twice instead. diffusers: PNDMScheduler.
 *
 * Fewer than 4 steps leave no room for the warm-up, which is then left out; diffusers can't run them.
 */
export function pndm(config: SettledConfig, steps: number): Scheduler {
  const alphas = cumulatedAlphas(config, false);
  const stride = Math.floor(config.num_train_timesteps / steps);
  const plain = spacedTimesteps(config, steps, { rounded: true });
  const skipsWarmUp = config.skip_prk_steps || steps < history;
  const warmUp = skipsWarmUp ? [] : warmUpTimesteps(plain, stride);
  const timesteps = skipsWarmUp
    ? [...plain.slice(0, 1), ...plain.slice(1, 2), ...plain.slice(1)]
    : [...warmUp, ...plain.slice(history - 1)];
  const last = config.set_alpha_to_one ? 1 : (alphas[0] ?? 1);
  // Rounding may put the timestep that is seen twice one past the table.
  const alphaAt = (timestep: number): number =>
    timestep < 0 ? last : (alphas[Math.min(timestep, alphas.length - 1)] ?? 1);

  /** Equation 9, from `timestep` to `next`. */
  const transfer = (sample: Float32Array, timestep: number, next: number, output: Float32Array): Float32Array => {
    const [now, then] = [alphaAt(timestep), alphaAt(next)];
    const noise = noiseOf(config, output, sample, levelOfAlpha(now));
    const divisor = now * Math.sqrt(1 - then) + Math.sqrt(now * (1 - now) * then);
    return weightedSum([Math.sqrt(then / now), sample], [-(then - now) / divisor, noise]);
  };

  /** The newest first. */
  let outputs: Float32Array[] = [];
  let counter = 0;
  let start: Float32Array | null = null;
  let slope: Float32Array | null = null;

  const warmUpStep = (output: Float32Array, timestep: number, sample: Float32Array): Float32Array => {
    const part = counter % 4;
    const next = timestep - (counter % 2 === 1 ? 0 : Math.floor(stride / 2));
    if (part === 0) {
      outputs = [output, ...outputs];
      start = sample;
    }
    const weighted = weightedSum(
      [part === 0 || part === 3 ? 1 / 6 : 1 / 3, output],
      [slope === null ? 0 : 1, slope ?? output],
    );
    slope = part === 3 ? null : weighted;
    return transfer(start ?? sample, warmUp[counter - part] ?? timestep, next, part === 3 ? weighted : output);
  };

  const multistep = (output: Float32Array, timestep: number, sample: Float32Array): Float32Array => {
    if (counter === 1) {
      const [first = output] = outputs;
      const begin = start ?? sample;
      start = null;
      return transfer(begin, timestep + stride, timestep, weightedSum([1 / 2, output], [1 / 2, first]));
    }
    if (counter === 0) start = sample;
    outputs = [output, ...outputs].slice(0, history);
    const combined = weightedSum(
      ...weightsOf(outputs.length).map((weight, at) => [weight, outputs[at] ?? output] as const),
    );
    return transfer(sample, timestep, timestep - stride, combined);
  };

  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample): SchedulerStep => {
      const timestep = timesteps[index] ?? 0;
      const original = originalOf(config, output, sample, levelOfAlpha(alphaAt(timestep)));
      const next = counter < warmUp.length ? warmUpStep(output, timestep, sample) : multistep(output, timestep, sample);
      counter++;
      return { sample: next, original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelOfAlpha(alphaAt(timesteps[index] ?? 0));
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}

/** Adams-Bashforth, the newest first. */
function weightsOf(known: number): readonly number[] {
  switch (known) {
    case 1:
      return [1];
    case 2:
      return [3 / 2, -1 / 2];
    case 3:
      return [23 / 12, -16 / 12, 5 / 12];
    default:
      return [55 / 24, -59 / 24, 37 / 24, -9 / 24];
  }
}

/** Four calls for each of the first three steps: at their start, twice half way, at their end. */
function warmUpTimesteps(plain: readonly number[], stride: number): number[] {
  const half = Math.floor(stride / 2);
  return [0, 1, 2].flatMap((step) => {
    const [from, to] = [plain[step] ?? 0, plain[step + 1] ?? 0];
    return [from, to + half, to + half, to];
  });
}
