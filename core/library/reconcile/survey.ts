import type { LibraryContext } from '../context.ts';
import { timingOf, workerEntryOf } from '../host.ts';
import { LibraryWorker } from '../worker/library-worker.ts';
import type { ReconcileStep, SurveyTask } from '../worker/messages.ts';
import { type DiskFact, planReconcile } from './plan-reconcile.ts';
import { surveyDisk } from './survey-disk.ts';

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
  const { host, store, catalog } = context;
  const task: SurveyTask = {
    modelsPath: store.folders.modelsPath,
    settledBeforeMs: Date.now() - timingOf(host).settleMs,
    silentMounts: await store.drives.silentMounts(),
  };
  if (host.watches === false) {
    const facts = await drained(surveyDisk(catalog.rows, task), signal);
    return planReconcile(facts);
  }
  const worker = new LibraryWorker(workerEntryOf(host));
  const stop = () => void worker.close();
  signal.addEventListener('abort', stop);
  try {
    const steps: ReconcileStep[] = [];
    const unchanged = await worker.ask({ kind: 'survey', catalogPath: catalog.path, ...task }, (reply) => {
      if (reply.kind === 'steps') steps.push(...reply.steps);
      return reply.kind === 'surveyed' ? reply.unchanged : undefined;
    });
    return { steps, unchanged };
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.close();
  }
}

/** In slices: whoever ends the program meanwhile, or asks something of it, doesn't wait. */
async function drained(facts: Iterable<DiskFact | null>, signal: AbortSignal): Promise<DiskFact[]> {
  const found: DiskFact[] = [];
  let sliceEndMs = performance.now() + sliceMs;
  for (const fact of facts) {
    if (fact !== null) found.push(fact);
    if (performance.now() < sliceEndMs) continue;
    await new Promise(setImmediate);
    signal.throwIfAborted();
    sliceEndMs = performance.now() + sliceMs;
  }
  return found;
}
