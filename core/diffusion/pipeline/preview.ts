import type { Pixels } from '../../contract/runner.ts';
import type { Tensor } from '../networks.ts';

/** One row a colour: a weight for each latent channel, then what is added. Colours are 0..255. */
type ColourMap = readonly (readonly number[])[];

/** Least squares of decoded pictures on their latents, SD 1's and 2's VAE (Hugging Face forum, "Decoding latents to RGB without upscaling"). */
const sd1: ColourMap = [
  [38.0, 23.8, -20.1, -23.5, 127.5],
  [26.4, 36.5, 24.1, -34.6, 127.5],
  [26.5, 22.1, 33.7, -60.3, 127.5],
];
/** The same for SDXL's (Hugging Face blog, "Explaining the SDXL latent space"). */
const sdxl: ColourMap = [
  [60, -60, 25, -70, 150],
  [60, -5, 15, -50, 140],
  [60, 10, -5, -35, 130],
];
/** A VAE that nobody measured: shapes can be made out, colours are anything. */
const unknown: ColourMap = [
  [50, 0, 0, 0, 127.5],
  [0, 50, 0, 0, 127.5],
  [0, 0, 50, 0, 127.5],
];

/** VAEs are told apart by how they scale their latents. */
function colourMapOf(channels: number, scalingFactor: number): ColourMap {
  if (channels !== 4) return unknown;
  if (Math.abs(scalingFactor - 0.18215) < 1e-4) return sd1;
  return Math.abs(scalingFactor - 0.13025) < 1e-4 ? sdxl : unknown;
}

/** A latent `[1, channels, h, w]` as the UNet sees it, as a picture of its own size: a linear map, next to free. */
export function previewOf({ data, dims }: Tensor, scalingFactor: number): Pixels {
  const [, channels = 0, height = 0, width = 0] = dims;
  const plane = width * height;
  const rgb = new Uint8ClampedArray(plane * 3);
  const used = Math.min(channels, 4);
  for (const [colour, weights] of colourMapOf(channels, scalingFactor).entries()) {
    for (let at = 0; at < plane; at++) {
      let value = weights[4] ?? 0;
      for (let channel = 0; channel < used; channel++)
        value += (weights[channel] ?? 0) * (data[channel * plane + at] ?? 0);
      rgb[at * 3 + colour] = value;
    }
  }
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}
