import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfSigma, noiseOf, originalOf, thresholded } from '../noise/prediction.ts';
import { roundHalfEven } from '../noise/round-half-even.ts';
import { interpolate, respacedSigmas, timestepOf, trainingSigmas } from '../noise/sigmas.ts';
import { solverTimesteps } from '../noise/timesteps.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';

/** Fewer steps than this end in lower order: the solver is not stable otherwise. */
const fewSteps = 15;

/**
 * Lu et al. 2022, "DPM-Solver++", the multistep solver of order 1 to 3, its stochastic form, and DPM-Solver itself.
 * diffusers: DPMSolverMultistepScheduler. What is called lambda is log(alpha) - log(sigma).
 */
export function dpmSolver(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = solverSchedule(config, cumulatedAlphas(config, true), steps);
  const isStochastic = config.algorithm_type.startsWith('sde-');
  const predictsOriginal = config.algorithm_type.endsWith('++') || config.algorithm_type === 'deis';
  const levelAt = (index: number) => levelOfSigma(sigmas[index] ?? 0);
  const lambdaAt = (index: number): number => -Math.log(sigmas[index] ?? 0);
  let predictions: Float32Array[] = [];
  let taken = 0;

  const orderOf = (index: number): number => {
    const left = timesteps.length - index;
    const lowersEnd = config.lower_order_final && timesteps.length < fewSteps;
    if (left === 1 && (config.euler_at_final || lowersEnd || config.final_sigmas_type === 'zero')) return 1;
    const most = left === 2 && lowersEnd ? 2 : config.solver_order;
    return Math.min(most, taken + 1);
  };

  /** The derivatives of the prediction by lambda, each with its power of the step. */
  const derivatives = (index: number, order: number): Float32Array[] => {
    const [m0 = new Float32Array(), m1 = m0, m2 = m1] = predictions;
    if (order === 1) return [m0];
    const h = lambdaAt(index + 1) - lambdaAt(index);
    const r0 = (lambdaAt(index) - lambdaAt(index - 1)) / h;
    const first = weightedSum([1 / r0, m0], [-1 / r0, m1]);
    if (order === 2) return [m0, first];
    const r1 = (lambdaAt(index - 1) - lambdaAt(index - 2)) / h;
    const before = weightedSum([1 / r1, m1], [-1 / r1, m2]);
    const blend = r0 / (r0 + r1);
    return [
      m0,
      weightedSum([1 + blend, first], [-blend, before]),
      weightedSum([1 / (r0 + r1), first], [-1 / (r0 + r1), before]),
    ];
  };

  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample, draw) => {
      const [now, next] = [levelAt(index), levelAt(index + 1)];
      const h = lambdaAt(index + 1) - lambdaAt(index);
      const predicted = originalOf(config, output, sample, now);
      const original = config.thresholding ? thresholded(config, predicted) : predicted;
      const prediction = predictsOriginal
        ? original
        : config.thresholding
          ? weightedSum([1 / now.sigma, sample], [-now.alpha / now.sigma, original])
          : noiseOf(config, output, sample, now);
      predictions = [prediction, ...predictions].slice(0, config.solver_order);
      // Drawn before the order is known, at every step: so many numbers are taken whatever comes of them.
      const noise = isStochastic ? draw() : null;
      const order = orderOf(index);
      taken++;

      const weights = predictsOriginal
        ? originalWeights(h, order, config.solver_type, isStochastic).map((weight) => next.alpha * weight)
        : noiseWeights(h, order, config.solver_type, isStochastic).map((weight) => next.sigma * weight);
      const kept = predictsOriginal
        ? (next.sigma / now.sigma) * (isStochastic ? Math.exp(-h) : 1)
        : next.alpha / now.alpha;
      const spread = predictsOriginal ? Math.sqrt(1 - Math.exp(-2 * h)) : Math.sqrt(Math.exp(2 * h) - 1);
      const terms = derivatives(index, order).map((values, power) => [weights[power] ?? 0, values] as const);
      const moved = weightedSum([kept, sample], ...terms);
      return { sample: noise === null ? moved : weightedSum([1, moved], [next.sigma * spread, noise]), original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelAt(index);
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}

/** What the predicted original and its derivatives count for in a step of `h`. */
function originalWeights(h: number, order: number, solver: string, isStochastic: boolean): number[] {
  const reach = isStochastic ? 2 * h : h;
  const gain = 1 - Math.exp(-reach);
  if (order === 1) return [gain];
  if (order === 2 && solver !== 'heun') return [gain, gain / 2];
  const slope = 1 - gain / reach;
  if (order === 2) return [gain, slope];
  // The sign of `reach` in the stochastic form is diffusers' own; the same picture matters more than the paper's.
  const curve = isStochastic ? (gain - reach) / reach ** 2 - 0.5 : -((reach - gain) / reach ** 2 - 0.5);
  return [gain, slope, curve];
}

/** The same for the predicted noise. */
function noiseWeights(h: number, order: number, solver: string, isStochastic: boolean): number[] {
  const gain = Math.exp(h) - 1;
  const times = isStochastic ? 2 : 1;
  if (order === 1) return [-times * gain];
  if (order === 2 && solver !== 'heun') return [-times * gain, (-times * gain) / 2];
  const slope = -(gain / h - 1);
  if (order === 2) return [-times * gain, times * slope];
  return [-times * gain, times * slope, -times * ((gain - h) / h ** 2 - 0.5)];
}

/** The sigmas of the multistep solvers and their timesteps, whole numbers. */
export function solverSchedule(
  config: SettledConfig,
  alphas: Float32Array,
  steps: number,
  { lowestIsReached = false, karrasRounds = config.beta_schedule !== 'squaredcos_cap_v2' } = {},
): { readonly sigmas: readonly number[]; readonly timesteps: readonly number[] } {
  const all = trainingSigmas(alphas);
  const falling = Array.from(all).reverse();
  const last = falling.filter((sigma) => -Math.log(sigma) >= config.lambda_min_clipped).length;
  const plain = solverTimesteps(config, steps, last);
  const respaced = respacedSigmas(config, falling, steps) ?? (config.use_lu_lambdas ? luSigmas(falling, steps) : null);
  const rounds = (config.use_karras_sigmas || config.use_lu_lambdas) && karrasRounds;
  const timesteps = respaced
    ?.map((sigma) => timestepOf(sigma, all))
    .map((time) => (rounds ? roundHalfEven(time) : Math.trunc(time)));
  const sigmas = respaced ?? plain.map((timestep) => interpolate(all, timestep));
  const lowest = lowestIsReached && respaced !== null ? (sigmas.at(-1) ?? 0) : (all[0] ?? 0);
  return {
    sigmas: [...sigmas, config.final_sigmas_type === 'sigma_min' ? lowest : 0].map(Math.fround),
    timesteps: timesteps ?? plain,
  };
}

/** Evenly spaced by lambda, as Lu et al. propose. */
function luSigmas(falling: readonly number[], steps: number): number[] {
  const [high, low] = [Math.log(falling[0] ?? 1), Math.log(falling.at(-1) ?? 1)];
  return Array.from({ length: steps }, (_, index) =>
    Math.exp(high + (steps === 1 ? 0 : index / (steps - 1)) * (low - high)),
  );
}
