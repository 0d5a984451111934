import { lstat, readdir } from 'node:fs/promises';
import { codeOf } from './system-error.ts';

/** Whether a path holds anything, were it a link to nothing. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** The names in a folder, sorted; none where it can't be read. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return [];
  }
}
