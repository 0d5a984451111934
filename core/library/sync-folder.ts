import { open } from 'node:fs/promises';
import { codeOf } from './system-error.ts';

/** Makes a folder's names durable: a rename is otherwise lost when the power goes, whatever was synced inside. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folders, and some network drives sync none: nothing that can be done there.
    if (codeOf(error) === null) throw error;
  }
}
