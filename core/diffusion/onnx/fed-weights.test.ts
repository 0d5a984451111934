import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withCastsFed } from './fed-weights.ts';
import { GraphBuilder } from './graph-builder.ts';
import { decodeModel } from './model-proto.ts';
import { openSession } from './session.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fed-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A row of ones times halves `[rows, 2]`, then a row of two more halves and one of two floats. */
async function graphOf(rows: number) {
  const halves = Float16Array.from({ length: 2 * rows + 2 }, (_, at) => (at % 2 === 0 ? 1 : -(at % 7)));
  const few = Float32Array.of(0.5, 0.25);
  const path = join(folder, `${rows}`);
  await writeFile(path, Buffer.concat([Buffer.from(few.buffer), Buffer.from(halves.buffer)]));
  const graph = new GraphBuilder('cast');
  const product = graph.node('MatMul', [
    graph.input('x', [1, rows]),
    graph.weight({ dtype: 'F16', shape: [rows, 2], offsetBytes: 8, lengthBytes: 4 * rows, path }),
  ]);
  const small = graph.weight({ dtype: 'F16', shape: [2], offsetBytes: 8 + 4 * rows, lengthBytes: 4, path });
  const plain = graph.weight({ dtype: 'F32', shape: [2], offsetBytes: 0, lengthBytes: 8, path });
  graph.output('y', graph.node('Add', [graph.node('Add', [product, small]), plain]), [1, 2]);
  const sums = [0, 1].map((column) => halves.reduce((sum, value, at) => (at % 2 === column ? sum + value : sum), 0));
  return { graph: graph.finish(), expected: [(sums[0] ?? 0) + 0.5, (sums[1] ?? 0) + 0.25] };
}

test('a large network is fed its large weights as floats, again and again, and casts small ones itself', async () => {
  const rows = 2 ** 23 + 3;
  const { graph, expected } = await graphOf(rows);
  const { bytes, fed } = withCastsFed(graph);
  expect(fed.map(({ tensor }) => tensor.shape)).toEqual([[rows, 2]]);
  expect(JSON.stringify(decodeModel(bytes)).match(/"Cast"/g)).toHaveLength(1);

  const session = await openSession(graph, { provider: 'cpu' });
  for (let turn = 0; turn < 2; turn++) {
    const { y } = await session.run({ x: { data: new Float32Array(rows).fill(1), dims: [1, rows] } });
    // Some eight million summands.
    for (const [at, value] of expected.entries()) expect((y?.data[at] ?? 0) / value).toBeCloseTo(1, 3);
  }
  await session.close();
});

test('a small network is left to the runtime', async () => {
  const { graph, expected } = await graphOf(5);
  expect(withCastsFed(graph)).toEqual({ ...graph, fed: [] });
  const session = await openSession(graph, { provider: 'cpu' });
  const { y } = await session.run({ x: { data: new Float32Array(5).fill(1), dims: [1, 5] } });
  await session.close();
  expect([...(y?.data ?? [])]).toEqual(expected);
});

test('a file that ends before its weights do is a failed load that names it, and the next load is none', async () => {
  const rows = 2 ** 23;
  const { graph, expected } = await graphOf(rows);
  const short = await graphOf(rows + 1);
  const path = join(folder, `${rows + 1}`);
  await writeFile(path, new Uint8Array(2 ** 20));
  // The runtime has a look at the file's size before anything is read.
  await expect(openSession(short.graph, { provider: 'cpu' })).rejects.toMatchObject({
    failure: { code: 'model_load_failed' },
  });
  const session = await openSession(graph, { provider: 'cpu' });
  const { y } = await session.run({ x: { data: new Float32Array(rows).fill(1), dims: [1, rows] } });
  expect((y?.data[0] ?? 0) / (expected[0] ?? 0)).toBeCloseTo(1, 3);
  await session.close();
});
