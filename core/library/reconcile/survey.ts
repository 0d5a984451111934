import type { Catalog } from '../../catalog/catalog.ts';
import type { LibraryContext } from '../context.ts';
import { timingOf, workerEntryOf } from '../host.ts';
import { LibraryWorker } from '../worker/library-worker.ts';
import type { ReconcileStep, SurveyRow } from '../worker/messages.ts';
import { type DiskFact, planReconcile } from './plan-reconcile.ts';
import { surveyDisk } from './survey-disk.ts';

/** Rows read from the index at once: more would hold up everything else. */
const pageSize = 500;
const sliceMs = 10;

export interface Survey {
  readonly steps: ReconcileStep[];
  readonly unchanged: number;
}

/**
 * Looks at the whole disk and plans what brings index and disk together; nothing is changed. In a worker thread, so that nothing waits for a
 * slow drive; a command that ends at once saves the thread's start.
 */
export async function surveyLibrary(context: LibraryContext, signal: AbortSignal): Promise<Survey> {
  const { host, store } = context;
  const settledBeforeMs = Date.now() - timingOf(host).settleMs;
  const modelsPath = store.folders.modelsPath;
  if (host.watches === false) {
    const rows = new Map<SurveyRow['id'], SurveyRow>();
    for await (const page of rowsOf(context)) for (const row of page) rows.set(row.id, row);
    return planReconcile(await drained(surveyDisk(modelsPath, rows, settledBeforeMs), signal), rows);
  }
  const worker = new LibraryWorker(workerEntryOf(host));
  const stop = () => void worker.close();
  signal.addEventListener('abort', stop);
  try {
    // One page after the other: all of them on their way at once would be held twice.
    for await (const page of rowsOf(context))
      await worker.ask({ kind: 'rows', rows: page }, (reply) => (reply.kind === 'taken' ? true : undefined));
    const steps: ReconcileStep[] = [];
    const unchanged = await worker.ask({ kind: 'survey', modelsPath, settledBeforeMs }, (reply) => {
      if (reply.kind === 'steps') steps.push(...reply.steps);
      return reply.kind === 'surveyed' ? reply.unchanged : undefined;
    });
    return { steps, unchanged };
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.close();
  }
}

async function* rowsOf({ catalog, store }: Pick<LibraryContext, 'catalog' | 'store'>): AsyncGenerator<SurveyRow[]> {
  for (let last: Parameters<Catalog['rowsAfter']>[0] = null; ; ) {
    const rows = catalog.rowsAfter(last, pageSize);
    const page: SurveyRow[] = [];
    for (const row of rows) {
      const isOwned = row.storage_kind === 'library_owned';
      const payloadPath = store.payloadPathOf(row);
      const isAsked = isOwned || (await store.drives.answers(payloadPath));
      page.push({ id: row.model_id, stamp: row.stamp, payloadPath: isAsked ? payloadPath : null, isOwned });
    }
    yield page;
    last = rows.at(-1)?.model_id ?? null;
    if (rows.length < pageSize || last === null) return;
    await new Promise(setImmediate);
  }
}

/** In slices: whoever ends the program meanwhile, or asks something of it, doesn't wait. */
async function drained(facts: Iterable<DiskFact>, signal: AbortSignal): Promise<DiskFact[]> {
  const found: DiskFact[] = [];
  let sliceEndMs = performance.now() + sliceMs;
  for (const fact of facts) {
    found.push(fact);
    if (performance.now() < sliceEndMs) continue;
    await new Promise(setImmediate);
    signal.throwIfAborted();
    sliceEndMs = performance.now() + sliceMs;
  }
  return found;
}
