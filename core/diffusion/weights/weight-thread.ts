import { parentPort } from 'node:worker_threads';
import { readWeight, type WeightRead } from './read-weight.ts';

/** What the thread says of a weight that it was asked for. */
export type WeightReply = { readonly floats: Float32Array } | { readonly error: unknown };

parentPort?.on('message', (read: WeightRead) => {
  try {
    const floats = readWeight(read);
    const { buffer } = floats;
    parentPort?.postMessage({ floats } satisfies WeightReply, buffer instanceof ArrayBuffer ? [buffer] : []);
  } catch (error) {
    parentPort?.postMessage({ error } satisfies WeightReply);
  }
});
