import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { expect, test, vi } from 'vitest';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { lazySession } from './lazy-session.ts';

test('on CPU a session serves every size, and is made anew for a large map of other sizes than its first', async () => {
  const created = vi.spyOn(InferenceSession, 'create');
  const session = lazySession(
    'cpu',
    () => {
      const graph = new GraphBuilder('twice');
      const map = graph.input('map', ['batch', 1, 'height', 'width']);
      graph.output('sum', graph.node('Add', [map, map]), ['batch', 1, 'height', 'width']);
      return graph.finish();
    },
    openSession,
  );
  const counts: number[] = [];
  for (const [height, width] of [
    [8, 8],
    [16, 8],
    [32, 32],
    [8, 8],
    [32, 32],
    [40, 32],
  ] as const) {
    const data = Float32Array.from({ length: height * width }, (_, at) => at);
    const { sum } = await session.run({ map: { data, dims: [1, 1, height, width] } });
    expect(sum).toEqual({ data: data.map((value) => 2 * value), dims: [1, 1, height, width] });
    counts.push(created.mock.calls.length);
  }
  expect(counts).toEqual([1, 1, 2, 2, 2, 3]);
  await session.close();
  created.mockRestore();
});

test('what was prepared is what runs, and a session that could not be made ahead is made by the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prepared-'));
  const path = join(folder, 'weights');
  const session = lazySession(
    'cpu',
    () => {
      const graph = new GraphBuilder('sum');
      const weight = graph.weight({ dtype: 'F32', shape: [2], offsetBytes: 0, lengthBytes: 8, path });
      graph.output('sum', graph.node('Add', [graph.input('x', [2]), weight]), [2]);
      return graph.finish();
    },
    openSession,
  );
  session.prepare();
  await expect.poll(() => session.isLoaded).toBe(false);
  await writeFile(path, new Uint8Array(Float32Array.of(1, 2).buffer));
  const created = vi.spyOn(InferenceSession, 'create');
  session.prepare();
  session.prepare();
  const { sum } = await session.run({ x: { data: Float32Array.of(10, 20), dims: [2] } });
  expect([...(sum?.data ?? [])]).toEqual([11, 22]);
  expect(created).toHaveBeenCalledTimes(1);
  created.mockRestore();
  await session.close();
  await rm(folder, { recursive: true });
});
