import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { WeightSource } from '../weights/weight-source.ts';
import { canBeTurned } from './winograd/turned-kernels.ts';
import { type WinogradForm, winogradConv, winogradTwofoldConv } from './winograd/winograd-conv.ts';

/**
 * `fused`: ONNX Runtime's MultiHeadAttention, a flash attention on CPU: at 4096 tokens a tenth of the memory.
 * `plain`: products and a softmax, for providers whose fused operator has not proved itself.
 */
export type AttentionForm = 'fused' | 'plain';

/**
 * `direct`: as they are. `winograd`: big 3x3 convolutions with fewer multiplications, at the price of bigger weights. For the CPU: drivers
 * of graphics cards choose for themselves.
 */
export type ConvolutionForm = 'direct' | 'winograd';

/**
 * `together`: channels are scaled and shifted in one pass over a map, by a BatchNormalization whose mean is 0 and variance 1. `apart`: in two,
 * by operators that every provider has.
 */
export type ScalingForm = 'together' | 'apart';

/** How parts of a network are written that can be written in several ways, to the same numbers. */
export interface Forms {
  readonly attention: AttentionForm;
  readonly convolution: ConvolutionForm;
  readonly scaling: ScalingForm;
}

/** Where layers are written to, and where their weights come from. */
export interface LayerWriter extends Forms {
  readonly graph: GraphBuilder;
  readonly weights: WeightSource;
}

/** `[batch, channels, height, width]` */
export interface FeatureMap {
  readonly value: Value;
  readonly channels: number;
}

/** `[batch * tokens, channels]`: flat, so that a linear layer is one Gemm with its bias. `shape` is the value `[batch, tokens, channels]`. */
export interface Tokens {
  readonly value: Value;
  readonly channels: number;
  readonly shape: Value;
}

export interface ConvOptions {
  readonly kernelSize?: number;
  readonly stride?: number;
  /** Top, left, bottom, right. */
  readonly pads?: readonly [number, number, number, number];
  /** Fewer multiplications and bigger weights, for a 3x3 kernel at stride 1; see winograd/. */
  readonly winograd?: WinogradForm | undefined;
}

/** Below, the turning to and fro takes longer than the multiplications, or as long for more nodes. */
const leastWinogradChannels = 128;
const leastTwofoldChannels = 192;

const takesWinograd = (
  { convolution }: LayerWriter,
  input: FeatureMap,
  channels: number,
  least: number = leastWinogradChannels,
): boolean => convolution === 'winograd' && Math.min(input.channels, channels) >= least;

export function conv(
  writer: LayerWriter,
  name: string,
  input: FeatureMap,
  channels: number,
  { kernelSize = 3, stride = 1, pads = [1, 1, 1, 1], winograd }: ConvOptions = {},
): FeatureMap {
  const { graph, weights } = writer;
  const kernel = weights.tensor(`${name}.weight`, [channels, input.channels, kernelSize, kernelSize]);
  const bias = weights.tensor(`${name}.bias`, [channels]);
  if (winograd !== undefined && takesWinograd(writer, input, channels) && canBeTurned(kernel.shape))
    return { value: winogradConv(graph, { value: input.value, kernel, bias }, winograd), channels };
  const value = graph.node('Conv', [input.value, graph.weight(kernel), graph.weight(bias)], {
    kernel_shape: [kernelSize, kernelSize],
    strides: [stride, stride],
    pads,
  });
  return { value, channels };
}

export const pointwiseConv = (writer: LayerWriter, name: string, input: FeatureMap, channels: number): FeatureMap =>
  conv(writer, name, input, channels, { kernelSize: 1, pads: [0, 0, 0, 0] });

export interface LinearOptions {
  readonly bias?: boolean;
  /** Only these of the layer's outputs: first to past the last. */
  readonly rows?: readonly [number, number];
  /** Multiplies as {@link linearToColumns} does: faster where `n` is small, and the same numbers. */
  readonly hasFewTokens?: boolean;
}

