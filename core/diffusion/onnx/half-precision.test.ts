import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asFloat16, copyBundle, editTensors } from '../graphs/fixtures.ts';
import { openNetworks } from '../open-networks.ts';
import { readTensors, tensorOf } from '../reference/read-tensors.ts';
import { GraphBuilder } from './graph-builder.ts';
import { inHalfPrecision } from './half-precision.ts';
import { decodeModel, type ModelProto } from './model-proto.ts';
import { openSession } from './session.ts';

test('everything between float32 inputs and outputs is in halves, constants held to what a half can be', async () => {
  const graph = new GraphBuilder('half');
  const sum = graph.node('Add', [graph.input('x', ['n']), graph.floats([0.3, -3e38])]);
  graph.output('y', sum, ['n']);
  const half = inHalfPrecision(graph.finish());
  const { graph: inner } = decodeModel(half.bytes) as unknown as ModelProto;
  expect(inner.initializer.map(({ dataType }) => dataType)).toEqual([10]);
  expect(inner.node.map(({ opType }) => opType)).toEqual(['Cast', 'Add', 'Cast']);
  const session = await openSession(half, { provider: 'cpu' });
  const { y } = await session.run({ x: { data: Float32Array.of(1, 0), dims: [2] } });
  await session.close();
  expect([...(y?.data ?? [])]).toEqual([expect.closeTo(1.3, 3), -65504]);
});

test('a network in half precision, from weights stored as halves, is near the network that it is rounded from', async () => {
  const expected = readTensors('expected/sd21-tiny.safetensors');
  const of = (name: string) => tensorOf(expected, name);
  const folder = await mkdtemp(join(tmpdir(), 'half-'));
  const copy = await copyBundle('sd21-tiny', folder);
  await editTensors(join(copy, 'unet/diffusion_pytorch_model.safetensors'), (name, tensor) => [
    name,
    asFloat16(tensor),
  ]);
  const networks = await openNetworks(copy, 'cpu', 'plain', 'float16');
  const input = { sample: of('unet.sample'), context: of('unet.context'), pooled: null, timeIds: null };
  const noise = await networks.predictNoise({ ...input, timestep: 500 });
  const right = of('unet.out.500').data;
  const mean = noise.data.reduce((sum, value, at) => sum + Math.abs(value - (right[at] ?? 0)), 0) / right.length;
  expect(mean).toBeLessThan(0.01);
  expect(mean).toBeGreaterThan(0);
  await networks.close();
  await rm(folder, { recursive: true });
}, 60_000);
