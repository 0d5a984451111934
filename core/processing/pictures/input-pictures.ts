import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import type { GenerateRequest } from '../../contract/generate/generate.ts';
import type { Imaging } from '../imaging/imaging.ts';
import type { PictureSize } from './picture-size.ts';
import { saveFile } from './save-picture.ts';

type InitCheck = Pick<Imaging, 'checkInit'>;

const reference = /^sha256:([0-9a-f]{64})$/;

/**
 * The request with its init picture and its mask checked and put into `folder`, named by their content: a job that is listed, told of and kept
 * in a database holds 71 characters of each, not megabytes. Throws `invalid_input` {field: init_image or mask}; `write_failed`, `disk_full`.
 */
export async function keepInitPicture(
  request: GenerateRequest,
  folder: string,
  imaging: InitCheck,
): Promise<GenerateRequest> {
  const { init_image, mask } = request;
  for (const field of ['mask', 'tiled_upscale'] as const)
    if (request[field] !== undefined && init_image === undefined)
      throw new Failed('invalid_input', { field, reason: 'it needs an init picture' });
  for (const field of ['init_image', 'tiled_upscale'] as const)
    if (request[field] !== undefined && request.hires !== undefined)
      throw new Failed('invalid_input', { field: 'hires', reason: `it can't be had together with ${field}` });
  if (mask !== undefined && request.tiled_upscale !== undefined)
    throw new Failed('invalid_input', { field: 'mask', reason: "it can't be had together with tiled_upscale" });
  if (init_image === undefined) return request;
  const kept = { ...request, init_image: await keepWritten(init_image, folder, 'init_image', imaging) };
  return mask === undefined
    ? kept
    : { ...kept, mask: { ...mask, image: await keepWritten(mask.image, folder, 'mask', imaging) } };
}

/** Puts a picture into `folder`, named by its content. Throws `invalid_input` {field: init_image}; `write_failed`, `disk_full`. */
export async function keepPicture(
  bytes: Uint8Array,
  folder: string,
  { checkInit }: InitCheck,
): Promise<PictureSize & { readonly init_image: string }> {
  const { width, height } = await checkInit(bytes);
  const init_image = nameOf(bytes);
  await saveFile(join(folder, init_image.slice(namePrefix.length)), bytes);
  return { init_image, width, height };
}

const namePrefix = 'sha256:';
const nameOf = (bytes: Uint8Array) => namePrefix + createHash('sha256').update(bytes).digest('hex');

async function keepWritten(
  written: string,
  folder: string,
  field: 'init_image' | 'mask',
  imaging: InitCheck,
): Promise<string> {
  const bytes = await readInitPicture(written, folder);
  try {
    if (!reference.test(written)) return (await keepPicture(bytes, folder, imaging)).init_image;
    await imaging.checkInit(bytes);
    return nameOf(bytes);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== 'invalid_input') throw error;
    throw new Failed('invalid_input', { ...error.failure.details, field }, { cause: error });
  }
}

/** The file that a request's `init_image` means: one that was kept, or the base64 itself. */
export async function readInitPicture(written: string, folder: string): Promise<Uint8Array> {
  const digest = reference.exec(written)?.[1];
  if (digest === undefined) return Buffer.from(written.replace(/^data:[^,]{0,200},/, ''), 'base64');
  try {
    return await readFile(join(folder, digest));
  } catch (error) {
    throw new Failed('not_found', { what: 'init picture', id: written }, { cause: error });
  }
}
