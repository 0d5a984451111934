import { expect, test } from 'vitest';
import { z } from 'zod';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { decodeModel } from '../onnx/model-proto.ts';
import { openSession } from '../onnx/session.ts';
import { madeUpWeights, waves } from '../providers/probe.ts';
import { largestDifference } from '../reference/read-tensors.ts';
import type { WeightSource, WeightTensor } from '../weights/weight-source.ts';
import { type TransformerOptions, type TransformerWriter, transformer } from './transformer.ts';

const Model = z.object({ graph: z.object({ node: z.array(z.object({ opType: z.string() })) }) });
const channels = 640;

/** Asked for twice, made once: they are large. */
const known = new Map<string, WeightTensor>();
const weights: WeightSource = {
  ...madeUpWeights,
  tensor: (name, shape) => {
    const tensor = known.get(name) ?? madeUpWeights.tensor(name, shape);
    known.set(name, tensor);
    return tensor;
  },
};

/** What comes of two rows of 3 x 5 cells, and how many results were turned. */
async function mapThrough(usualTokens: TransformerOptions['usualTokens']) {
  const graph = new GraphBuilder('transformer');
  const writer: TransformerWriter = {
    graph,
    weights,
    attention: 'fused',
    convolution: 'winograd',
    scaling: 'together',
    crossAttentions: [],
    partRows: null,
  };
  const dims = ['batch', channels, 'height', 'width'];
  const input = { value: graph.input('map', dims), channels };
  const { value } = transformer(writer, 'block', input, { layers: 1, heads: 8, groups: 32, usualTokens });
  graph.output('out', value, dims);
  const written = graph.finish();
  const tensor = (shape: readonly number[], phase: number) => ({
    data: waves(
      shape.reduce((size, one) => size * one, 1),
      phase,
    ),
    dims: shape,
  });
  const session = await openSession(written, { provider: 'cpu' });
  try {
    const { out } = await session.run({
      map: tensor([2, channels, 3, 5], 1),
      key_0: tensor([2, 7, channels], 2),
      value_0: tensor([2, 7, channels], 3),
    });
    const { node } = Model.parse(decodeModel(written.bytes)).graph;
    return { out, turned: node.filter(({ opType }) => opType === 'Transpose').length };
  } finally {
    await session.close();
  }
}

test('weights on the left, as for levels of few tokens, give the numbers of weights on the right', async () => {
  const [few, many] = [await mapThrough(2 * 256), await mapThrough(2 * 256 + 1)];
  // The map to tokens and back; two projections, four layers of attention to itself, two to the prompt, the last that feeds forward.
  expect([few.turned, many.turned]).toEqual([2 + 9, 2]);
  expect(few.out?.dims).toEqual([2, channels, 3, 5]);
  expect(Math.max(...(few.out?.data ?? []).map(Math.abs))).toBeGreaterThan(0.1);
  expect(largestDifference(few.out?.data ?? [], many.out?.data ?? [])).toBeLessThan(1e-5);
});
