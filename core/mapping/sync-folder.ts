import { open } from 'node:fs/promises';
import { systemCode } from './system-error.ts';

/** Makes a folder's names durable. Windows opens no folders, and some network drives sync none: nothing that can be done there. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    systemCode(error);
  }
}
