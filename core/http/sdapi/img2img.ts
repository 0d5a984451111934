import { httpException, raised } from './errors.ts';
import { withInfotext } from './infotext-field.ts';
import { makePictures, notAvailable, type PictureAnswer, type PicturePorts } from './make-pictures.ts';
import { type Img2ImgFields, img2imgFields, readFields } from './request-fields.ts';

const usualStrength = 0.75;
const latentUpscale = 3;

/** `POST /sdapi/v1/img2img`: pictures from a picture. What would repaint a part of it is refused, not dropped. */
export async function img2img(body: unknown, ports: PicturePorts): Promise<PictureAnswer> {
  const fields = readFields(img2imgFields, withInfotext(body, ports.imageTools.readText));
  const init_image = initImageOf(fields);
  if (fields.mask) throw notAvailable('mask');
  const resize_mode = fields.resize_mode ?? 0;
  if (resize_mode === latentUpscale) throw notAvailable('resize_mode 3');
  if (resize_mode !== 0 && resize_mode !== 1 && resize_mode !== 2)
    throw raised('ValueError', `resize_mode ${resize_mode} is not known`);
  const strength = fields.denoising_strength ?? usualStrength;
  const answer = await makePictures(
    { ...fields, denoising_strength: strength },
    { init_image, strength, resize_mode },
    ports,
  );
  // As it echoes them: a picture is as long as the rest of the answer.
  const parameters = fields.include_init_images ? fields : { ...fields, init_images: null, mask: null };
  return { ...answer, parameters };
}

function initImageOf({ init_images: images, batch_size }: Img2ImgFields): string {
  if (images === null) throw httpException(404, 'Init image not found');
  const [image, ...more] = images;
  const most = batch_size ?? 1;
  if (images.length === 0 || images.length > most)
    throw raised('RuntimeError', `bad number of images passed: ${images.length}; expecting ${most} or less`);
  if (more.some((other) => other !== image)) throw notAvailable('more than one init image');
  if (typeof image !== 'string') throw httpException(500, 'Invalid encoded image');
  if (/^https?:/i.test(image)) throw httpException(500, 'Requests not allowed');
  // A picture that an earlier job kept is this program's own way to name one, not this interface's.
  if (image.startsWith('sha256:')) throw httpException(500, 'Invalid encoded image');
  return image;
}
