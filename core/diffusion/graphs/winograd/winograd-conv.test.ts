import { expect, test } from 'vitest';
import type { Tensor } from '../../networks.ts';
import { GraphBuilder, type Value } from '../../onnx/graph-builder.ts';
import { openSession } from '../../onnx/session.ts';
import { waves } from '../../providers/probe.ts';
import { largestDifference } from '../../reference/read-tensors.ts';
import { type WinogradInput, winogradConv, winogradTwofoldConv } from './winograd-conv.ts';

interface Channels {
  readonly inputs: number;
  readonly outputs: number;
}
const few: Channels = { inputs: 5, outputs: 7 };

function weightOf(shape: readonly number[], phase: number) {
  const data = waves(
    shape.reduce((product, one) => product * one, 1),
    phase,
  );
  const bytes = new Uint8Array(data.buffer);
  return { dtype: 'F32', shape, offsetBytes: 0, lengthBytes: bytes.byteLength, path: `/made up ${phase}`, bytes };
}

async function run(
  input: Tensor,
  write: (graph: GraphBuilder, input: WinogradInput) => Value,
  { inputs, outputs } = few,
): Promise<Tensor> {
  const graph = new GraphBuilder('convolution');
  const value = graph.input('map', ['batch', inputs, 'height', 'width']);
  const kernel = weightOf([outputs, inputs, 3, 3], 1);
  const bias = weightOf([outputs], 2);
  graph.output('result', write(graph, { value, kernel, bias }), ['batch', outputs, 'result height', 'result width']);
  const session = await openSession(graph.finish(), { provider: 'cpu' });
  try {
    const { result } = await session.run({ map: input });
    if (result === undefined) throw new TypeError('no result');
    return result;
  } finally {
    await session.close();
  }
}

const mapOf = (batch: number, height: number, width: number, channels = few.inputs): Tensor => ({
  data: waves(batch * channels * height * width, 3),
  dims: [batch, channels, height, width],
});

const directConv = (graph: GraphBuilder, { value, kernel, bias }: WinogradInput): Value =>
  graph.node('Conv', [value, graph.weight(kernel), graph.weight(bias)], {
    kernel_shape: [3, 3],
    strides: [1, 1],
    pads: [1, 1, 1, 1],
  });

test.each([
  { batch: 1, height: 16, width: 16, form: { tile: 2 } },
  { batch: 2, height: 9, width: 14, form: { tile: 2, bands: 1 } },
  { batch: 2, height: 8, width: 12, form: { tile: 4 } },
  { batch: 3, height: 1, width: 3, form: { tile: 4 } },
  { batch: 2, height: 17, width: 5, form: { tile: 4, bands: 4 } },
  { batch: 1, height: 32, width: 7, form: { tile: 4, bands: 8 } },
  { batch: 1, height: 11, width: 10, form: { tile: 2, bands: 3 } },
  { batch: 2, height: 16, width: 12, form: { tile: 4, bands: 2, evenTo: 4 } },
  { batch: 2, height: 6, width: 10, form: { tile: 4, evenTo: 2 } },
  { batch: 2, height: 6, width: 10, form: { tile: 2, evenTo: 2 } },
  { batch: 2, height: 9, width: 14, form: { tile: 4, kernels: 'made' } },
] as const)(
  'a convolution of $batch maps of $height x $width with $form is the plain one',
  async ({ batch, height, width, form }) => {
    const map = mapOf(batch, height, width);
    const plain = await run(map, directConv);
    const got = await run(map, (graph, input) => winogradConv(graph, input, form));
    expect(got.dims).toEqual([batch, few.outputs, height, width]);
    expect(largestDifference(got.data, plain.data)).toBeLessThan(1e-4);
  },
);

const twofoldDirectConv = (graph: GraphBuilder, input: WinogradInput): Value => {
  const big = graph.node('Resize', [input.value, '', graph.floats([1, 1, 2, 2])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  return directConv(graph, { ...input, value: big });
};

test.each([
  { batch: 2, height: 6, width: 9, form: { tile: 2 } },
  { batch: 1, height: 1, width: 1, form: { tile: 2 } },
  { batch: 2, height: 7, width: 4, form: { tile: 2, bands: 4 } },
  { batch: 2, height: 6, width: 8, form: { tile: 4, evenTo: 2 } },
  { batch: 1, height: 1, width: 1, form: { tile: 4 } },
  { batch: 2, height: 7, width: 5, form: { tile: 4, bands: 3 } },
  { batch: 1, height: 5, width: 6, form: { tile: 4, kernels: 'made' } },
] as const)(
  'a convolution of $batch maps of $height x $width made twofold with $form is the plain one of the big map',
  async ({ batch, height, width, form }) => {
    const map = mapOf(batch, height, width);
    const plain = await run(map, twofoldDirectConv);
    const got = await run(map, (graph, input) => winogradTwofoldConv(graph, input, form));
    expect(got.dims).toEqual([batch, few.outputs, height * 2, width * 2]);
    expect(largestDifference(got.data, plain.data)).toBeLessThan(1e-4);
  },
);

test.each([
  { what: 'one', conv: winogradConv, plainly: directConv, channels: 600, kernels: 'held' },
  { what: 'one', conv: winogradConv, plainly: directConv, channels: 600, kernels: 'made' },
  {
    what: 'one after a doubling',
    conv: winogradTwofoldConv,
    plainly: twofoldDirectConv,
    channels: 720,
    kernels: 'held',
  },
] as const)(
  'of $what whose turned kernels are read once for two pictures, $kernels, the result is the plain one',
  async ({ conv, plainly, channels, kernels }) => {
    const map = mapOf(2, 5, 8, channels);
    const wide = { inputs: channels, outputs: channels };
    const plain = await run(map, plainly, wide);
    const got = await run(map, (graph, input) => conv(graph, input, { tile: 4, kernels }), wide);
    expect(got.dims).toEqual(plain.dims);
    const largest = plain.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largestDifference(got.data, plain.data) / largest).toBeLessThan(1e-4);
  },
);
