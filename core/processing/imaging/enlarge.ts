import sharp, { type Sharp } from 'sharp';
import type { EnlargeRequest } from './imaging.ts';
import { maxPixels, openPicture } from './open-picture.ts';
import { resized, type Upscaler, upscalers } from './upscalers.ts';

interface Enlarged {
  readonly picture: Sharp;
  /** What was done, as stable-diffusion-webui writes it; empty for nothing. */
  readonly told: string;
}

/** A picture made larger or smaller by stable-diffusion-webui's rules. `too_large` for more pixels than anybody can hold. */
export async function enlarge(bytes: Uint8Array, request: EnlargeRequest): Promise<Enlarged | 'too_large'> {
  const { size, upscaler, second } = request;
  if (!isUpscaler(upscaler)) return { picture: openPicture(bytes), told: '' };
  const { width: from = 1, height: fromHeight = 1 } = await openPicture(bytes).metadata();
  const factor = 'factor' in size ? size.factor : Math.max(size.width / from, size.height / fromHeight);
  const width = Math.max(1, Math.floor(from * factor));
  const height = Math.max(1, Math.floor(fromHeight * factor));
  if (width * height > maxPixels / 4) return 'too_large';
  let picture = resized(openPicture(bytes), width, height, upscaler);
  const isSecond = second !== null && second.visibility > 0 && isUpscaler(second.upscaler);
  if (isSecond) {
    const over = resized(openPicture(bytes), width, height, second.upscaler as Upscaler);
    picture = await blended(picture, over, second.visibility);
  }
  const crop = 'crop' in size && size.crop;
  if (crop && (width > size.width || height > size.height)) picture = await cropped(picture, { width, height }, size);
  return {
    picture,
    told: [
      'factor' in size
        ? `Postprocess upscale by: ${Number.isInteger(factor) ? factor.toFixed(1) : factor}`
        : `Postprocess upscale to: ${size.width}x${size.height}`,
      ...(crop ? [`Postprocess crop to: ${size.width}x${size.height}`] : []),
      `Postprocess upscaler: ${upscaler}`,
      ...(isSecond ? [`Postprocess upscaler 2: ${second.upscaler}`] : []),
    ].join(', '),
  };
}

function isUpscaler(name: string): name is Upscaler {
  return Object.hasOwn(upscalers, name);
}

async function blended(under: Sharp, over: Sharp, visibility: number): Promise<Sharp> {
  const [first, second] = await Promise.all(
    [under, over].map((picture) =>
      picture.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true }),
    ),
  );
  if (first === undefined || second === undefined) throw new RangeError('two pictures are blended');
  const { width, height, channels } = first.info;
  const data = first.data.map((value, at) => Math.round(value + ((second.data[at] ?? 0) - value) * visibility));
  return sharp(data, { raw: { width, height, channels } });
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The middle of it. */
async function cropped(picture: Sharp, own: Size, size: Size): Promise<Sharp> {
  const width = Math.min(size.width, own.width);
  const height = Math.min(size.height, own.height);
  return openPicture(await picture.png().toBuffer()).extract({
    left: Math.floor((own.width - width) / 2),
    top: Math.floor((own.height - height) / 2),
    width,
    height,
  });
}
