import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { openIndexedRows } from '../../catalog/indexed-rows.ts';
import { tendIndex } from '../../catalog/tend-index.ts';
import { hashFileSync } from '../hashing/hash-file.ts';
import { planReconcile } from '../reconcile/plan-reconcile.ts';
import { surveyDisk } from '../reconcile/survey-disk.ts';
import { type WorkerReply, WorkerRequest } from './messages.ts';

/** Steps in one message: few enough that the thread which takes them is not held up. */
const batchSize = 200;

export const ServeWork = z.object({ work: z.literal('serve'), control: z.instanceof(SharedArrayBuffer) });
export type ServeWork = z.infer<typeof ServeWork>;

/** Surveys the disk, tends the index and hashes files as it is asked, until its thread is ended. */
export function serveRequests({ control }: ServeWork): void {
  // Of this thread only, on Linux; elsewhere it would be the whole process.
  if (process.platform === 'linux') setPriority(0, 19);
  parentPort?.on('message', (message: unknown) => {
    try {
      const request = WorkerRequest.parse(message);
      if (request.kind === 'survey') survey(request);
      else if (request.kind === 'tend') {
        tendIndex(request.catalogPath);
        reply({ kind: 'tended' });
      } else reply({ kind: 'hashed', ...hashFileSync(request.path, request.isSafetensors, new Int32Array(control)) });
    } catch (error) {
      reply({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  });
}

function survey({ catalogPath, ...task }: Extract<WorkerRequest, { kind: 'survey' }>): void {
  const { rows, close } = openIndexedRows(catalogPath);
  try {
    const { steps, unchanged } = planReconcile(surveyDisk(rows, task));
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