/** `[n, inChannels]` to `[n, outChannels]`; `outChannels` is the whole layer's, also where `rows` takes a part. */
export function linear(
  writer: LayerWriter,
  name: string,
  input: Value,
  shape: readonly [number, number],
  options: LinearOptions = {},
): Value {
  const { bias = true, rows, hasFewTokens = false } = options;
  if (hasFewTokens) return columnsToRows(writer, linearToColumns(writer, name, input, shape, options));
  const { graph, weights } = writer;
  const [inChannels, outChannels] = shape;
  const part = rows === undefined ? {} : { rows };
  const inputs = [input, graph.weight(weights.tensor(`${name}.weight`, [outChannels, inChannels]), part)];
  if (bias) inputs.push(graph.weight(weights.tensor(`${name}.bias`, [outChannels]), part));
  return graph.node('Gemm', inputs, { transB: 1 });
}

/**
 * A linear layer with the weight as the left matrix, of which then nothing has to be put in order before it is multiplied: with few tokens
 * a fifth to a half less time. Gives columns, `[outChannels, n]`; `takes` says how the input lies.
 */
export function linearToColumns(
  { graph, weights }: LayerWriter,
  name: string,
  input: Value,
  [inChannels, outChannels]: readonly [number, number],
  { bias = true, rows = [0, outChannels] }: LinearOptions = {},
  takes: 'rows' | 'columns' = 'rows',
): Value {
  const inputs = [graph.weight(weights.tensor(`${name}.weight`, [outChannels, inChannels]), { rows }), input];
  const dims = [rows[1] - rows[0], 1];
  if (bias) inputs.push(graph.weight(weights.tensor(`${name}.bias`, [outChannels]), { rows, dims }));
  return graph.node('Gemm', inputs, { transB: takes === 'rows' ? 1 : 0 });
}

/**
 * `[channels, n]` to `[n, channels]`. In three dimensions, since of a Gemm and a Transpose the runtime makes one Gemm, with the weight on the
 * right again.
 */
export function columnsToRows({ graph }: LayerWriter, columns: Value): Value {
  const deep = graph.node('Unsqueeze', [columns, graph.integers([0])]);
  return graph.node('Squeeze', [graph.node('Transpose', [deep], { perm: [0, 2, 1] }), graph.integers([0])]);
}

/** Also called swish. */
export const silu = ({ graph }: LayerWriter, value: Value): Value =>
  graph.node('Mul', [value, graph.node('Sigmoid', [value])]);

/** diffusers' names. */
export const activationNames = ['silu', 'swish', 'mish', 'gelu', 'relu'] as const;
export type ActivationName = (typeof activationNames)[number];

/** diffusers' `act_fn`. */
export function activate(writer: LayerWriter, name: ActivationName, value: Value): Value {
  const { graph } = writer;
  switch (name) {
    case 'silu':
    case 'swish':
      return silu(writer, value);
    case 'mish':
      return graph.node('Mul', [value, graph.node('Tanh', [graph.node('Softplus', [value])])]);
    case 'gelu':
      return graph.node('Gelu', [value]);
    case 'relu':
      return graph.node('Relu', [value]);
  }
}

export const add = ({ graph }: LayerWriter, left: Value, right: Value): Value => graph.node('Add', [left, right]);

/** A feature map's cells as tokens, row by row. */
export function toTokens(writer: LayerWriter, { value, channels }: FeatureMap): Tokens {
  const { graph } = writer;
  const cells = graph.node('Reshape', [value, graph.integers([0, channels, -1])]);
  const ordered = graph.node('Transpose', [cells], { perm: [0, 2, 1] });
  return flatten(writer, ordered, channels);
}

/** From `[batch, tokens, channels]`. */
export const flatten = ({ graph }: LayerWriter, batch: Value, channels: number): Tokens => ({
  value: graph.node('Reshape', [batch, graph.integers([-1, channels])]),
  channels,
  shape: graph.node('Shape', [batch]),
});

