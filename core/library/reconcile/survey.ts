import type { LibraryContext } from '../context.ts';
import { timingOf, workerEntryOf } from '../host.ts';
import { LibraryWorker } from '../worker/library-worker.ts';
import type { ReconcileStep, SurveyProgress, SurveyTask } from '../worker/messages.ts';
import { planReconcile } from './plan-reconcile.ts';
import { surveyDisk } from './survey-disk.ts';
import { SurveyProgressBatches } from './survey-progress.ts';

const sliceMs = 10;
/** From so many models on whose files were never looked at, a thread's start is saved many times over. */
const manyModels = 500;

export interface Survey {
  readonly steps: ReconcileStep[];
  readonly unchanged: number;
  /** What is wrong with models that were looked at and are as the index has them, some of them. */
  readonly findings: SurveyProgress['findings'];
}

/**
 * Looks at the whole disk and plans what brings index and disk together; nothing is changed but the stamps of models that are as the index has
 * them. In a worker thread, so that nothing waits for a slow drive; a command that ends at once saves the thread's start. `onCompared` is told
 * how many models were looked at so far, where their files have to be read.
 */
export async function surveyLibrary(
  context: LibraryContext,
  signal: AbortSignal,
  onCompared: (count: number) => void = () => {},
): Promise<Survey> {
  const { host, store, catalog } = context;
  const task: SurveyTask = {
    modelsPath: store.folders.modelsPath,
    settledBeforeMs: Date.now() - timingOf(host).settleMs,
    silentMounts: await store.drives.silentMounts(),
    slowMounts: [...(await store.drives.slowMounts())],
  };
  const findings: SurveyProgress['findings'] = [];
  const progressed = (progress: SurveyProgress) => {
    catalog.confirmStamps(progress.confirmed);
    findings.push(...progress.findings);
    onCompared(progress.compared);
  };
  const isShort = host.watches === false && !(catalog.isNew && catalog.count() > manyModels);
  const survey = isShort
    ? surveyHere(context, task, signal, progressed)
    : surveyInThread(context, task, signal, progressed);
  return { ...(await survey), findings };
}

type Plan = Omit<Survey, 'findings'>;

/** In slices: whoever ends the program meanwhile, or asks something of it, doesn't wait. */
async function surveyHere(
  { catalog }: LibraryContext,
  task: SurveyTask,
  signal: AbortSignal,
  progressed: (progress: SurveyProgress) => void,
): Promise<Plan> {
  const batches = new SurveyProgressBatches(progressed);
  let sliceEndMs = performance.now() + sliceMs;
  const plan = await planReconcile(surveyDisk(catalog.rows, task), async (fact) => {
    batches.add(fact);
    if (performance.now() < sliceEndMs) return;
    await new Promise(setImmediate);
    signal.throwIfAborted();
    sliceEndMs = performance.now() + sliceMs;
  });
  batches.flush();
  return plan;
}

async function surveyInThread(
  { host, catalog }: LibraryContext,
  task: SurveyTask,
  signal: AbortSignal,
  progressed: (progress: SurveyProgress) => void,
): Promise<Plan> {
  const worker = new LibraryWorker(workerEntryOf(host));
  const stop = () => void worker.close();
  signal.addEventListener('abort', stop);
  try {
    const steps: ReconcileStep[] = [];
    const unchanged = await worker.ask({ kind: 'survey', catalogPath: catalog.path, ...task }, (reply) => {
      if (reply.kind === 'surveying') progressed(reply);
      if (reply.kind === 'steps') steps.push(...reply.steps);
      return reply.kind === 'surveyed' ? reply.unchanged : undefined;
    });
    return { steps, unchanged };
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.close();
  }
}
