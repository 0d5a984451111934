import { setPriority } from 'node:os';

/** Lets other threads go first, by so much of the system's "nice". Of this thread only, on Linux; elsewhere it would be the whole process, and nothing is done. */
export function lowerPriority(nice: number): void {
  if (process.platform === 'linux') setPriority(0, nice);
}
