import sharp, { type Sharp } from 'sharp';
import type { UpscalerName } from '../../contract/passes.ts';
import type { Pixels } from '../../contract/runner.ts';
import { resized, upscalers } from '../upscale/upscalers.ts';

/** The picture at exactly that size, stretched where its shape is another. */
export async function resizedPixels(
  picture: Pixels,
  width: number,
  height: number,
  upscaler: UpscalerName,
): Promise<Pixels> {
  if (picture.width === width && picture.height === height) return picture;
  return read(resized(sourceOf(picture), width, height, upscaler), width, height);
}

/** The picture at that size, its middle where its shape is another. */
export async function coveringPixels(
  picture: Pixels,
  width: number,
  height: number,
  upscaler: UpscalerName,
): Promise<Pixels> {
  return read(
    sourceOf(picture).resize({ width, height, fit: 'cover', kernel: upscalers[upscaler].kernel }),
    width,
    height,
  );
}

function sourceOf({ width, height, rgb }: Pixels): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

async function read(picture: Sharp, width: number, height: number): Promise<Pixels> {
  return { width, height, rgb: new Uint8Array(await picture.raw().toBuffer()) };
}
