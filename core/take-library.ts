import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppOptions } from './app.ts';
import { Failed } from './contract/failure.ts';
import { isReadOnlyFolder, resolveFolders } from './folders.ts';
import { type InstanceRecord, type Lock, readInstanceRecord, takeLock } from './instance-lock.ts';

/** Long enough for a command line that lists or registers to end, or for a window to open its door. */
const lockWaitMs = 10_000;
const lockRetryMs = 100;
const answerTimeoutMs = 5000;

export interface LockOptions extends AppOptions {
  /** How long to wait for another process to let go of the library, or to answer. */
  readonly lockWaitMs?: number;
}

export interface Places {
  readonly libraryPath: string;
  readonly dataPath: string;
  /** The library's own folder for what belongs to this machine. */
  readonly instancePath: string;
}

export type Taking =
  /** This process holds it. */
  | { readonly kind: 'held'; readonly locks: Lock }
  | { readonly kind: 'elsewhere'; readonly record: InstanceRecord }
  /** It may not be written, its drive is full, or its holder does not answer. */
  | { readonly kind: 'refused'; readonly refusal: Failed };

export function placesOf(options: AppOptions): Places {
  const { libraryPath, dataPath } = options.folders ?? resolveFolders();
  return { libraryPath, dataPath, instancePath: join(libraryPath, '.vitrine') };
}

/** Takes a library, or finds out who holds it. Throws `Failed`: `conflict` where another library's instance has the data folder. */
export async function takeLibrary(places: Places, waitMs = lockWaitMs): Promise<Taking> {
  if (isReadOnlyFolder(places.libraryPath)) return { kind: 'refused', refusal: readOnlyFailure(places) };
  for (const end = Date.now() + waitMs; ; await sleep(lockRetryMs)) {
    try {
      const locks = takeLocks(places);
      if (locks !== null) return { kind: 'held', locks };
    } catch (error) {
      // A drive without room for the lock still has its models to show.
      if (error instanceof Failed && isFull(error, places)) return { kind: 'refused', refusal: error };
      throw error;
    }
    const record = await answeringRecord(places);
    if (record !== null) return { kind: 'elsewhere', record };
    if (Date.now() > end) return { kind: 'refused', refusal: lockedFailure(places) };
  }
}

/** The data folder's drive being full is another matter: settings and queue have to be written. */
function isFull({ failure }: Failed, { instancePath }: Places): boolean {
  return failure.code === 'disk_full' && String(failure.details?.path).startsWith(instancePath);
}

/** The library's lock and that of the data folder, whose job queue also has one owner. Null where another process has the library. */
function takeLocks({ instancePath, dataPath }: Places): Lock | null {
  const library = takeLock(instancePath);
  if (library === null) return null;
  let data: Lock | null;
  try {
    data = takeLock(dataPath);
  } catch (error) {
    library.release();
    throw error;
  }
  if (data === null) {
    library.release();
    throw dataFailure({ dataPath });
  }
  return {
    release() {
      data.release();
      library.release();
    },
  };
}

export function dataFailure({ dataPath }: Pick<Places, 'dataPath'>): Failed {
  return new Failed('conflict', {
    reason: `Another Vitrine uses the data folder "${dataPath}" with another library. Close it, or choose another folder with --data.`,
    path: dataPath,
  });
}

async function answeringRecord({ instancePath, libraryPath }: Places): Promise<InstanceRecord | null> {
  const record = readInstanceRecord(instancePath);
  if (record === null) return null;
  const { createHttpClient } = await import('./http/client.ts');
  try {
    const status = await createHttpClient(record.url, record.key, answerTimeoutMs).call('app.status', {});
    return status.library_path === libraryPath ? record : null;
  } catch (error) {
    if (error instanceof Failed) return null;
    throw error;
  }
}

function lockedFailure({ instancePath, libraryPath }: Places): Failed {
  return new Failed('library_locked', { path: libraryPath, pid: readInstanceRecord(instancePath)?.pid ?? 'unknown' });
}

function readOnlyFailure({ libraryPath }: Places): Failed {
  const reason = 'this user may not write there, or its drive is read-only. It is open for reading only.';
  return new Failed('write_failed', { path: libraryPath, reason });
}
