import { hiresOf } from './hires.ts';
import { withInfotext } from './infotext-field.ts';
import { makePictures, type PictureAnswer, type PicturePorts } from './make-pictures.ts';
import { readFields, txt2imgFields } from './request-fields.ts';

/** `POST /sdapi/v1/txt2img` */
export async function txt2img(body: unknown, ports: PicturePorts): Promise<PictureAnswer> {
  const fields = readFields(txt2imgFields, withInfotext(body, ports.imageTools.readText));
  if (!fields.enable_hr) return makePictures(fields, { request: {} }, ports);
  return makePictures(fields, await hiresOf(fields, ports.commands), ports);
}
