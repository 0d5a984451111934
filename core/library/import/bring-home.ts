import { mkdir, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { isThere, namesIn } from '../is-there.ts';
import { metadataFileName, readMetadataFile } from '../metadata/metadata-file.ts';
import { isLeftoverName, ownFileNames } from '../metadata/own-files.ts';
import { codeOf } from '../system-error.ts';
import { targetNameOf } from './payload-files.ts';

/** How every record that we write begins. */
const recordBeginning = '{\n  "schema_version":';

/**
 * Undoes the renames that brought files into a folder of `.incoming/`: each goes back to its old place, if that is still free. Says whether all
 * are home; what isn't is still in the folder.
 */
export async function bringHome(
  folder: string,
  files: readonly { readonly path: string; readonly target: string }[],
): Promise<boolean> {
  if (!(await isThere(folder))) return true;
  await removeOwnRecords(folder);
  let isHome = true;
  for (const { path, target } of files) {
    const from = target === '' ? folder : join(folder, target);
    if (!(await isThere(from))) continue;
    if (await isThere(path)) {
      isHome = false;
      continue;
    }
    if (target === '') await restoreOwnNames(folder);
    await mkdir(dirname(path), { recursive: true });
    await rename(from, path);
  }
  if (isHome) await rmdir(folder).catch(ignoreMissing);
  return isHome;
}

/**
 * A metadata.json in there is ours when it speaks of this library, or was about to when the write of it was killed; else it is the user's own, that
 * came along.
 */
async function removeOwnRecords(folder: string): Promise<void> {
  const path = join(folder, metadataFileName);
  const read = await readMetadataFile(path);
  const modelsPath = join(dirname(dirname(folder)), 'models');
  if (read.kind === 'read' && read.metadata.entry_path.startsWith(modelsPath + sep))
    await unlink(path).catch(ignoreMissing);
  for (const name of await namesIn(folder)) {
    if (!isLeftoverName(name)) continue;
    const text = await readFile(join(folder, name), 'utf8');
    if (recordBeginning.startsWith(text.slice(0, recordBeginning.length))) await unlink(join(folder, name));
  }
}

async function restoreOwnNames(folder: string): Promise<void> {
  for (const name of ownFileNames) {
    const original = join(folder, targetNameOf(name));
    if (await isThere(original)) await rename(original, join(folder, name));
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) === null) throw error;
}
