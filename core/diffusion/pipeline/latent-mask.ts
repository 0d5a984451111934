import type { RunMask } from '../../contract/generate/runner.ts';
import type { NoiseGenerator } from '../random/torch-generator.ts';
import type { Scheduler } from '../schedulers/scheduler.ts';

/** Which part of a latent is made anew: a value from 0 (stays) to 1 for each place, the same for all channels. */
export interface LatentMask {
  readonly places: Float32Array;
  readonly beginsAs: RunMask['begins_as'];
}

/** The mean of the mask's pixels at each place of the latent, half and more counting as whole: a place is denoised or it is not. */
export function latentMask(
  { grey, begins_as: beginsAs }: RunMask,
  { width, height }: { readonly width: number; readonly height: number },
  pixelsPerLatent: number,
): LatentMask {
  const across = width / pixelsPerLatent;
  const places = new Float32Array(across * (height / pixelsPerLatent));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = Math.floor(y / pixelsPerLatent) * across + Math.floor(x / pixelsPerLatent);
      places[at] = (places[at] ?? 0) + (grey[y * width + x] ?? 0);
    }
  const half = 127.5 * pixelsPerLatent ** 2;
  return { places: places.map((sum) => (sum >= half ? 1 : 0)), beginsAs };
}

/** The latent that a masked picture begins as, before its noise. */
export function begunAs(original: Float32Array, mask: LatentMask, generator: NoiseGenerator): Float32Array {
  if (mask.beginsAs === 'init') return original;
  const fill = mask.beginsAs === 'noise' ? generator.randn(original.length) : new Float32Array(original.length);
  return laidOver(fill, original, mask.places);
}

/** Avrahami et al. 2022, "Blended Diffusion": outside the mask each sample is the init picture with as much noise as the sample has. */
export function keeping(
  original: Float32Array,
  noise: Float32Array,
  { places }: LatentMask,
  scheduler: Pick<Scheduler, 'addNoise' | 'timesteps'>,
): (sample: Float32Array, index: number) => Float32Array {
  return (sample, index) => {
    const known = index < scheduler.timesteps.length ? scheduler.addNoise(original, noise, index) : original;
    return laidOver(sample, known, places);
  };
}

/** `inside` where the mask is 1, `outside` where it is 0. */
function laidOver(inside: Float32Array, outside: Float32Array, places: Float32Array): Float32Array {
  return inside.map((value, at) => {
    const share = places[at % places.length] ?? 0;
    return value * share + (outside[at] ?? 0) * (1 - share);
  });
}
