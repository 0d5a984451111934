import type { FSWatcher } from 'node:fs';

const sliceMs = 5;

/** Ends many watches of the system, some at a time: each costs some microseconds, and a large library has twenty thousand. */
export async function closeWatchers(watchers: Map<string, FSWatcher>): Promise<void> {
  const all = [...watchers.values()];
  watchers.clear();
  let sliceEndMs = performance.now() + sliceMs;
  for (const watcher of all) {
    watcher.close();
    if (performance.now() < sliceEndMs) continue;
    await new Promise(setImmediate);
    sliceEndMs = performance.now() + sliceMs;
  }
}
