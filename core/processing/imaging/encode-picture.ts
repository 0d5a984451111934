import type { Sharp } from 'sharp';
import type { Options } from '../../contract/settings/options.ts';
import { withUserComment } from '../../formats/pictures/exif-comment.ts';
import { withPngText } from '../../formats/pictures/png-text.ts';
import { pictureFormat } from '../pictures/picture-format.ts';

/** The keyword under which stable-diffusion-webui and the galleries look for the infotext. */
const infotextKeyword = 'parameters';

/** A file of the options' format. A PNG carries the infotext as text, the others as the UserComment of their EXIF. */
export async function encodePicture(picture: Sharp, infotext: string, options: Options): Promise<Uint8Array> {
  const isTold = options.enable_pnginfo;
  const format = pictureFormat(options);
  if (format === 'png') return pngWithText(picture, isTold ? { [infotextKeyword]: infotext } : {});
  const { jpeg_quality: quality, webp_lossless: lossless } = options;
  if (format === 'jpg') {
    const jpeg = await picture.jpeg({ quality }).toBuffer();
    return isTold ? withUserComment(jpeg, infotext) : jpeg;
  }
  // The comment that sharp writes is ASCII only; it makes the room for ours.
  const marked = isTold ? picture.withExif({ IFD2: { UserComment: '-' } }) : picture;
  const webp = await marked.webp({ quality, lossless }).toBuffer();
  return isTold ? withUserComment(webp, infotext) : webp;
}

/** The picture as a PNG with those texts in it. */
export async function pngWithText(picture: Sharp, texts: Readonly<Record<string, string>>): Promise<Uint8Array> {
  return withPngText(await picture.png().toBuffer(), texts);
}
