import { mkdirSync } from 'node:fs';
import { watch } from 'chokidar';

/** A file that was not written to for so long is whole. */
const settledMs = 300;

/**
 * Tells of every rule file that came, went or changed in the user's folder, once it is whole. The folder is made, so that there is one to put
 * them in. The answer ends it. Throws what the system says where the folder can't be made.
 */
export function watchRules(path: string, onChange: () => void, onError: (error: unknown) => void): () => Promise<void> {
  mkdirSync(path, { recursive: true });
  const watcher = watch(path, {
    depth: 0,
    ignoreInitial: true,
    persistent: false,
    awaitWriteFinish: { stabilityThreshold: settledMs, pollInterval: settledMs / 3 },
  });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange);
  watcher.on('error', onError);
  return () => watcher.close();
}
