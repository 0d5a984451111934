import sharp, { type Sharp } from 'sharp';

/** Pixels that a reader takes from a picture that it doesn't trust, and that a resize may make. */
export const maxPixels = 16_384 * 16_384;

/** A picture from bytes that nobody vouches for: bounded, turned as its EXIF says. */
export function openPicture(bytes: Uint8Array): Sharp {
  return sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' });
}
