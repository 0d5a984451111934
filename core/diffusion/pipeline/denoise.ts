import { setImmediate } from 'node:timers/promises';
import { Failed } from '../../contract/failure.ts';
import type { Networks, Tensor } from '../networks.ts';
import { weightedSum } from '../schedulers/noise/weighted-sum.ts';
import type { Draw, Scheduler } from '../schedulers/scheduler.ts';
import type { Conditioning, ConditioningAt } from './conditioning.ts';

export interface DenoiseInput {
  readonly networks: Networks;
  readonly scheduler: Scheduler;
  readonly conditioningAt: ConditioningAt;
  /** `[1, channels, h, w]`, with as much noise as the scheduler wants before `firstIndex`. */
  readonly latents: Tensor;
  readonly firstIndex: number;
  readonly draw: Draw;
  /** Lays what stays of a masked picture over the sample of that index. */
  readonly keep?: ((sample: Float32Array, index: number) => Float32Array) | undefined;
  /** After each call of the network; `original` is the latent that the sample stands for. */
  readonly onStep: (finished: number, count: number, original: Tensor) => Promise<void>;
  readonly isCanceled: () => boolean;
  /** No further step: the latent as it stands. */
  readonly isSkipped: () => boolean;
}

/** Takes the noise out of one picture: its finished latent, and how many calls of the network it took. Lets the process hear messages between steps. Throws `canceled`. */
export async function denoise(input: DenoiseInput): Promise<{ readonly latents: Tensor; readonly taken: number }> {
  const { networks, scheduler, conditioningAt, firstIndex, keep = (sample) => sample } = input;
  const { dims } = input.latents;
  const end = scheduler.timesteps.length;
  const count = end - firstIndex;
  let sample = input.latents.data;
  let original = sample;
  for (let index = firstIndex; index < end; index++) {
    await yieldOrCancel(input.isCanceled);
    if (input.isSkipped()) return { latents: { data: keep(original, end), dims }, taken: index - firstIndex };
    const { weights, ...conditioning } = conditioningAt(Math.floor((index - firstIndex) / scheduler.order));
    const output = await networks.predictNoise({
      sample: { data: scheduler.scaleModelInput(sample, index), dims },
      timestep: scheduler.timesteps[index] ?? 0,
      ...conditioning,
    });
    const noise = combined(output.data, weights);
    const step = scheduler.step(noise, index, sample, input.draw);
    sample = keep(step.sample, index + 1);
    original = step.original;
    await input.onStep(index - firstIndex + 1, count, { data: step.original, dims });
  }
  return { latents: { data: sample, dims }, taken: count };
}

/** A cancel message is only heard when the event loop turns: the network's calls block it. */
export async function yieldOrCancel(isCanceled: () => boolean): Promise<void> {
  await setImmediate();
  if (isCanceled()) throw new Failed('canceled');
}

/**
 * Ho and Salimans 2022, "Classifier-Free Diffusion Guidance": away from the negative prompt's answer; for several prompts at once Liu et al.
 * 2022, "Compositional Visual Generation with Composable Diffusion Models".
 */
function combined(output: Float32Array, weights: Conditioning['weights']): Float32Array {
  if (weights.length === 1) return output;
  const size = output.length / weights.length;
  return weightedSum(...weights.map((weight, row) => [weight, output.subarray(row * size, (row + 1) * size)] as const));
}
