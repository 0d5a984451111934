import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Tensor } from '../networks.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import { decodeModel } from '../onnx/model-proto.ts';
import { openSession } from '../onnx/session.ts';
import { madeUpWeights, waves } from '../providers/probe.ts';
import { largestDifference } from '../reference/read-tensors.ts';
import type { WeightSource, WeightTensor } from '../weights/weight-source.ts';
import type { ConvolutionForm } from './layers.ts';
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
  block_out_channels: [192, 192],
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

/** The convolutions that were turned into products end in this operator. */
const turnedCount = ({ bytes }: OnnxGraph): number =>
  Model.parse(decodeModel(bytes)).graph.node.filter(({ opType }) => opType === 'DepthToSpace').length;
const Model = z.object({ graph: z.object({ node: z.array(z.object({ opType: z.string() })) }) });

async function expectSameNumbers(
  write: (convolution: ConvolutionForm) => OnnxGraph,
  feeds: Readonly<Record<string, Tensor>>,
  turned: number,
): Promise<void> {
  const [direct, winograd] = [write('direct'), write('winograd')];
  expect([turnedCount(direct), turnedCount(winograd)]).toEqual([0, turned]);
  const [plain, got] = [await run(direct, feeds), await run(winograd, feeds)];
  for (const [name, { data, dims }] of Object.entries(plain)) {
    expect(got[name]?.dims).toEqual(dims);
    expect(Math.max(...data.map(Math.abs)), name).toBeGreaterThan(0.1);
    expect(largestDifference(got[name]?.data ?? [], data), name).toBeLessThan(1e-4);
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
    const write = (convolution: ConvolutionForm) => {
      const options = { attention: 'fused', convolution, segmentBytes: Number.POSITIVE_INFINITY } as const;
      const { segments } = unetGraphs(config, weights, { ...options, halvesEvenly: shape.halvesEvenly });
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
      (convolution) => vaeDecoderGraph(vaeConfig, weights, { attention: 'fused', convolution }),
      { latent: tensor([1, 4, height, width], 1) },
      10,
    );
    await expectSameNumbers(
      (convolution) => vaeEncoderGraph(vaeConfig, weights, { attention: 'fused', convolution }),
      { image: tensor([1, 3, 2 * height, 2 * width], 2) },
      4,
    );
  });
});
