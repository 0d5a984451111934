import { ClipTextConfig, clipTextEncoderGraph } from '../graphs/clip-text-encoder.ts';
import { type AttentionForm, attention, type LayerWriter } from '../graphs/layers.ts';
import { unetGraphs } from '../graphs/unet.ts';
import { UnetConfig } from '../graphs/unet-config.ts';
import { VaeConfig, vaeDecoderGraph } from '../graphs/vae.ts';
import { GraphBuilder, type OnnxGraph } from '../onnx/graph-builder.ts';
import type { WeightSource, WeightTensor } from '../weights/weight-source.ts';

/** A small graph with what to feed it: made of the very layers that a bundle's networks are made of. */
export interface Probe {
  readonly name: string;
  readonly graph: OnnxGraph;
  /** Float inputs by their dimensions; the values are the prober's. */
  readonly floats: Readonly<Record<string, readonly number[]>>;
  readonly ids: Readonly<Record<string, { readonly dims: readonly number[]; readonly below: number }>>;
}

const unetConfig = UnetConfig.parse({
  block_out_channels: [32, 64],
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  layers_per_block: 1,
  attention_head_dim: 2,
  cross_attention_dim: 32,
  norm_num_groups: 8,
});
const vaeConfig = VaeConfig.parse({
  block_out_channels: [16, 32],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  norm_num_groups: 8,
});
const textConfig = ClipTextConfig.parse({
  hidden_size: 32,
  intermediate_size: 64,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  max_position_embeddings: 16,
  vocab_size: 100,
});

/** The networks in small, with attention of that form. A provider that gets them right is one to run bundles on. */
export function networkProbes(form: AttentionForm): readonly Probe[] {
  const forms = { attention: form, convolution: 'direct', scaling: 'apart' } as const;
  const { segments } = unetGraphs(unetConfig, madeUpWeights, {
    ...forms,
    halvesEvenly: true,
    segmentBytes: Number.POSITIVE_INFINITY,
  });
  const keys = Object.fromEntries(
    [32, 64, 32, 32].flatMap((channels, index) => [
      [`key_${index}`, [2, 7, channels]],
      [`value_${index}`, [2, 7, channels]],
    ]),
  );
  return [
    ...segments.map((graph) => ({
      name: 'a UNet',
      graph,
      floats: { sample: [2, 4, 16, 16], time: [1, 32], ...keys },
      ids: {},
    })),
    {
      name: 'a VAE decoder',
      graph: vaeDecoderGraph(vaeConfig, madeUpWeights, forms),
      floats: { latent: [1, 4, 16, 16] },
      ids: {},
    },
    {
      name: 'a text encoder',
      graph: clipTextEncoderGraph(textConfig, madeUpWeights, { skipLayers: 0, finalNorm: true }),
      floats: {},
      ids: { ids: { dims: [2, 16], below: 100 } },
    },
  ];
}

/** Attention alone: inside a network its error would be thinned out by what surrounds it. Heads of the sizes that SD has. */
export function attentionProbes(form: AttentionForm): readonly Probe[] {
  return [40, 64, 160].map((headSize) => {
    const heads = 2;
    const channels = heads * headSize;
    const graph = new GraphBuilder('attention-probe');
    const writer: LayerWriter = {
      graph,
      weights: madeUpWeights,
      attention: form,
      convolution: 'direct',
      scaling: 'apart',
    };
    const dims = [1, 64, channels];
    const [query, key, value] = ['query', 'key', 'value'].map((name) => graph.input(name, dims));
    if (query === undefined || key === undefined || value === undefined) throw new RangeError('three inputs');
    graph.output('mixed', attention(writer, { query, key, value, channels, heads }), [64, channels]);
    return {
      name: `attention with heads of ${headSize}`,
      graph: graph.finish(),
      floats: { query: dims, key: dims, value: dims },
      ids: {},
    };
  });
}

/**
 * Products of square matrices, one after the other: `products` of `size`, of which 16 of 1024 are 34 billion operations. A row goes in and a
 * row comes out, and the matrix is a weight: two products between a whole matrix in and one out took a fast graphics card (H100) 10 ms, nearly
 * all of it for the way there and back, and looked slower than 16 cores. Multiplied by one, so that values stay as they are.
 */
export function speedProbe(size: number, products: number): Probe {
  const graph = new GraphBuilder('speed-probe');
  const one = graph.weight(identity(size));
  const row = graph.input('row', [1, size]);
  let product = graph.node('Mul', [one, row]);
  for (let turn = 0; turn < products; turn++) product = graph.node('MatMul', [product, one]);
  graph.output('product', graph.node('MatMul', [row, product]), [1, size]);
  return { name: 'speed', graph: graph.finish(), floats: { row: [1, size] }, ids: {} };
}

function identity(size: number): WeightTensor {
  const values = Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  return inlineWeight(`identity of ${size}`, [size, size], values);
}

/** Waves of the size that trained weights have: any name, any shape, always the same numbers. */
export const madeUpWeights: WeightSource = {
  has: () => true,
  tensor: (name, shape) => {
    const size = shape.reduce((product, one) => product * one, 1);
    const fanIn = size / (shape[0] ?? 1);
    const isScale = shape.length === 1 && /norm\w*\.weight$|layer_norm\d?\.weight$/.test(name);
    const spread = 1 / Math.sqrt(shape.length === 1 ? 100 : fanIn);
    const values = waves(size, name.length).map((wave) => (isScale ? 1 + 0.1 * wave : spread * wave));
    return inlineWeight(name, shape, values);
  },
};

const inlineWeight = (path: string, shape: readonly number[], values: Float32Array): WeightTensor => ({
  dtype: 'F32',
  shape,
  offsetBytes: 0,
  lengthBytes: values.byteLength,
  path,
  bytes: new Uint8Array(values.buffer),
});

/** `size` numbers between about -1.5 and 1.5 that don't repeat. */
export function waves(size: number, phase: number): Float32Array {
  const values = new Float32Array(size);
  for (let at = 0; at < size; at++) values[at] = Math.sin(at * 12.9898 + phase) + 0.5 * Math.cos(at * 0.7 + phase);
  return values;
}
