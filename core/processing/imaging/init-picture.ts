import sharp, { type Metadata, type Sharp } from 'sharp';
import { Failed } from '../../contract/failure.ts';
import type { PixelResizeMode } from '../../contract/generate/generate.ts';
import type { Pixels } from '../../contract/generate/runner.ts';
import type { PictureSize } from '../pictures/picture-size.ts';

const formats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp']);
const largestSide = 16_384;
const mostPixels = 64 * 2 ** 20;
/** What a picture's transparent parts lie on; stable-diffusion-webui's `img2img_background_color`. */
const background = '#ffffff';

/**
 * Reads an init picture through once: its size as it is seen. Throws `invalid_input` {field: init_image} for what is no PNG, JPEG or WebP
 * picture, is broken, or is too big to be read.
 */
export async function checkInitPicture(bytes: Uint8Array): Promise<PictureSize> {
  const size = await sizeOf(bytes);
  await read(sharp(bytes, { limitInputPixels: false, sequentialRead: true }).resize(8, 8, { fit: 'fill' }));
  return size;
}

/** An init picture that was checked, as 8-bit RGB of this size. */
export async function initPixels(
  bytes: Uint8Array,
  { width, height }: PictureSize,
  mode: PixelResizeMode,
): Promise<Pixels> {
  const own = await sizeOf(bytes);
  const source = sharp(bytes, { limitInputPixels: false })
    .autoOrient()
    .flatten({ background })
    .toColourspace('srgb')
    .removeAlpha();
  if (own.width === width && own.height === height) return { width, height, rgb: await read(source) };
  const lanczos = { kernel: 'lanczos3' } as const;
  if (mode !== 2) {
    const fit = mode === 0 ? 'fill' : 'cover';
    return { width, height, rgb: await read(source.resize(width, height, { fit, ...lanczos })) };
  }
  const scale = Math.min(width / own.width, height / own.height);
  const inner = {
    width: Math.min(width, Math.max(1, Math.round(own.width * scale))),
    height: Math.min(height, Math.max(1, Math.round(own.height * scale))),
  };
  const left = Math.floor((width - inner.width) / 2);
  const top = Math.floor((height - inner.height) / 2);
  const fitted = source.resize(inner.width, inner.height, { fit: 'fill', ...lanczos }).extend({
    left,
    top,
    right: width - inner.width - left,
    bottom: height - inner.height - top,
    extendWith: 'copy',
  });
  return { width, height, rgb: await read(fitted) };
}

async function sizeOf(bytes: Uint8Array): Promise<PictureSize> {
  if (bytes.byteLength === 0) refuse('It is empty.');
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    return refuse('It is no PNG, JPEG or WebP picture.', error);
  }
  if (!formats.has(metadata.format)) refuse('It is no PNG, JPEG or WebP picture.');
  const { width, height } = metadata.autoOrient;
  if (width > largestSide || height > largestSide || width * height > mostPixels)
    refuse(
      `It is ${width}x${height} px; the most is ${largestSide} px a side and ${mostPixels / 2 ** 20} million in all. Make it smaller.`,
    );
  return { width, height };
}

async function read(picture: Sharp): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return info.channels === 1 ? spread(data) : new Uint8Array(data);
  } catch (error) {
    return refuse('It is broken: its pixels could not be read.', error);
  }
}

/** Grey as RGB. */
function spread(grey: Uint8Array): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(grey.byteLength * 3);
  for (const [at, value] of grey.entries()) rgb.fill(value, at * 3, at * 3 + 3);
  return rgb;
}

function refuse(reason: string, cause?: unknown): never {
  throw new Failed('invalid_input', { field: 'init_image', reason }, { cause });
}
