import { readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { Failed } from './contract/failure.ts';

const Kept = z.object({ library_path: z.string().refine(isAbsolute) });

const fileIn = (dataPath: string): string => join(dataPath, 'library.json');

/** The library folder that a person chose in the window; null where none was chosen, or the note can't be understood. */
export function keptLibrary(dataPath: string): string | null {
  try {
    return Kept.parse(JSON.parse(readFileSync(fileIn(dataPath), 'utf8'))).library_path;
  } catch {
    return null;
  }
}

/**
 * Keeps a folder as the library of the starts to come; nothing is moved or made now. Throws `path_not_found` where neither it nor the folder
 * that it would be made in is there, `unsupported_path` for what is no folder, `write_failed`.
 */
export async function keepLibrary(dataPath: string, path: string): Promise<void> {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined && !statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw new Failed('path_not_found', { path: dirname(path) });
  if (there !== undefined && !there.isDirectory())
    throw new Failed('unsupported_path', { path, reason: 'a library is a folder' });
  const file = fileIn(dataPath);
  try {
    await mkdir(dataPath, { recursive: true });
    await writeFileAtomic(file, `${JSON.stringify({ library_path: path }, null, 2)}\n`);
  } catch (error) {
    throw new Failed('write_failed', { path: file, reason: error instanceof Error ? error.message : String(error) });
  }
}
