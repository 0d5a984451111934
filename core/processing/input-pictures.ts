import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failed } from '../contract/failure.ts';
import type { GenerateRequest } from '../contract/generate.ts';
import { checkInitPicture } from './init-picture.ts';
import { saveFile } from './save-picture.ts';

const reference = /^sha256:([0-9a-f]{64})$/;

/**
 * The request with its init picture and its mask checked and put into `folder`, named by their content: a job that is listed, told of and kept
 * in a database holds 71 characters of each, not megabytes. Throws `invalid_input` {field: init_image or mask}; `write_failed`, `disk_full`.
 */
export async function keepInitPicture(request: GenerateRequest, folder: string): Promise<GenerateRequest> {
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
  const kept = { ...request, init_image: await keepPicture(init_image, folder, 'init_image') };
  return mask === undefined
    ? kept
    : { ...kept, mask: { ...mask, image: await keepPicture(mask.image, folder, 'mask') } };
}

async function keepPicture(written: string, folder: string, field: 'init_image' | 'mask'): Promise<string> {
  const bytes = await readInitPicture(written, folder);
  try {
    await checkInitPicture(bytes);
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== 'invalid_input') throw error;
    throw new Failed('invalid_input', { ...error.failure.details, field }, { cause: error });
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (!reference.test(written)) await saveFile(join(folder, digest), bytes);
  return `sha256:${digest}`;
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
