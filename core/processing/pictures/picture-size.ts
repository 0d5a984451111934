export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of a picture made from this one, where the request names none: its own in whole steps of 8 px, as diffusers has it, but no more than
 * four times the area that the model is used to: a photograph would be steps of an hour.
 */
export function sizeFrom(picture: PictureSize, usual: PictureSize): PictureSize {
  const most = 4 * usual.width * usual.height;
  const scale = Math.min(
    1,
    Math.sqrt(most / (picture.width * picture.height)),
    4096 / Math.max(picture.width, picture.height),
  );
  const side = (length: number) => Math.max(8, Math.floor((length * scale) / 8 + 1e-6) * 8);
  return { width: side(picture.width), height: side(picture.height) };
}
