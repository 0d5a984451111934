import sharp, { type Sharp } from 'sharp';

/** Filters by the names that stable-diffusion-webui lists them under. */
export const upscalers = {
  Lanczos: 'lanczos3',
  Nearest: 'nearest',
} as const;
export type Upscaler = keyof typeof upscalers;

/** Pixels that a reader takes from a picture that it doesn't trust, and that a resize may make. */
export const maxPixels = 16_384 * 16_384;

/** A picture from bytes that nobody vouches for: bounded, turned as its EXIF says. */
export function openPicture(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' });
}

/** The picture at exactly that size. */
export function resized(picture: Sharp, width: number, height: number, upscaler: Upscaler): Sharp {
  return picture.resize({ width, height, fit: 'fill', kernel: upscalers[upscaler] });
}
