import { readUserComment } from '../../formats/pictures/exif-comment.ts';
import { readPngText } from '../../formats/pictures/png-text.ts';
import { readInfotext } from '../infotext.ts';
import type { PictureInfo } from './imaging.ts';
import { openPicture } from './open-picture.ts';

/** What a picture file says of itself; null for bytes that are no picture. */
export async function readPictureInfo(bytes: Uint8Array): Promise<PictureInfo | null> {
  let exif: Uint8Array | undefined;
  try {
    ({ exif } = await openPicture(bytes).metadata());
  } catch {
    return null;
  }
  const { parameters, ...items } = readPngText(bytes);
  const infotext = parameters ?? (exif === undefined ? null : readUserComment(exif)) ?? '';
  const read = readInfotext(infotext);
  return {
    infotext,
    items,
    prompt: read.prompt,
    negativePrompt: read.negativePrompt,
    parameters: read.parameters,
  };
}
