import sharp, { type Sharp } from 'sharp';
import type { UpscalerName } from '../../contract/generate/passes.ts';
import type { Pixels } from '../../contract/generate/runner.ts';
import type { PictureSize } from '../pictures/picture-size.ts';
import { upscalers } from './upscalers.ts';

/** The picture at exactly that size; where its shape is another it is stretched (`fill`), or its middle is taken (`cover`). */
export async function resizedPixels(
  picture: Pixels,
  { width, height }: PictureSize,
  upscaler: UpscalerName,
  fit: 'fill' | 'cover',
): Promise<Pixels> {
  if (picture.width === width && picture.height === height) return picture;
  const { kernel } = upscalers[upscaler];
  const rgb = await sharpOf(picture).resize({ width, height, fit, kernel }).raw().toBuffer();
  return { width, height, rgb: new Uint8Array(rgb) };
}

export async function blurredGrey(
  grey: Uint8Array,
  { width, height }: PictureSize,
  sigma: number,
): Promise<Uint8Array> {
  const soft = await sharp(grey, { raw: { width, height, channels: 1 } })
    .blur(sigma)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return new Uint8Array(soft);
}

export function sharpOf({ width, height, rgb }: Pixels): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}
