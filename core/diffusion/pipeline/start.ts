import { Failed } from '../../contract/failure.ts';
import { sampleOf } from '../latent-scale.ts';
import type { LatentScale, Tensor } from '../networks.ts';
import { mixNoise } from '../random/mix-noise.ts';
import type { NoiseGenerator } from '../random/torch-generator.ts';
import { weightedSum } from '../schedulers/noise/weighted-sum.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';
import { begunAs, keeping, type LatentMask } from './latent-mask.ts';
import { stretchedTo } from './stretch-latent.ts';
import type { Vae } from './tiled-vae.ts';

/** What a picture is made from. */
export type PictureStart =
  /** Noise from the picture's own generator. */
  | { readonly kind: 'noise' }
  /** Standard normal noise that somebody else drew, shaped like the latent. */
  | { readonly kind: 'latents'; readonly latents: Tensor }
  /** Another picture. `strength` 0..1 is how much of the way is gone anew. */
  | ImageStart;

export interface ImageStart {
  readonly kind: 'image';
  /** `[1, 3, height, width]` in -1..1. */
  readonly image: Tensor;
  readonly strength: number;
  readonly mask?: LatentMask;
  /** The image may be of another size: its latent is stretched. */
  readonly stretchesLatent?: boolean;
}

export interface StartInput {
  readonly encode: Vae['encode'];
  readonly scale: LatentScale;
  readonly scheduler: Scheduler;
  readonly generator: NoiseGenerator;
  /** A second noise, and how much of it. */
  readonly variation: { readonly generator: NoiseGenerator; readonly strength: number } | null;
  /** Of the latent: `[1, channels, h, w]`. */
  readonly dims: readonly number[];
  readonly steps: number;
}

export interface StartedPicture {
  readonly latents: Tensor;
  readonly firstIndex: number;
  /** Of a masked picture: lays what stays over a sample that is about to be denoised at that index, or is finished. */
  readonly keep?: (sample: Float32Array, index: number) => Float32Array;
}

/** The first sample of a picture and the call that it is for. Throws `invalid_input` for an image that leaves no step to take. */
export async function startPicture(start: PictureStart, input: StartInput): Promise<StartedPicture> {
  const { scheduler, dims } = input;
  switch (start.kind) {
    case 'noise':
      return { latents: noised(drawNoise(input), scheduler, dims), firstIndex: 0 };
    case 'latents':
      checkSize(start.latents, dims);
      return { latents: noised(start.latents.data, scheduler, dims), firstIndex: 0 };
    case 'image':
      return startFromImage(start, input);
  }
}

const noised = (noise: Float32Array, scheduler: Scheduler, dims: readonly number[]): Tensor => ({
  data: weightedSum([scheduler.initNoiseSigma, noise]),
  dims,
});

function drawNoise({ generator, variation, dims }: StartInput): Float32Array {
  const noise = generator.randn(sizeOf(dims));
  if (variation === null) return noise;
  return mixNoise(noise, variation.generator.randn(noise.length), variation.strength, dims);
}

/** The generator is first asked for the place in the encoder's distribution, then for the noise: diffusers' order. */
async function startFromImage(
  { image, strength, mask, stretchesLatent = false }: ImageStart,
  input: StartInput,
): Promise<StartedPicture> {
  const { scheduler, generator, dims, steps } = input;
  const taken = Math.min(Math.trunc(steps * strength), steps);
  if (taken < 1)
    throw new Failed('invalid_input', { field: 'strength', reason: `of ${steps} steps it leaves none to take` });
  const { mean, logVariance } = await input.encode(image);
  if (!stretchesLatent) checkSize(mean, dims);
  const place = generator.randn(mean.data.length);
  const latent = mean.data.map((value, at) => {
    const deviation = Math.exp(0.5 * Math.min(Math.max(logVariance.data[at] ?? 0, -30), 20));
    return value + deviation * (place[at] ?? 0);
  });
  const sample = sampleOf({ data: latent, dims: mean.dims }, input.scale);
  const original = (stretchesLatent ? stretchedTo(sample, dims) : sample).data;
  const firstIndex = (steps - taken) * scheduler.order;
  const noise = drawNoise(input);
  const begun = mask === undefined ? original : begunAs(original, mask, generator);
  return {
    latents: { data: scheduler.addNoise(begun, noise, firstIndex), dims },
    firstIndex,
    ...(mask && { keep: keeping(original, noise, mask, scheduler) }),
  };
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, one) => product * one, 1);

function checkSize(latents: Tensor, dims: readonly number[]): void {
  if (latents.dims.join() !== dims.join()) throw new RangeError(`latents of ${latents.dims} for a picture of ${dims}`);
}
