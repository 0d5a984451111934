import { GraphBuilder, type OnnxGraph, type Value } from '../onnx/graph-builder.ts';
import type { WeightSource } from '../weights/weight-source.ts';
import {
  add,
  attention,
  columnsToRows,
  type FeatureMap,
  flatten,
  type LayerWriter,
  linear,
  linearToColumns,
  type Tokens,
  toFeatureMap,
  toTokens,
  unflatten,
  withRowsOf,
} from './layers.ts';
import { groupNorm, layerNorm } from './norms.ts';

/** A layer that attends to the prompt. Its keys and values depend on the prompt alone: they are made once a picture, not once a step. */
export interface CrossAttention {
  readonly name: string;
  readonly channels: number;
}

/** The writer of a UNet, and the layers so far that attend to the prompt: the last one's place is its number among `key_N`. */
export interface TransformerWriter extends LayerWriter {
  readonly crossAttentions: CrossAttention[];
  /** Ends the graph before the first layer that attends to the prompt, and goes on in another one; null: one graph does both. */
  readonly partRows: ((before: Attending) => Attending) | null;
}

/** A transformer on its way: the map that it was given, its tokens so far, and where they are written. */
export interface Attending {
  readonly writer: TransformerWriter;
  readonly map: FeatureMap;
  readonly tokens: Tokens;
}

export interface TransformerOptions {
  readonly layers: number;
  readonly heads: number;
  /** Of the norm before it. */
  readonly groups: number;
  /** Tokens of all rows in a picture of the usual size. */
  readonly usualTokens: number;
}

/**
 * diffusers' Transformer2DModel. Its projections are written as linear layers over tokens also where the bundle has 1x1 convolutions:
 * the same numbers in the same order.
 */
export function transformer(
  writer: TransformerWriter,
  name: string,
  input: FeatureMap,
  options: TransformerOptions,
): FeatureMap {
  const { channels } = input;
  const project = ({ writer: to, tokens }: Attending, part: string): Tokens => ({
    ...tokens,
    value: linear(to, `${name}.${part}`, tokens.value, [channels, channels], {
      hasFewTokens: hasFewTokens(to, channels, options),
    }),
  });
  const normed = groupNorm(writer, `${name}.norm`, input, { groups: options.groups, epsilon: 1e-6 });
  let at: Attending = { writer, map: input, tokens: toTokens(writer, normed) };
  at = { ...at, tokens: project(at, 'proj_in') };
  for (let layer = 0; layer < options.layers; layer++)
    at = transformerBlock(at, `${name}.transformer_blocks.${layer}`, options);
  const back = toFeatureMap(at.writer, project(at, 'proj_out'), at.map);
  return { channels, value: add(at.writer, back.value, at.map.value) };
}

/** Of a row, where weights go to the left: see `linearToColumns`. Smaller weights win little. */
const mostFewTokens = 256;
const leastFewChannels = 640;

/** On CPU. A picture larger than usual has more tokens, and loses little. */
const hasFewTokens = ({ convolution }: LayerWriter, channels: number, { usualTokens }: TransformerOptions): boolean =>
  convolution === 'winograd' && usualTokens <= 2 * mostFewTokens && channels >= leastFewChannels;

const layerNormEpsilon = 1e-5;

/** diffusers' BasicTransformerBlock: self attention, cross attention, gated feed-forward. */
function transformerBlock(before: Attending, name: string, options: TransformerOptions): Attending {
  const tokens = attendToSelf(before, name, options);
  const parts = before.writer.crossAttentions.length === 0 ? before.writer.partRows : null;
  const at = parts === null ? { ...before, tokens } : parts({ ...before, tokens });
  return { ...at, tokens: attendToPrompt(at, name, options) };
}

/** Around an attention: its projections from tokens, and the sum of what comes of it with what was before. */
function attentionLayers(writer: TransformerWriter, name: string, channels: number, options: TransformerOptions) {
  const hasFew = hasFewTokens(writer, channels, options);
  const layer = (part: string, value: Value, bias = true) =>
    linear(writer, `${name}.${part}`, value, [channels, channels], { bias, hasFewTokens: hasFew });
  return {
    project: (part: string, tokens: Tokens) =>
      unflatten(writer, { ...tokens, value: layer(part, tokens.value, false) }),
    after: (before: Tokens, mixed: Value): Tokens => ({
      ...before,
      value: add(writer, layer('to_out.0', mixed), before.value),
    }),
  };
}

function attendToSelf({ writer, tokens }: Attending, name: string, options: TransformerOptions): Tokens {
  const { channels } = tokens;
  const { project, after } = attentionLayers(writer, `${name}.attn1`, channels, options);
  const own = layerNorm(writer, `${name}.norm1`, tokens, layerNormEpsilon);
  const [query = '', key = '', value = ''] = ['to_q', 'to_k', 'to_v'].map((part) => project(part, own));
  return after(tokens, attention(writer, { query, key, value, channels, heads: options.heads }));
}

