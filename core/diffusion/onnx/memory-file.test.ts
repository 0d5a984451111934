import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { castIntoMemoryFile } from './memory-file.ts';
import { decodeModel } from './model-proto.ts';
import { openSession } from './session.ts';

const memoryFolder = '/dev/shm';
const ownFiles = async (pid: number) =>
  (await readdir(memoryFolder)).filter((name) => name.startsWith(`vitrine-weights-${pid}-`));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memory-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A row of ones times halves `[rows, 2]`, then half a row of others: as float32 more than is worth a file in memory, where rows are many. */
async function graphOf(rows: number) {
  const halves = Float16Array.from({ length: 2 * rows }, (_, at) => (at % 2 === 0 ? 1 : -(at % 7)));
  const few = Float32Array.of(0.5, 0.25);
  const path = join(folder, `${rows}`);
  await writeFile(path, Buffer.concat([Buffer.from(few.buffer), Buffer.from(halves.buffer)]));
  const graph = new GraphBuilder('cast');
  const weight = { dtype: 'F16', shape: [rows, 2], offsetBytes: 8, lengthBytes: 4 * rows, path };
  const plain = { dtype: 'F32', shape: [2], offsetBytes: 0, lengthBytes: 8, path };
  const product = graph.node('MatMul', [graph.input('x', [1, rows]), graph.weight(weight)]);
  graph.output('y', graph.node('Add', [product, graph.weight(plain)]), [1, 2]);
  const sums = [0, 1].map((column) => halves.reduce((sum, value, at) => (at % 2 === column ? sum + value : sum), 0));
  return { graph: graph.finish(), expected: [(sums[0] ?? 0) + 0.5, (sums[1] ?? 0) + 0.25] };
}

test.runIf(process.platform === 'linux')(
  'a large network has its halves cast in a file in memory, beside others in their own, and leaves no file',
  async () => {
    const rows = 2 ** 23 + 3;
    const { graph, expected } = await graphOf(rows);
    const cast = await castIntoMemoryFile(graph);
    expect(cast?.weightFolder).toBe('/');
    expect(JSON.stringify(decodeModel(cast?.bytes ?? new Uint8Array()))).not.toContain('"Cast"');
    expect(await ownFiles(process.pid)).toHaveLength(1);
    await cast?.remove();

    const session = await openSession(graph, { provider: 'cpu' });
    expect(await ownFiles(process.pid)).toEqual([]);
    const { y } = await session.run({ x: { data: new Float32Array(rows).fill(1), dims: [1, rows] } });
    await session.close();
    // Some eight million summands.
    for (const [at, value] of expected.entries()) expect((y?.data[at] ?? 0) / value).toBeCloseTo(1, 3);
  },
);

test('a small network is left to the runtime', async () => {
  const { graph, expected } = await graphOf(5);
  expect(await castIntoMemoryFile(graph)).toBeNull();
  const session = await openSession(graph, { provider: 'cpu' });
  const { y } = await session.run({ x: { data: new Float32Array(5).fill(1), dims: [1, 5] } });
  await session.close();
  expect([...(y?.data ?? [])]).toEqual(expected);
});

test.runIf(process.platform === 'linux')(
  'what a process left that was ended as it loaded goes with the next load',
  async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(join(memoryFolder, `vitrine-weights-${pid}-left`), 'weights');
    const { graph } = await graphOf(2 ** 23);
    await (await castIntoMemoryFile(graph))?.remove();
    expect(await ownFiles(pid)).toEqual([]);
  },
);

test('a file that ends before its weights do is a failed load that names it', async () => {
  const { graph } = await graphOf(2 ** 23);
  await writeFile(join(folder, `${2 ** 23}`), new Uint8Array(2 ** 20));
  await expect(openSession(graph, { provider: 'cpu' })).rejects.toMatchObject({
    failure: { code: 'model_load_failed' },
  });
  expect(await ownFiles(process.pid)).toEqual([]);
});
