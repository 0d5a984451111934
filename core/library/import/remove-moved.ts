import { rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../system-error.ts';
import type { MoveIntent } from './incoming.ts';

type Moved = Pick<Extract<MoveIntent, { kind: 'remove_source' }>, 'files' | 'folders'>;

/**
 * Removes the source of a model that was copied in whole. A file goes only while it is the one that was copied and its copy is there in full;
 * a folder only when it is empty then.
 */
export async function removeMoved(
  modelFolder: string,
  { files, folders }: { readonly files: Readonly<Moved['files']>; readonly folders: readonly string[] },
): Promise<void> {
  for (const { path, target, size_bytes, mtime_ms } of files) {
    const [source, copy] = await Promise.all([statOrNull(path), statOrNull(join(modelFolder, target))]);
    if (source === null || source.size !== size_bytes || source.mtimeMs !== mtime_ms) continue;
    if (copy === null || copy.size !== size_bytes) continue;
    await unlink(path);
  }
  for (const folder of folders)
    await rmdir(folder).catch((error: unknown) => {
      if (codeOf(error) === null) throw error;
    });
}

async function statOrNull(path: string): Promise<{ readonly size: number; readonly mtimeMs: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
}