/** Back from {@link toTokens}, to the height and width of `like`. */
export function toFeatureMap(writer: LayerWriter, tokens: Tokens, like: FeatureMap): FeatureMap {
  const { graph } = writer;
  const cells = graph.node('Transpose', [unflatten(writer, tokens)], { perm: [0, 2, 1] });
  const size = graph.node('Shape', [like.value], { start: 2 });
  const shape = graph.node('Concat', [graph.integers([0, 0]), size], { axis: 0 });
  return { value: graph.node('Reshape', [cells, shape]), channels: tokens.channels };
}

/** `[batch, tokens, channels]` */
export const unflatten = ({ graph }: LayerWriter, { value, shape }: Tokens): Value =>
  graph.node('Reshape', [value, shape]);

/** As many rows as `like` has: one that stands for all of them is repeated. `rank` is that of `value`. */
export function withRowsOf({ graph }: LayerWriter, value: Value, rank: number, like: Value): Value {
  const rows = graph.node('Shape', [like], { start: 0, end: 1 });
  const ones = graph.integers(Array.from({ length: rank - 1 }, () => 1));
  return graph.node('Expand', [value, graph.node('Concat', [rows, ones], { axis: 0 })]);
}

export interface AttentionInput {
  /** `[batch, tokens, channels]` */
  readonly query: Value;
  /** `[batch, other tokens, channels]`, as `value`. */
  readonly key: Value;
  readonly value: Value;
  readonly channels: number;
  readonly heads: number;
  /** Added to the scores, `[1, 1, tokens, other tokens]`. */
  readonly mask?: Value;
}

/** Scaled dot-product attention; `[batch * tokens, channels]`. */
export function attention({ graph, attention: form }: LayerWriter, input: AttentionInput): Value {
  const { channels, heads, mask } = input;
  const flat = graph.integers([-1, channels]);
  if (form === 'fused') {
    const inputs = [input.query, input.key, input.value, ...(mask === undefined ? [] : ['', '', mask])];
    return graph.node('Reshape', [graph.contribNode('MultiHeadAttention', inputs, { num_heads: heads }), flat]);
  }
  const headSize = channels / heads;
  const split = (value: Value, perm: readonly number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [value, graph.integers([0, 0, heads, headSize])])], { perm });
  const scores = graph.node('MatMul', [split(input.query, [0, 2, 1, 3]), split(input.key, [0, 2, 3, 1])]);
  const scaled = graph.node('Mul', [scores, graph.floats([headSize ** -0.5], [])]);
  const masked = mask === undefined ? scaled : graph.node('Add', [scaled, mask]);
  const shares = graph.node('Softmax', [masked], { axis: -1 });
  const mixed = graph.node('MatMul', [shares, split(input.value, [0, 2, 1, 3])]);
  return graph.node('Reshape', [graph.node('Transpose', [mixed], { perm: [0, 2, 1, 3] }), flat]);
}

/** Nearest neighbour, to the height and width of `size` (int64 `[2]`). */
export function resizeTo({ graph }: LayerWriter, input: FeatureMap, size: Value): FeatureMap {
  const leading = graph.node('Shape', [input.value], { start: 0, end: 2 });
  const sizes = graph.node('Concat', [leading, size], { axis: 0 });
  return { ...input, value: graph.node('Resize', [input.value, '', '', sizes], nearest) };
}

/** Nearest neighbour, twice as high and wide. */
const resizeTwofold = ({ graph }: LayerWriter, input: FeatureMap): FeatureMap => ({
  ...input,
  value: graph.node('Resize', [input.value, '', graph.floats([1, 1, 2, 2])], nearest),
});

/** A 3x3 convolution over a map that is first made twice as high and wide. */
export function twofoldConv(
  writer: LayerWriter,
  name: string,
  input: FeatureMap,
  channels: number,
  form: WinogradForm,
): FeatureMap {
  if (!takesWinograd(writer, input, channels, leastTwofoldChannels))
    return conv(writer, name, resizeTwofold(writer, input), channels);
  const kernel = writer.weights.tensor(`${name}.weight`, [channels, input.channels, 3, 3]);
  const bias = writer.weights.tensor(`${name}.bias`, [channels]);
  return { value: winogradTwofoldConv(writer.graph, { value: input.value, kernel, bias }, form), channels };
}

const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