function attendToPrompt({ writer, tokens }: Attending, name: string, options: TransformerOptions): Tokens {
  const { graph } = writer;
  const { channels } = tokens;
  const { project, after } = attentionLayers(writer, `${name}.attn2`, channels, options);
  const index = writer.crossAttentions.push({ name: `${name}.attn2`, channels }) - 1;
  const key = graph.input(`key_${index}`, ['batch', 'tokens', channels]);
  const attended = index === 0 ? inRowsOf(writer, tokens, key) : tokens;
  const asked = layerNorm(writer, `${name}.norm2`, attended, layerNormEpsilon);
  const mixed = attention(writer, {
    query: project('to_q', asked),
    key,
    value: graph.input(`value_${index}`, ['batch', 'tokens', channels]),
    channels,
    heads: options.heads,
  });
  const informed = after(attended, mixed);

  const { usualTokens } = options;
  const goesInParts = writer.convolution === 'winograd' && usualTokens * channels >= partCount * leastPartNumbers;
  const feed = (part: Tokens) => feedForward(writer, name, part, hasFewTokens(writer, channels, options));
  return goesInParts ? inParts(writer, informed, feed) : feed(informed);
}

function feedForward(writer: TransformerWriter, name: string, input: Tokens, hasFew: boolean): Tokens {
  const { graph } = writer;
  const { channels } = input;
  const fed = layerNorm(writer, `${name}.norm3`, input, layerNormEpsilon).value;
  const wide = channels * 4;
  // The two halves of the gated layer as two products over two ranges of its weight: a Split would copy the result.
  // Few tokens lie as columns until the last layer.
  const widen = hasFew ? linearToColumns : linear;
  const half = (rows: readonly [number, number]) =>
    widen(writer, `${name}.ff.net.0.proj`, fed, [channels, 2 * wide], { rows });
  const gated = graph.node('Mul', [half([0, wide]), graph.node('Gelu', [half([wide, 2 * wide])])]);
  const last = [`${name}.ff.net.2`, gated, [wide, channels]] as const;
  const narrow = hasFew
    ? columnsToRows(writer, linearToColumns(writer, ...last, {}, 'columns'))
    : linear(writer, ...last);
  return { ...input, value: add(writer, input.value, narrow) };
}

const partCount = 8;
/** Tokens times channels: what is wide of so many still fits beside the processor. */
const leastPartNumbers = 512 * 320;
/** Fewer would not fill a product of matrices. */
const leastPartTokens = 256;

/**
 * What is done with each token by itself, done with a part of them at a time: what is wide on the way, four times the tokens, stays nearer to
 * the processor. Where there are few tokens the last parts are empty.
 */
function inParts({ graph }: LayerWriter, input: Tokens, act: (part: Tokens) => Tokens): Tokens {
  const least = graph.integers([Math.max(leastPartTokens, Math.ceil(leastPartNumbers / input.channels))]);
  const count = graph.node('Shape', [input.value], { start: 0, end: 1 });
  const upward = graph.node('Add', [count, graph.integers([partCount - 1])]);
  const size = graph.node('Max', [graph.node('Div', [upward, graph.integers([partCount])]), least]);
  const done = Array.from({ length: partCount }, (_, at) => {
    const [first, end] = [at, at + 1].map((part) => graph.node('Mul', [size, graph.integers([part])]));
    const rows = graph.node('Slice', [input.value, first ?? '', end ?? '', graph.integers([0])]);
    return act({ ...input, value: rows }).value;
  });
  return { ...input, value: graph.node('Concat', done, { axis: 0 }) };
}

/** Tokens of one row become those of as many as `like` has. */
function inRowsOf(writer: TransformerWriter, tokens: Tokens, like: Value): Tokens {
  const batch = withRowsOf(writer, unflatten(writer, tokens), 3, like);
  return flatten(writer, batch, tokens.channels);
}

/** One graph for all keys and values: `[batch, tokens, width]` through each layer's two projections. */
export function contextGraph(width: number, weights: WeightSource, layers: readonly CrossAttention[]): OnnxGraph {
  const graph = new GraphBuilder('unet-context');
  const writer: LayerWriter = { graph, weights, attention: 'plain', convolution: 'direct', scaling: 'apart' };
  const context = graph.input('context', ['batch', 'tokens', width]);
  const flat = graph.node('Reshape', [context, graph.integers([-1, width])]);
  const leading = graph.node('Shape', [context], { start: 0, end: 2 });
  for (const [index, { name, channels }] of layers.entries()) {
    const shape = graph.node('Concat', [leading, graph.integers([channels])], { axis: 0 });
    for (const [output, part] of [
      [`key_${index}`, 'to_k'],
      [`value_${index}`, 'to_v'],
    ] as const) {
      const value = linear(writer, `${name}.${part}`, flat, [width, channels], { bias: false });
      graph.output(output, graph.node('Reshape', [value, shape]), ['batch', 'tokens', channels]);
    }
  }
  return graph.finish();
}
