import { drawGrid } from './draw-grid.ts';
import { encodePicture, pngWithText } from './encode-picture.ts';
import { enlarge } from './enlarge.ts';
import type { Imaging } from './imaging.ts';
import { checkInitPicture, initPixels } from './init-picture.ts';
import { openPicture } from './open-picture.ts';
import { readPictureInfo } from './picture-info.ts';
import { blurredGrey, resizedPixels, sharpOf } from './resized-pixels.ts';
import { drawModelPreview, drawPreview } from './small-pictures.ts';
import { resized, usualUpscaler } from './upscalers.ts';

/** The work itself, in the process that loads this module. */
export const sharpImaging: Imaging = {
  checkInit: checkInitPicture,
  initPixels,
  resize: resizedPixels,
  blur: blurredGrey,
  async encode(picture, size, infotext, options) {
    return encodePicture(sharpOf(await resizedPixels(picture, size, usualUpscaler, 'fill')), infotext, options);
  },
  async encodeFile(bytes, { width, height }, infotext, options) {
    return encodePicture(resized(openPicture(bytes), width, height, usualUpscaler), infotext, options);
  },
  readInfo: readPictureInfo,
  async enlarge(bytes, request) {
    const info = await readPictureInfo(bytes);
    if (info === null) return null;
    const enlarged = await enlarge(bytes, request);
    if (enlarged === 'too_large') return 'too_large';
    const { picture, told } = enlarged;
    const texts = { ...info.items, ...(info.infotext !== '' && { parameters: info.infotext }), postprocessing: told };
    return { png: await pngWithText(picture, texts), told };
  },
  drawGrid,
  drawPreview,
  drawModelPreview,
};
