import { describe, expect, test } from 'vitest';
import type { Tensor } from '../networks.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import { openSession } from '../onnx/session.ts';
import { madeUpWeights, waves } from '../providers/probe.ts';
import { largestDifference } from '../reference/read-tensors.ts';
import type { WeightSource, WeightTensor } from '../weights/weight-source.ts';
import type { Forms } from './layers.ts';
import { unetGraphs } from './unet.ts';
import { UnetConfig } from './unet-config.ts';
import { VaeConfig, vaeDecoderGraph, vaeEncoderGraph } from './vae.ts';

// As wide as all kinds of layers that are written with fewer multiplications have to be; no bundle of the reference is.
const unetConfig = UnetConfig.parse({
  sample_size: 32,
  block_out_channels: [192, 192],
  down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  attention_head_dim: 4,
  cross_attention_dim: 24,
});
const vaeConfig = VaeConfig.parse({
  block_out_channels: [192, 288],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
});

const made = new Map<string, WeightTensor>();
/** Each weight once, for all networks here: ten million numbers take a second. */
const weights: WeightSource = {
  has: madeUpWeights.has,
  tensor: (name, shape) => {
    const key = `${name} ${shape}`;
    const weight = made.get(key) ?? madeUpWeights.tensor(name, shape);
    made.set(key, weight);
    return weight;
  },
};

const tensor = (dims: readonly number[], phase: number): Tensor => ({
  data: waves(
    dims.reduce((size, one) => size * one, 1),
    phase,
  ),
  dims,
});

async function run(graph: OnnxGraph, feeds: Readonly<Record<string, Tensor>>) {
  const session = await openSession(graph, { provider: 'cpu' });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

const plain: Forms = { attention: 'fused', convolution: 'direct', scaling: 'apart' };
const quick: Forms = { attention: 'fused', convolution: 'winograd', scaling: 'together' };

async function expectSameNumbers(
  write: (forms: Forms) => OnnxGraph,
  feeds: Readonly<Record<string, Tensor>>,
  turned: number,
): Promise<void> {
  const graphs = [write(plain), write(quick)] as const;
  expect(graphs.map((graph) => graph.turned.length)).toEqual([0, turned]);
  const [expected, got] = [await run(graphs[0], feeds), await run(graphs[1], feeds)];
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(got[name]?.dims).toEqual(dims);
    const largest = Math.max(...data.map(Math.abs));
    expect(largest, name).toBeGreaterThan(0.1);
    expect(largestDifference(got[name]?.data ?? [], data) / largest, name).toBeLessThan(1e-4);
  }
}

describe('with fewer multiplications', () => {
  test.each([
    { height: 16, width: 16, usual: 32, halvesEvenly: true, turned: 17 },
    { height: 6, width: 22, usual: 32, halvesEvenly: true, turned: 17 },
    { height: 9, width: 15, usual: 32, halvesEvenly: false, turned: 16 },
    // So wide that feed-forward layers go in parts: four of eight are taken, and one.
    { height: 64, width: 84, usual: 256, halvesEvenly: true, turned: 17 },
    { height: 8, width: 8, usual: 256, halvesEvenly: true, turned: 17 },
  ])('a UNet over $height x $width cells, made for $usual, gives the numbers of a plain one', async (shape) => {
    const config = { ...unetConfig, sample_size: shape.usual };
    const write = (forms: Forms) => {
      const options = { ...forms, segmentBytes: Number.POSITIVE_INFINITY, halvesEvenly: shape.halvesEvenly };
      const { segments } = unetGraphs(config, weights, options);
      const [graph] = segments;
      if (graph === undefined) throw new RangeError('one graph');
      return graph;
    };
    const keys = Array.from({ length: 4 }, (_, at) => [
      [`key_${at}`, tensor([2, 7, 192], at)],
      [`value_${at}`, tensor([2, 7, 192], at + 4)],
    ]).flat();
    const sample = tensor([1, 4, shape.height, shape.width], 9);
    await expectSameNumbers(write, { sample, time: tensor([1, 192], 5), ...Object.fromEntries(keys) }, shape.turned);
  });

  test.each([
    { height: 16, width: 20 },
    { height: 21, width: 16 },
  ])('a VAE over $height x $width cells gives the numbers of plain convolutions', async ({ height, width }) => {
    await expectSameNumbers(
      (forms) => vaeDecoderGraph(vaeConfig, weights, forms),
      { latent: tensor([1, 4, height, width], 1) },
      13,
    );
    await expectSameNumbers(
      (forms) => vaeEncoderGraph(vaeConfig, weights, forms),
      { image: tensor([1, 3, 2 * height, 2 * width], 2) },
      8,
    );
  });
});
