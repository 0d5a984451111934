import sharp from 'sharp';
import type { GenerateRequest } from '../../contract/generate.ts';
import type { Pixels } from '../../contract/runner.ts';
import { resized, type Upscaler, usualUpscaler } from './upscalers.ts';

export type UpscaleFactor = NonNullable<GenerateRequest['upscale']>;

/** A finished picture, enlarged. */
export async function upscaled(
  { width, height, rgb }: Pixels,
  factor: UpscaleFactor,
  upscaler: Upscaler = usualUpscaler,
): Promise<Pixels> {
  const size = { width: width * factor, height: height * factor };
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  const data = await resized(picture, size.width, size.height, upscaler).raw().toBuffer();
  return { ...size, rgb: new Uint8Array(data) };
}
