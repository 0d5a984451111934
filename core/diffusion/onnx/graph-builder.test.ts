import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WeightTensor } from '../weights/weight-source.ts';
import { namedDims } from './create-session.ts';
import { GraphBuilder } from './graph-builder.ts';
import { decodeModel } from './model-proto.ts';
import { assertFinite, openSession } from './session.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function store(
  path: string,
  dtype: string,
  values: Float32Array | Uint16Array | Float64Array,
): Promise<WeightTensor> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  // Five bytes before: nothing in a user's file is aligned for us.
  await writeFile(file, Buffer.concat([Buffer.from('head:'), Buffer.from(values.buffer)]));
  return { dtype, shape: [values.length], offsetBytes: 5, lengthBytes: values.byteLength, path: file };
}

async function runPlus(
  weights: readonly WeightTensor[],
  options: { rows?: readonly [number, number] } = {},
): Promise<number[]> {
  const graph = new GraphBuilder('plus');
  let value = graph.input('x', ['n']);
  for (const weight of weights) value = graph.node('Add', [value, graph.weight(weight, options)]);
  graph.output('y', value, ['n']);
  const session = await openSession(graph.finish(), { provider: 'cpu' });
  const { y } = await session.run({ x: { data: Float32Array.of(10, 20), dims: [2] } });
  await session.close();
  return Array.from(y?.data ?? []);
}

test.each([
  ['F32', Float32Array.of(1.5, -2)],
  ['F16', Uint16Array.of(0x3e00, 0xc000)],
  ['BF16', Uint16Array.of(0x3fc0, 0xc000)],
  ['F64', Float64Array.of(1.5, -2)],
])('a weight of %s is read from its byte range and run as float32', async (dtype, values) => {
  expect(await runPlus([await store(`of-${dtype}`, dtype, values)])).toEqual([11.5, 18]);
});

test('rows of a weight are a part of its range', async () => {
  const weight = await store('rows', 'F32', Float32Array.of(1, 2, 3, 4, 5));
  expect(await runPlus([weight], { rows: [2, 4] })).toEqual([13, 24]);
});

test('weights of several folders are found from the folder that holds them all', async () => {
  const weights = [
    await store('near/a', 'F32', Float32Array.of(1, 1)),
    await store('far/away/b', 'F32', Float32Array.of(100, 100)),
  ];
  expect(await runPlus(weights)).toEqual([111, 121]);
});

test('a weight that is used twice is written once', async () => {
  const weight = await store('twice', 'F16', Uint16Array.of(0x3c00, 0x3c00));
  const graph = new GraphBuilder('twice');
  expect(graph.weight(weight)).toBe(graph.weight(weight));
  expect(graph.integers([1, 2])).toBe(graph.integers([1, 2]));
  expect(graph.floats([1], [])).not.toBe(graph.floats([1]));
  expect(graph.weightBytes).toBe(8);
});

test('a graph names byte ranges, not bytes', async () => {
  const graph = new GraphBuilder('facts');
  const weight = { dtype: 'F16', shape: [3, 2], offsetBytes: 2 ** 40, lengthBytes: 12, path: join(folder, 'big') };
  const value = graph.node('Gemm', [graph.input('x', ['n', 2]), graph.weight(weight)], {
    transB: 1,
    alpha: { float: 2 },
  });
  graph.output('y', value, ['n', 3]);
  const { bytes, inputs, weightFolder } = graph.finish();
  expect(weightFolder).toBe(folder);
  expect(inputs).toMatchObject([{ name: 'x', dims: ['n', 2] }]);
  expect(decodeModel(bytes)).toMatchObject({
    irVersion: 9,
    graph: {
      initializer: [
        {
          dims: [3, 2],
          dataType: 10,
          dataLocation: 1,
          externalData: [
            { key: 'location', value: 'big' },
            { key: 'offset', value: '1099511627776' },
            { key: 'length', value: '12' },
          ],
        },
      ],
      node: [
        { opType: 'Cast' },
        {
          opType: 'Gemm',
          attribute: [
            { name: 'transB', i: 1, type: 2 },
            { name: 'alpha', f: 2, type: 1 },
          ],
        },
        { opType: 'Identity', output: ['y'] },
      ],
    },
  });
});

test('named dimensions take the sizes of what is fed', () => {
  const graph = new GraphBuilder('dims');
  graph.output('y', graph.input('x', ['batch', 4, 'height']), ['batch', 4, 'height']);
  const feeds = { x: { data: new Float32Array(24), dims: [2, 4, 3] } };
  expect(namedDims(graph.finish().inputs, feeds)).toEqual({ batch: 2, height: 3 });
});

test('a graph that the runtime refuses is a failed load', async () => {
  const graph = new GraphBuilder('wrong');
  graph.output('y', graph.node('NoSuchOperator', [graph.input('x', [1])]), [1]);
  await expect(openSession(graph.finish(), { provider: 'cpu' })).rejects.toMatchObject({
    failure: { code: 'model_load_failed', details: { reason: expect.stringContaining('NoSuchOperator') } },
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d among the values is a failure, and finite values pass', (bad) => {
  const tensor = (last: number) => ({ data: Float32Array.of(0, 1, last), dims: [3] });
  expect(assertFinite(tensor(2), 'a test').dims).toEqual([3]);
  expect(() => assertFinite(tensor(bad), 'a test')).toThrow('a test');
});
