import { MessageChannel, Worker } from 'node:worker_threads';
import { fillCatalog } from '../../catalog/fill-catalog.ts';
import { type CatalogEntry, type PreparedEntry, prepareEntry } from '../../catalog/prepared-entry.ts';
import { Failed } from '../../contract/failure.ts';
import type { LibraryContext } from '../context.ts';
import { workerEntryOf } from '../host.ts';
import { namesIn } from '../is-there.ts';
import { FillReply, type FillWork, type ReadWork } from './fill.ts';
import { readRecords } from './read-records.ts';

/** Memory of each of the two threads, beside SQLite's own. What they hold lives for one batch: a larger nursery only delays its collection. */
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

/**
 * Fills a new index from the metadata.json files, in threads of its own where the process lives on: what is in already can be listed meanwhile.
 * Nothing else may write to the index until it is done. Throws `database_unusable`.
 */
export async function rebuildIndex({ host, catalog, store }: LibraryContext): Promise<void> {
  const { modelsPath } = store.folders;
  const isEmpty = (await namesIn(modelsPath)).length === 0;
  const count =
    isEmpty || host.watches === false
      ? await fillCatalog(catalog.path, prepared(readRecords(modelsPath, host.now())))
      : await fillElsewhere(workerEntryOf(host), catalog.path, modelsPath, host.now());
  host.log('index rebuilt', { models: count });
}

function* prepared(batches: Iterable<readonly CatalogEntry[]>): Generator<readonly PreparedEntry[]> {
  for (const batch of batches) yield batch.map(prepareEntry);
}

async function fillElsewhere(entryPath: string, catalogPath: string, modelsPath: string, now: Date): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const waiting = new SharedArrayBuffer(4);
  const readWork: ReadWork = { work: 'read', modelsPath, now, port: port1, waiting };
  const fillWork: FillWork = { work: 'fill', catalogPath, port: port2, waiting };
  const reader = new Worker(entryPath, { workerData: readWork, transferList: [port1], resourceLimits });
  const worker = new Worker(entryPath, { workerData: fillWork, transferList: [port2], resourceLimits });
  // The one that fills learns of the other's end by itself.
  reader.on('error', () => undefined);
  // Cut short, they leave an index that is filled the next time.
  reader.unref();
  worker.unref();
  try {
    const reply = await new Promise<FillReply>((resolve) => {
      worker.on('message', (message: unknown) => resolve(FillReply.parse(message)));
      worker.on('error', (error) => resolve({ kind: 'failed', reason: String(error) }));
      worker.on('exit', () => resolve({ kind: 'failed', reason: 'the thread that fills it ended.' }));
    });
    if (reply.kind === 'filled') return reply.count;
    throw new Failed('database_unusable', { path: catalogPath, reason: reply.reason });
  } finally {
    await Promise.all([reader.terminate(), worker.terminate()]);
  }
}
