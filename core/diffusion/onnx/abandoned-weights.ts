import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
export const memoryFolder = '/dev/shm';
const prefix = 'vitrine-weights-';

/** A name that tells whose file it is. */
export function weightFileName(): string {
  return `${prefix}${process.pid}-${crypto.randomUUID()}`;
}

/**
 * Removes the cast weights of processes that are no more: one that was ended while it loaded a network left gigabytes, which stay in memory
 * as long as the file does.
 */
export async function removeAbandonedWeights(): Promise<void> {
  if (process.platform !== 'linux') return;
  for (const name of await readdir(memoryFolder).catch((): string[] => [])) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(memoryFolder, name), { force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
