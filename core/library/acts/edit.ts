import { readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { Metadata } from '../../contract/library/metadata.ts';
import type { ModelEdit } from '../../contract/library/model.ts';
import type { LibraryContext } from '../context.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { previewFileName } from '../metadata/own-files.ts';

/** A picture that a person picks; more is no preview but an attack on the memory. */
const maxPictureBytes = 64 * 2 ** 20;

/** Changes what is the user's own of a model. Called in a turn. Throws `not_found`, `conflict` for a damaged record, `invalid_input` for what is no picture. */
export async function editModel(
  { store, host }: LibraryContext,
  id: ModelId,
  { name, tags, favourite, notes, preview }: ModelEdit,
): Promise<Metadata> {
  const record = await store.readWhole(id);
  const picture =
    preview === undefined ? null : await writePreview(store.folders.folderOf(id), preview, host.drawPreview);
  const changed: Metadata = {
    ...record,
    ...(name !== undefined && { name: trimmed('name', name) }),
    ...(tags !== undefined && { tags: uniqueTags(tags) }),
    ...(favourite !== undefined && { favourite }),
    ...(notes !== undefined && { notes }),
    ...(preview !== undefined && { preview: picture }),
    updated_at: host.now().toISOString(),
  };
  await store.write(changed, store.checkedSourceStamp(id));
  if (preview === null) await rm(join(store.folders.folderOf(id), previewFileName), { force: true });
  return changed;
}

/** The picture's name beside the record, or null for none: reading it back is no matter of where the library lies. */
async function writePreview(
  folder: string,
  path: string | null,
  drawPreview: LibraryContext['host']['drawPreview'],
): Promise<string | null> {
  if (path === null) return null;
  const bytes = await readPicture(path);
  let webp: Uint8Array;
  try {
    webp = await drawPreview(bytes);
  } catch (error) {
    throw notAPicture(path, error instanceof Error ? error.message : String(error), error);
  }
  const target = join(folder, previewFileName);
  try {
    await writeFileAtomic(target, Buffer.from(webp.buffer, webp.byteOffset, webp.byteLength), { fsync: true });
  } catch (error) {
    throw writeFailure(target, error);
  }
  return previewFileName;
}

async function readPicture(path: string): Promise<Buffer> {
  if (!isAbsolute(path) || path.includes('\0')) throw notAPicture(path, 'it is no absolute path');
  try {
    const stats = await stat(path);
    // Asked before the file is opened: the open of a FIFO would wait for ever.
    if (!stats.isFile()) throw notAPicture(path, 'it is not a file');
    if (stats.size > maxPictureBytes) throw notAPicture(path, `it has ${stats.size} bytes`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof Failed) throw error;
    throw notAPicture(path, 'it could not be read', error);
  }
}

function notAPicture(path: string, reason: string, cause?: unknown): Failed {
  return new Failed(
    'invalid_input',
    { field: 'preview', reason: `"${path}" is no picture that can be shown: ${reason}.` },
    { cause },
  );
}

function trimmed(field: string, text: string): string {
  const name = text.normalize('NFC').trim();
  if (name === '') throw new Failed('invalid_input', { field, reason: 'it must not be empty.' });
  return name;
}

function uniqueTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.normalize('NFC').trim()).filter((tag) => tag !== ''))];
}
