import sharp from 'sharp';
import type { Pixels } from '../../contract/generate/runner.ts';
import { sharpOf } from './resized-pixels.ts';

const livePreviewSide = 384;
const modelPreviewSide = 1024;
const maxModelPreviewPixels = 100_000_000;

/** A small JPEG of the forming picture as a `data:` URL. */
export async function drawPreview(picture: Pixels): Promise<string> {
  const jpeg = await sharpOf(picture)
    .resize({ width: livePreviewSide, height: livePreviewSide, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality: 75 })
    .toBuffer();
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** The WebP that stands for a model, of a picture that a person picked. */
export function drawModelPreview(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes, { limitInputPixels: maxModelPreviewPixels, failOn: 'error' })
    .rotate()
    .resize(modelPreviewSide, modelPreviewSide, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 85 })
    .toBuffer();
}
