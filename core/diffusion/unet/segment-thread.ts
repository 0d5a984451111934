import { parentPort } from 'node:worker_threads';
import type { Tensor } from '../networks.ts';
import { createSession, type RunnableGraph } from '../onnx/create-session.ts';
import { giveBackForgotten } from '../onnx/give-back-forgotten.ts';
import { lazySession } from '../sessions/lazy-session.ts';
import type { WeightFeeds } from '../weights/load-weights.ts';
import { type SegmentChain, segmentChain, type Values } from './segment-chain.ts';

/** What the thread is told. Weights lie in shared memory; null: they could not be loaded, and what waits for them fails. */
export type SegmentRequest =
  | { readonly kind: 'open'; readonly graphs: readonly RunnableGraph[]; readonly threads: number }
  | { readonly kind: 'weights'; readonly segment: number; readonly feeds: WeightFeeds | null }
  | { readonly kind: 'run'; readonly values: Values }
  | { readonly kind: 'rest' }
  | { readonly kind: 'close' };

/** One for each run, in order. */
export type SegmentReply = { readonly noise: Tensor } | { readonly reason: string };

// A thread with a runtime of its own: it runs some rows of a UNet while its parent runs the others, on the same weights.

interface Opened {
  readonly chain: SegmentChain;
  readonly weights: PromiseWithResolvers<WeightFeeds>[];
}

let opened: Opened | null = null;

/** Nobody may be waiting when it fails. */
function awaited(): PromiseWithResolvers<WeightFeeds> {
  const weights = Promise.withResolvers<WeightFeeds>();
  weights.promise.catch(() => undefined);
  return weights;
}

function open(graphs: readonly RunnableGraph[], threads: number): Opened {
  const weights = graphs.map(awaited);
  const weightsOf = (index: number) => weights[index]?.promise ?? Promise.resolve({});
  const segments = graphs.map((graph, index) => ({
    inputs: () => graph.inputs,
    session: lazySession(
      'cpu',
      () => graph,
      (one, options) => createSession(one, { ...options, threads }, weightsOf(index)),
    ),
  }));
  return { chain: segmentChain(segments), weights };
}

async function run(values: Values): Promise<SegmentReply> {
  try {
    if (opened === null) throw new Error('there are no graphs to run');
    return { noise: await opened.chain.run(values) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', async (request: SegmentRequest) => {
  switch (request.kind) {
    case 'open':
      opened = open(request.graphs, request.threads);
      break;
    case 'weights':
      if (request.feeds !== null) opened?.weights[request.segment]?.resolve(request.feeds);
      else if (opened !== null) {
        opened.weights[request.segment]?.reject(new Error('the weights could not be loaded'));
        opened.weights[request.segment] = awaited();
      }
      break;
    case 'run':
      parentPort?.postMessage(await run(request.values));
      break;
    case 'rest':
      giveBackForgotten();
      break;
    case 'close':
      await opened?.chain.close();
      parentPort?.close();
  }
});
