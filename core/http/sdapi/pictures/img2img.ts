import { ResizeMode } from '../../../contract/generate/generate.ts';
import { type Mask, type MaskFill, passLimits } from '../../../contract/generate/passes.ts';
import { httpException, raised } from '../errors.ts';
import { withInfotext } from './infotext-field.ts';
import { makePictures, notAvailable, type PictureAnswer, type PicturePorts } from './make-pictures.ts';
import { type Img2ImgFields, img2imgFields, readFields } from './request-fields.ts';
import { sdUpscaleOf } from './sd-upscale.ts';

const usualStrength = 0.75;
/** `inpainting_fill` by its number. */
const fills: readonly MaskFill[] = ['fill', 'original', 'noise', 'nothing'];

/** `POST /sdapi/v1/img2img`: pictures from a picture, or a part of one made anew. */
export async function img2img(body: unknown, ports: PicturePorts): Promise<PictureAnswer> {
  const fields = readFields(img2imgFields, withInfotext(body, ports.imageTools.readText));
  const init_image = initImageOf(fields);
  const resizeMode = ResizeMode.safeParse(fields.resize_mode ?? 0);
  if (!resizeMode.success) throw raised('ValueError', `resize_mode ${fields.resize_mode} is not known`);
  const tiled_upscale = sdUpscaleOf(fields);
  const strength = fields.denoising_strength ?? usualStrength;
  const mask = tiled_upscale === null ? maskOf(fields) : null;
  const request = {
    init_image,
    strength: Math.max(strength, leastStrength(fields)),
    resize_mode: resizeMode.data,
    ...(mask && { mask }),
    ...(tiled_upscale && { tiled_upscale, count: fields.n_iter ?? 1 }),
  };
  const without = tiled_upscale === null ? fields : { ...fields, script_name: null };
  const answer = await makePictures({ ...without, denoising_strength: strength }, { request }, ports);
  // As it echoes them: a picture is as long as the rest of the answer.
  const parameters = fields.include_init_images ? fields : { ...fields, init_images: null, mask: null };
  return { ...answer, parameters };
}

/** It takes one step more than the strength leaves: with none at all the picture is still read and drawn once. */
function leastStrength({ steps }: Img2ImgFields): number {
  return Math.min(1, 1.000_001 / Math.max(1, steps ?? img2imgFields.steps[1]));
}

function maskOf(fields: Img2ImgFields): Mask | null {
  if (!fields.mask) return null;
  if (/^https?:/i.test(fields.mask)) throw httpException(500, 'Requests not allowed');
  if (fields.mask.startsWith('sha256:')) throw httpException(500, 'Invalid encoded image');
  const blur = fields.mask_blur ?? Math.max(fields.mask_blur_x ?? 4, fields.mask_blur_y ?? 4);
  return {
    image: fields.mask,
    is_inverted: (fields.inpainting_mask_invert ?? 0) !== 0,
    blur: Math.min(Math.max(0, blur), passLimits.maxMaskBlur),
    fill: fills[fields.inpainting_fill ?? 0] ?? 'original',
    area: fields.inpaint_full_res === false ? 'whole' : 'masked',
    padding: Math.min(Math.max(0, fields.inpaint_full_res_padding ?? 0), 4096),
  };
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
