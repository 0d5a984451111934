import sharp from 'sharp';
import type { GenerateRequest } from '../contract/generate.ts';
import type { Pixels } from '../contract/runner.ts';

export type UpscaleFactor = NonNullable<GenerateRequest['upscale']>;

/** A picture enlarged with Lanczos' kernel: the upscaler that needs no model. */
export async function upscaled({ width, height, rgb }: Pixels, factor: UpscaleFactor): Promise<Pixels> {
  const size = { width: width * factor, height: height * factor };
  const data = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { kernel: 'lanczos3', fit: 'fill' })
    .raw()
    .toBuffer();
  return { ...size, rgb: new Uint8Array(data) };
}
