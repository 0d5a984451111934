import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { openIndexedRows } from '../../catalog/indexed-rows.ts';
import { copyLogBack, tendIndex } from '../../catalog/tend-index.ts';
import { blockOnFiles } from '../../formats/file-calls.ts';
import { hashFileSync } from '../hashing/hash-file.ts';
import { planReconcile } from '../reconcile/plan-reconcile.ts';
import { surveyDisk } from '../reconcile/survey-disk.ts';
import { SurveyProgressBatches } from '../reconcile/survey-progress.ts';
import { type WorkerReply, WorkerRequest } from './messages.ts';

/** Steps in one message: few enough that the thread which takes them is not held up. */
const batchSize = 200;
/** Each leaves a page or so in the log of the index. */
const confirmedPerCopy = 5000;

export const ServeWork = z.object({ work: z.literal('serve'), control: z.instanceof(SharedArrayBuffer) });
export type ServeWork = z.infer<typeof ServeWork>;

/** Surveys the disk, tends the index and hashes files as it is asked, until its thread is ended. */
export function serveRequests({ control }: ServeWork): void {
  parentPort?.on('message', (message: unknown) => {
    serve(WorkerRequest.parse(message), control).catch((error: unknown) =>
      reply({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
    );
  });
}

async function serve(request: WorkerRequest, control: SharedArrayBuffer): Promise<void> {
  // Of this thread only, on Linux; elsewhere it would be the whole process. Somebody may wait for a survey.
  if (process.platform === 'linux') setPriority(0, request.kind === 'survey' ? 5 : 19);
  if (request.kind === 'survey') await survey(request);
  else if (request.kind === 'tend') {
    tendIndex(request.catalogPath);
    reply({ kind: 'tended' });
  } else reply({ kind: 'hashed', ...hashFileSync(request.path, request.isSafetensors, new Int32Array(control)) });
}

async function survey({ catalogPath, ...task }: Extract<WorkerRequest, { kind: 'survey' }>): Promise<void> {
  using _blocking = blockOnFiles();
  const { rows, close } = openIndexedRows(catalogPath);
  const batches = new SurveyProgressBatches((progress) => reply({ kind: 'surveying', ...progress }));
  let confirmed = 0;
  try {
    const { steps, unchanged } = await planReconcile(surveyDisk(rows, task), (fact) => {
      batches.add(fact);
      if (fact.kind !== 'confirmed') return;
      confirmed += 1;
      if (confirmed % confirmedPerCopy === 0) copyLogBack(catalogPath);
    });
    batches.flush();
    for (let at = 0; at < steps.length; at += batchSize)
      reply({ kind: 'steps', steps: steps.slice(at, at + batchSize) });
    reply({ kind: 'surveyed', unchanged });
  } finally {
    close();
  }
}

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}
