import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../contract/failure.ts';
import type { GenerateRequest } from '../contract/generate.ts';
import { checkInitPicture, type PictureSize } from './init-picture.ts';
import { saveFile } from './save-picture.ts';

const reference = /^sha256:([0-9a-f]{64})$/;

/**
 * The request with its init picture checked and put into `folder`, named by its content: a job that is listed, told of and kept in a database
 * holds 71 characters of it, not megabytes. Throws `invalid_input` {field: init_image}; `write_failed`, `disk_full`.
 */
export async function keepInitPicture(request: GenerateRequest, folder: string): Promise<GenerateRequest> {
  if (request.init_image === undefined) return request;
  const bytes = await readInitPicture(request.init_image, folder);
  if (reference.test(request.init_image)) {
    await checkInitPicture(bytes);
    return request;
  }
  return { ...request, init_image: (await keepPicture(bytes, folder)).init_image };
}

/** Puts a picture into `folder`, named by its content. Throws `invalid_input` {field: init_image}; `write_failed`, `disk_full`. */
export async function keepPicture(
  bytes: Uint8Array,
  folder: string,
): Promise<PictureSize & { readonly init_image: string }> {
  const { width, height } = await checkInitPicture(bytes);
  const digest = createHash('sha256').update(bytes).digest('hex');
  await saveFile(join(folder, digest), bytes);
  return { init_image: `sha256:${digest}`, width, height };
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
