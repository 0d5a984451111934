import { limits } from '../../contract/generate/generate.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of a picture made from this one, where the request names none: its own in whole steps of 8 px, as diffusers has it, but no more than
 * four times the area that the model is used to: a photograph would be steps of an hour.
 */
export const sizeFrom = (picture: PictureSize, usual: PictureSize): PictureSize =>
  inWholeSteps(picture, 4 * usual.width * usual.height);

/** Its own size in whole steps of 8 px, with no side longer than a picture may have; smaller where its area would be larger than `mostPixels`. */
export function inWholeSteps(picture: PictureSize, mostPixels = Number.POSITIVE_INFINITY): PictureSize {
  const scale = Math.min(
    1,
    Math.sqrt(mostPixels / (picture.width * picture.height)),
    limits.maxSide / Math.max(picture.width, picture.height),
  );
  const side = (length: number) => Math.max(8, Math.floor((length * scale) / 8 + 1e-6) * 8);
  return { width: side(picture.width), height: side(picture.height) };
}
