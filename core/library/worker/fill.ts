import { type MessagePort, parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { fillCatalog } from '../../catalog/fill-catalog.ts';
import { type PreparedEntry, prepareEntry } from '../../catalog/prepared-entry.ts';
import { readRecords } from './read-records.ts';

/** Batches that were read and not yet put in: the reader waits then, so that memory stays small. */
const maxWaiting = 8;

const Link = {
  /** From the one that reads to the one that fills. */
  port: z.custom<MessagePort>(),
  /** Batches sent less batches taken. */
  waiting: z.instanceof(SharedArrayBuffer),
};
/** What the two threads of a fill are started with: `read` reads, checks and prepares the records, `fill` writes the index. */
export const FillWork = z.object({ work: z.literal('fill'), catalogPath: z.string(), ...Link });
export const ReadWork = z.object({ work: z.literal('read'), modelsPath: z.string(), now: z.date(), ...Link });
export type FillWork = z.infer<typeof FillWork>;
export type ReadWork = z.infer<typeof ReadWork>;

/** From the filling thread: how it ended. */
export const FillReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('filled'), count: z.int() }),
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type FillReply = z.infer<typeof FillReply>;

/** Of our own thread, which the compiler checked: looked through no further, it is 100 MB in the largest of libraries. */
type Batch = readonly PreparedEntry[] | { readonly end: true } | { readonly failed: string };

export async function fill(work: FillWork): Promise<void> {
  const answer = (reply: FillReply) => parentPort?.postMessage(reply);
  try {
    answer({ kind: 'filled', count: await fillCatalog(work.catalogPath, receive(work)) });
  } catch (error) {
    answer({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Reads all records and sends them, a batch after the other. */
export function read({ modelsPath, now, port, waiting }: ReadWork): void {
  const count = new Int32Array(waiting);
  const send = (batch: Batch) => {
    for (let held = Atomics.load(count, 0); held >= maxWaiting; held = Atomics.load(count, 0))
      Atomics.wait(count, 0, held);
    Atomics.add(count, 0, 1);
    port.postMessage(batch);
  };
  try {
    for (const batch of readRecords(modelsPath, now)) send(batch.map(prepareEntry));
    send({ end: true });
  } catch (error) {
    send({ failed: error instanceof Error ? error.message : String(error) });
  }
  port.close();
}

async function* receive({ port, waiting }: FillWork): AsyncGenerator<readonly PreparedEntry[]> {
  const count = new Int32Array(waiting);
  const batches: Batch[] = [];
  let wake = () => {};
  const come = (batch: Batch) => {
    batches.push(batch);
    wake();
  };
  port.on('message', come);
  // The thread that reads is gone; after its last words, were there any.
  port.on('close', () => come({ failed: 'the thread that reads the records ended.' }));
  try {
    for (;;) {
      const batch = batches.shift();
      if (batch === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      Atomics.sub(count, 0, 1);
      Atomics.notify(count, 0);
      if ('failed' in batch) throw new Error(batch.failed);
      if ('end' in batch) return;
      yield batch;
    }
  } finally {
    port.close();
  }
}
