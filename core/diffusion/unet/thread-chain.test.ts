import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { giveBackForgotten } from '../onnx/give-back-forgotten.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { heldWeights } from '../onnx/held-weights.ts';
import { threadChain } from './thread-chain.ts';

const count = 2 ** 22;

/** `noise` is `x` times a weight that the graph is fed: the numbers of the file at `path`, doubled. */
function scaledBy(path: string) {
  const graph = new GraphBuilder('scaled');
  const tensor = { dtype: 'F32', shape: [count], offsetBytes: 0, lengthBytes: 4 * count, path };
  const weight = graph.turned(tensor, { matrix: [2], columns: 1, dims: [count] });
  graph.output('noise', graph.node('Mul', [graph.input('x', [1]), weight]), [count]);
  return heldWeights(graph.finish(), 'cpu', true);
}

test('a run whose weights can’t be loaded fails, the next one has them, and their memory comes back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'thread-chain-'));
  const path = join(folder, 'weights');
  const held = scaledBy(path);
  const chain = threadChain(() => [held], 1);
  const x = { data: Float32Array.of(10), dims: [1] };
  await expect(chain.run({ x })).rejects.toThrow('the weights could not be loaded');
  await writeFile(path, new Uint8Array(Float32Array.from({ length: count }, (_, at) => at % 1000).buffer));
  const { data } = await chain.run({ x });
  expect([data[1], data[3], data[count - 1]]).toEqual([20, 60, 20 * ((count - 1) % 1000)]);
  const before = process.memoryUsage().arrayBuffers;
  await chain.close();
  await held.free();
  giveBackForgotten();
  // A thread of the collector's frees what was found, in its own time.
  await expect.poll(() => before - process.memoryUsage().arrayBuffers).toBeGreaterThan(4 * count * 0.9);
  await rm(folder, { recursive: true });
});

test('a graph that the runtime refuses fails each run, in the runtime’s words', async () => {
  const held = {
    ...heldWeights(new GraphBuilder('none').finish(), 'cpu', true),
    graph: { bytes: new Uint8Array([1, 2, 3]), inputs: [], weightFolder: null, keepsLayout: true },
  };
  const chain = threadChain(() => [held], 1);
  await expect(chain.run({})).rejects.toThrow(/ModelProto|protobuf|model/i);
  await expect(chain.run({})).rejects.toThrow(/ModelProto|protobuf|model/i);
  await chain.close();
});
