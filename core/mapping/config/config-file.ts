import { lstat, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { syncFolder } from '../sync-folder.ts';
import { codeOf, systemCode } from '../system-error.ts';
import { type ConfigEntry, ConfigUnusable } from './config-entry.ts';

const maxConfigBytes = 4 * 2 ** 20;

/** The reader of YAML has 70 modules, and hardly a start comes to a config file. */
const configBlocks = () => import('./config-block.ts');

/** Reads a config file; null where there is none. Throws `ConfigUnusable`. */
export async function readConfig(path: string): Promise<string | null> {
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) throw new ConfigUnusable('it is a link, and nothing is written through a link.');
    if (!stats.isFile()) throw new ConfigUnusable('it is not a file.');
    if (stats.size > maxConfigBytes) throw new ConfigUnusable(`it has ${stats.size} bytes, too many for a config.`);
    const bytes = await readFile(path);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof ConfigUnusable) throw error;
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA' || error instanceof TypeError)
      throw new ConfigUnusable('it is not text in UTF-8.');
    throw new ConfigUnusable(`it could not be read (${systemCode(error)}).`);
  }
}

/** The entries of ours in a config file, which can be added to. Throws `ConfigUnusable`. */
export async function readUsableConfig(path: string): Promise<readonly ConfigEntry[]> {
  const { checkUsable, entriesIn } = await configBlocks();
  const text = await readConfig(path);
  checkUsable(text);
  return entriesIn(text);
}

/** The entries of ours in a config file. Throws `ConfigUnusable`. */
export async function readConfigEntries(path: string): Promise<readonly ConfigEntry[]> {
  const { entriesIn } = await configBlocks();
  return entriesIn(await readConfig(path));
}

/**
 * Changes the entries of ours in a config file, by temporary file and rename; all else in it stays byte for byte. A file that we made goes when
 * nothing is left in it. Throws `ConfigUnusable`, or the system's error.
 */
export async function changeConfig(
  path: string,
  change: (entries: readonly ConfigEntry[]) => readonly ConfigEntry[],
): Promise<void> {
  const { entriesIn, withEntries } = await configBlocks();
  const before = await readConfig(path);
  const after = withEntries(before, change(entriesIn(before)));
  if (after === before) return;
  if (after === null) await unlink(path);
  else await writeFileAtomic(path, after, { fsync: true });
  await syncFolder(dirname(path));
}
