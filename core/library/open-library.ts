import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import type { AppEvent } from '../contract/event.ts';
import { Failed } from '../contract/failure.ts';
import type { LibraryContext } from './context.ts';
import type { LibraryHost } from './host.ts';
import { recoverIncoming } from './import/recover-incoming.ts';
import { Library } from './library.ts';
import { writeFailure } from './metadata/metadata-file.ts';
import { ModelStore } from './model-store.ts';
import { readStarterRecord } from './starter/starter-record.ts';
import { codeOf } from './system-error.ts';
import { Trash } from './trash/trash.ts';
import { Turns } from './turns.ts';
import { Upkeep } from './upkeep.ts';
import { rebuildIndex } from './worker/rebuild-index.ts';

/** So long an open waits for a new index to fill; what isn't in by then is listed when it is. */
const fillPatienceMs = 400;

/**
 * Opens the library at `host.rootPath`, making it when there is none. A library that may not be written is opened all the same, with its index
 * in a temporary folder: it is listed, shown and described, and every change fails. What an earlier run left half done is finished or undone
 * first; a new or unusable index is filled behind this, and then every model is looked at (`settled` tells when). Throws `database_unusable`,
 * `write_failed`.
 */
export async function openLibrary(host: LibraryHost): Promise<Library> {
  const { rootPath, refusal } = await prepareRoot(host.rootPath, host.refusal ?? null);
  const isWritable = refusal === null;
  const index = await openIndex(rootPath, isWritable);
  const listeners = new Set<(event: AppEvent) => void>([host.emit]);
  const emit = (event: AppEvent) => {
    for (const listener of listeners) listener(event);
  };
  const ownHost = { ...host, rootPath, emit, refusal: refusal ?? undefined };
  const store = new ModelStore(ownHost, index.catalog);
  const context: LibraryContext = { host: ownHost, catalog: index.catalog, store, turns: new Turns(), refusal };
  const trash = new Trash(context);
  try {
    // In turns, before any other: nothing else may write to the index while it is filled, and what a kill left is dealt with first.
    const isReady = (async () => {
      if (index.catalog.isNew) await context.turns.take(() => rebuildIndex(context));
      if (isWritable)
        await context.turns.take(async () => {
          await recoverIncoming(context);
          await trash.tidy();
        });
    })();
    const upkeep = new Upkeep(context, listeners);
    const starterId = await readStarterRecord(rootPath);
    const library = new Library(context, { trash, upkeep, starterId, dispose: index.dispose });
    upkeep.start(isReady);
    // A command that ends at once answers with the whole, or it would be wrong.
    await (host.watches === false ? isReady : Promise.race([isReady, pause(fillPatienceMs)]));
    return library;
  } catch (error) {
    await index.dispose();
    throw error;
  }
}

async function prepareRoot(
  path: string,
  refusal: Failed | null,
): Promise<{ readonly rootPath: string; readonly refusal: Failed | null }> {
  try {
    if (refusal === null && (await mayWrite(path))) {
      await mkdir(join(path, 'models'), { recursive: true });
      return { rootPath: await realpath(path), refusal: null };
    }
    const reason = 'this user may not write there, or its drive is read-only. It is open for reading only.';
    return {
      rootPath: await realpath(path),
      refusal: refusal ?? new Failed('write_failed', { path, reason }),
    };
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** One that isn't there may be made. */
async function mayWrite(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

interface Index {
  readonly catalog: Catalog;
  readonly dispose: () => Promise<void>;
}

async function openIndex(rootPath: string, isWritable: boolean): Promise<Index> {
  if (isWritable) {
    const catalog = openCatalog(join(rootPath, 'models.db'));
    return { catalog, dispose: async () => catalog.close() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-index-'));
  const catalog = openCatalog(join(folder, 'models.db'));
  return {
    catalog,
    dispose: async () => {
      catalog.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function pause(timeMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, timeMs).unref();
  });
}
