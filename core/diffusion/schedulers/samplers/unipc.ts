import { cumulatedAlphas } from '../noise/alphas.ts';
import { levelOfSigma, noiseOf, originalOf, thresholded } from '../noise/prediction.ts';
import { weightedSum } from '../noise/weighted-sum.ts';
import type { Scheduler } from '../scheduler.ts';
import type { SettledConfig } from '../settled-config.ts';
import { solverSchedule } from './dpm-solver.ts';

/**
 * Zhao et al. 2023, "UniPC": a multistep predictor, and a corrector that makes use of the next answer of the network for the step that
 * led to it. diffusers: UniPCMultistepScheduler.
 */
export function unipc(config: SettledConfig, steps: number): Scheduler {
  const { sigmas, timesteps } = solverSchedule(config, cumulatedAlphas(config, true), steps, {
    lowestIsReached: true,
    karrasRounds: true,
  });
  const levelAt = (index: number) => levelOfSigma(sigmas[index] ?? 0);
  const lambdaAt = (index: number): number => -Math.log(sigmas[index] ?? 0);
  let predictions: Float32Array[] = [];
  let taken = 0;
  let last: { readonly sample: Float32Array; readonly order: number } | null = null;

  /** One update from `from` to the index after it. `newest` is the answer at its end: with it the update corrects, without it predicts. */
  const update = (from: number, sample: Float32Array, order: number, newest: Float32Array | null): Float32Array => {
    const [now, next] = [levelAt(from), levelAt(from + 1)];
    const h = lambdaAt(from + 1) - lambdaAt(from);
    const reach = config.predict_x0 ? -h : h;
    const gain = Math.expm1(reach);
    const basis = config.solver_type === 'bh1' ? reach : gain;
    const [m0 = sample] = predictions;
    const ratios = Array.from({ length: order - 1 }, (_, back) => (lambdaAt(from - 1 - back) - lambdaAt(from)) / h);
    const slopes = ratios.map((ratio, back) => [1 / ratio, predictions[back + 1] ?? m0] as const);
    const weights = newest === null ? predictorWeights(ratios, reach, basis) : correctorWeights(ratios, reach, basis);
    const factor = -(config.predict_x0 ? next.alpha : next.sigma) * basis;
    const terms = slopes.flatMap(([inverse, values], at) => {
      const weight = factor * (weights[at] ?? 0) * inverse;
      return [
        [weight, values],
        [-weight, m0],
      ] as const;
    });
    const end = factor * (weights.at(-1) ?? 0);
    return weightedSum(
      [config.predict_x0 ? next.sigma / now.sigma : next.alpha / now.alpha, sample],
      [-(config.predict_x0 ? next.alpha : next.sigma) * gain, m0],
      ...terms,
      ...(newest === null
        ? []
        : ([
            [end, newest],
            [-end, m0],
          ] as const)),
    );
  };

  return {
    timesteps,
    order: 1,
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (output, index, sample) => {
      const level = levelAt(index);
      const predicted = originalOf(config, output, sample, level);
      const original = config.thresholding ? thresholded(config, predicted) : predicted;
      const prediction = config.predict_x0 ? original : noiseOf(config, output, sample, level);
      const isCorrected = index > 0 && last !== null && !config.disable_corrector.includes(index - 1);
      const corrected = isCorrected && last !== null ? update(index - 1, last.sample, last.order, prediction) : sample;
      predictions = [prediction, ...predictions].slice(0, config.solver_order);
      const most = config.lower_order_final
        ? Math.min(config.solver_order, timesteps.length - index)
        : config.solver_order;
      const order = Math.min(most, taken + 1);
      taken++;
      last = { sample: corrected, order };
      return { sample: update(index, corrected, order, null), original };
    },
    addNoise: (original, noise, index) => {
      const { alpha, sigma } = levelAt(index);
      return weightedSum([alpha, original], [sigma, noise]);
    },
  };
}

/** The rows and right side of the paper's equation 10 for these ratios: powers of the ratios against phi functions of the step. */
function equations(ratios: readonly number[], reach: number, basis: number): { rows: number[][]; values: number[] } {
  const rows: number[][] = [];
  const values: number[] = [];
  let phi = Math.expm1(reach) / reach - 1;
  let factorial = 1;
  for (let power = 0; power < ratios.length; power++) {
    rows.push(ratios.map((ratio) => ratio ** power));
    values.push((phi * factorial) / basis);
    factorial *= power + 2;
    phi = phi / reach - 1 / factorial;
  }
  return { rows, values };
}

function predictorWeights(ratios: readonly number[], reach: number, basis: number): number[] {
  // One half is the paper's own simplification for order 2.
  if (ratios.length <= 1) return ratios.map(() => 0.5);
  const { rows, values } = equations(ratios, reach, basis);
  return solve(rows, values);
}

function correctorWeights(ratios: readonly number[], reach: number, basis: number): number[] {
  if (ratios.length === 0) return [0.5];
  const { rows, values } = equations([...ratios, 1], reach, basis);
  return solve(rows, values);
}

/** Gaussian elimination with the largest pivot; at most three unknowns. */
function solve(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const left = rows.map((row, at) => [...row, values[at] ?? 0]);
  const count = left.length;
  for (let column = 0; column < count; column++) {
    const pivot = left
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column] ?? 0) > Math.abs(best[column] ?? 0) ? row : best));
    left.splice(left.indexOf(pivot), 1);
    left.splice(column, 0, pivot);
    for (const [at, row] of left.entries()) {
      if (at === column) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      left[at] = row.map((value, place) => value - factor * (pivot[place] ?? 0));
    }
  }
  return left.map((row, at) => (row[count] ?? 0) / (row[at] ?? 1));
}
