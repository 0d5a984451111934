import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Metadata } from '../../contract/library/metadata.ts';
import { metadataFileName, writeFailure, writeMetadataFile } from '../metadata/metadata-file.ts';
import { codeOf } from '../system-error.ts';

const incomingPrefix = 'starter-';

/**
 * Puts a copy of a bundle, with its metadata.json, at `folder`: copied into a temporary folder of the library first, then renamed, so that
 * a kill at any moment leaves nothing or all. `makeRecord` sees the copy. Throws `disk_full` or `write_failed`.
 */
export async function placeCopy(
  rootPath: string,
  bundlePath: string,
  folder: string,
  makeRecord: (copyPath: string) => Promise<Metadata>,
): Promise<Metadata> {
  const incoming = join(rootPath, '.incoming');
  const copyPath = join(incoming, incomingPrefix + randomUUID());
  try {
    await removeLeftovers(incoming);
    await mkdir(incoming, { recursive: true });
    await cp(bundlePath, copyPath, { recursive: true, errorOnExist: true, force: false });
    const record = await makeRecord(copyPath);
    await writeMetadataFile(join(copyPath, metadataFileName), record);
    await mkdir(dirname(folder), { recursive: true });
    await rename(copyPath, folder);
    return record;
  } catch (error) {
    throw writeFailure(folder, error);
  } finally {
    await rm(copyPath, { recursive: true, force: true });
  }
}

/** What a copy that was killed left behind. */
async function removeLeftovers(incoming: string): Promise<void> {
  try {
    for (const name of await readdir(incoming))
      if (name.startsWith(incomingPrefix)) await rm(join(incoming, name), { recursive: true, force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
