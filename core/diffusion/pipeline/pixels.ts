import type { Pixels } from '../../contract/generate/runner.ts';
import type { Tensor } from '../networks.ts';

/** The first picture of `[batch, 3, h, w]` in -1..1 as 8-bit RGB; values outside are cut. */
export function toPixels({ data, dims }: Tensor): Pixels {
  const [, , height = 0, width = 0] = dims;
  const plane = width * height;
  // A clamped array rounds halves to even, as numpy does.
  const rgb = new Uint8ClampedArray(plane * 3);
  for (let at = 0; at < plane; at++)
    for (let channel = 0; channel < 3; channel++)
      rgb[at * 3 + channel] = ((data[channel * plane + at] ?? 0) / 2 + 0.5) * 255;
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}

/** 8-bit RGB as `[1, 3, h, w]` in -1..1: the way back. */
export function fromPixels({ width, height, rgb }: Pixels): Tensor {
  const plane = width * height;
  const data = new Float32Array(plane * 3);
  for (let at = 0; at < plane; at++)
    for (let channel = 0; channel < 3; channel++)
      data[channel * plane + at] = Math.fround((rgb[at * 3 + channel] ?? 0) / 255) * 2 - 1;
  return { data, dims: [1, 3, height, width] };
}
