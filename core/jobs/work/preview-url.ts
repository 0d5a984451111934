import sharp from 'sharp';
import type { Pixels } from '../../contract/runner.ts';

const longestSide = 384;

/** A small JPEG of the forming picture as a `data:` URL. */
export async function previewUrl({ width, height, rgb }: Pixels): Promise<string> {
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 75 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
