import { Failed } from '../../contract/failure.ts';
import type { Tensor } from '../networks.ts';
import { createSession, type Session, type SessionOptions } from './create-session.ts';
import { GraphBuilder, type OnnxGraph } from './graph-builder.ts';
import { type HeldWeights, heldWeights } from './held-weights.ts';
import { mapErrors } from './map-errors.ts';

/** Makes the runtime ready, as the first session of a process has to: for a process with nothing to do until it is asked. */
export async function startRuntime(): Promise<void> {
  const graph = new GraphBuilder('start');
  graph.output('same', graph.input('value', [1]), [1]);
  const session = await openSession(graph.finish(), { provider: 'cpu' });
  await session.close();
}

/** Loads a graph whose weights are read from where they lie. It and its runs throw `oom` or `model_load_failed`. */
export async function openSession(graph: OnnxGraph, options: SessionOptions): Promise<Session> {
  const weights = heldWeights(graph, options.provider);
  try {
    const session = await openWith(weights, options);
    return {
      run: session.run,
      close: async () => {
        await session.close();
        await weights.free();
      },
    };
  } catch (error) {
    await weights.free();
    throw error;
  }
}

/** The same with weights that others use too, and that stay when it is closed. */
export async function openWith(weights: HeldWeights, options: SessionOptions): Promise<Session> {
  const session = await mapErrors(() => createSession(weights.graph, options, weights.load()));
  return { run: (feeds) => mapErrors(() => session.run(feeds)), close: session.close };
}

/** Throws `nan_in_result` when a value is NaN or infinite: a later step would only spread it. */
export function assertFinite(tensor: Tensor, where: string): Tensor {
  for (const value of tensor.data) {
    if (!Number.isFinite(value)) throw new Failed('nan_in_result', { where });
  }
  return tensor;
}
