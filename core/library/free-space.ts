import { statfs } from 'node:fs/promises';
import { Failed } from '../contract/failure.ts';
import { codeOf } from './system-error.ts';

/** Left free beside a copy: the index, records and the system's own need some. */
const spareBytes = 32 * 2 ** 20;

/** Free for this user on the drive of a path; null where the system doesn't tell. */
export async function freeBytesAt(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
}

/** Throws `disk_full` before anything is written, when so much can't fit. */
export async function assertFits(path: string, sizeBytes: number): Promise<void> {
  const free = await freeBytesAt(path);
  if (free !== null && free < sizeBytes + spareBytes)
    throw new Failed('disk_full', { path, free_bytes: free, needed_bytes: sizeBytes + spareBytes });
}
