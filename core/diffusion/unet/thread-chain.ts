import type { Worker } from 'node:worker_threads';
import type { Tensor } from '../networks.ts';
import type { HeldWeights } from '../onnx/held-weights.ts';
import { startProgramThread } from '../start-program-thread.ts';
import type { SegmentChain } from './segment-chain.ts';
import type { SegmentReply, SegmentRequest } from './segment-thread.ts';

/** The thread ended, or could not be started. What it was asked for can be run without it. */
export class ThreadLost extends Error {}

export interface ThreadChain extends SegmentChain {
  /** Gives back what runs have left behind. */
  rest(): void;
}

export const startSegmentThread = (): Worker => startProgramThread(import.meta.dirname, 'segment-thread');

/**
 * A chain in a thread with a runtime of its own, which runs at the same time as its caller's, whose thread the runtime blocks. `weights` are
 * shared with it, a graph each. One run at a time. Throws {@link ThreadLost}, and what the runtime says, as it says it.
 */
export function threadChain(
  weights: () => readonly HeldWeights[],
  threads: number,
  start: () => Worker = startSegmentThread,
): ThreadChain {
  // At once: it is there by the time that the prompt is encoded.
  const worker = start();
  let waiting: PromiseWithResolvers<Tensor> | null = null;
  let isOpen = false;
  let given = 0;
  let lost: ThreadLost | null = null;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const settle = (act: (run: PromiseWithResolvers<Tensor>) => void): void => {
    const run = waiting;
    waiting = null;
    worker.unref();
    if (run !== null) act(run);
  };
  const lose = (reason: string): void => {
    lost ??= new ThreadLost(reason);
    const error = lost;
    settle((run) => run.reject(error));
  };
  worker.on('message', (reply: SegmentReply) =>
    settle((run) => ('noise' in reply ? run.resolve(reply.noise) : run.reject(new Error(reply.reason)))),
  );
  worker.on('error', (error) => lose(error.message));
  worker.on('exit', () => lose('the thread for rows ended'));
  worker.unref();
  const post = (request: SegmentRequest): void => worker.postMessage(request);

  /** In their order, each as soon as it is there; from the one on that could not be loaded again with the next run. */
  const giveWeights = async (): Promise<void> => {
    for (const [segment, held] of weights().entries()) {
      if (segment < given) continue;
      const feeds = await held.load().catch(() => null);
      post({ kind: 'weights', segment, feeds });
      if (feeds === null) return;
      given = segment + 1;
    }
  };

  return {
    run: (values) => {
      if (lost !== null) return Promise.reject(lost);
      const run = Promise.withResolvers<Tensor>();
      waiting = run;
      worker.ref();
      if (!isOpen) post({ kind: 'open', graphs: weights().map(({ graph }) => graph), threads });
      isOpen = true;
      post({ kind: 'run', values });
      void giveWeights();
      return run.promise;
    },
    get isLoaded() {
      return isOpen;
    },
    rest: () => post({ kind: 'rest' }),
    close: async () => {
      worker.ref();
      post({ kind: 'close' });
      await ended;
    },
  };
}
