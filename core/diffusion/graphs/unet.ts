import { GraphBuilder, type OnnxGraph, type Value } from '../onnx/graph-builder.ts';
import type { WeightSource } from '../onnx/weight-source.ts';
import {
  add,
  attention,
  conv,
  type FeatureMap,
  type Forms,
  groupNorm,
  type LayerWriter,
  layerNorm,
  linear,
  type ResnetOptions,
  resizeTo,
  resnet,
  silu,
  type Tokens,
  toFeatureMap,
  toTokens,
  twofoldConv,
  unflatten,
} from './layers.ts';
import { downBlocks, type UnetBlock, type UnetConfig, upBlocks } from './unet-config.ts';
import type { WinogradTile } from './winograd.ts';

/** A layer that attends to the prompt. Its keys and values depend on the prompt alone: they are made once a picture, not once a step. */
export interface CrossAttention {
  readonly name: string;
  readonly channels: number;
}

/** One graph of a UNet; those of one UNet run in turn, each taking inputs by name from the caller and from all before it. */
export type UnetSegments = readonly OnnxGraph[];

export interface UnetGraphs {
  /**
   * In: `sample` `[batch, channels, h, w]`; `time` `[1, block_out_channels[0]]`, see `timestepFeatures`; for SDXL `added`
   * `[batch, projection_class_embeddings_input_dim]`; where the network is told it `guidance` `[1, time_cond_proj_dim]`; `key_N` and `value_N` `[batch, tokens, channels]` of each cross attention.
   * Out, of the last: `noise`, shaped like the sample.
   */
  readonly segments: UnetSegments;
  /** In: `context` `[batch, tokens, cross_attention_dim]`. Out: every `key_N` and `value_N`. Null when no block attends to a prompt. */
  readonly context: OnnxGraph | null;
}

export interface UnetOptions extends Forms {
  /**
   * A segment is closed when its weights take more than this as float32. While the runtime loads a graph it holds its weights two to
   * three times over; in segments, only those of one.
   */
  readonly segmentBytes: number;
  /** Whether every size on the way down is twice the next: else the way up takes its sizes from what it joins. */
  readonly halvesEvenly: boolean;
}

interface Skip extends FeatureMap {
  readonly name: string;
  readonly segment: number;
}

/** The writer of the segment that is open, and what all segments share. */
interface UnetWriter extends LayerWriter {
  readonly config: UnetConfig;
  readonly segment: number;
  readonly time: NonNullable<ResnetOptions['time']>;
  readonly crossAttentions: CrossAttention[];
}

/** UNet2DConditionModel of Stable Diffusion 1, 2 and XL. */
export function unetGraphs(config: UnetConfig, weights: WeightSource, options: UnetOptions): UnetGraphs {
  const finished: OnnxGraph[] = [];
  let writer = firstSegment(config, weights, options);
  const sample = writer.graph.input('sample', ['batch', config.in_channels, 'height', 'width']);
  const skips: Skip[] = [];
  let skipCount = 0;
  const keep = (of: FeatureMap) => {
    skips.push({ ...of, name: `skip_${skipCount++}`, segment: writer.segment });
  };
  const cutWhenFull = () => {
    if (writer.graph.weightBytes <= options.segmentBytes) return;
    const name = `map_${writer.segment}`;
    writer.graph.output(name, map.value, mapDims(name, map));
    for (const skip of skips)
      if (skip.segment === writer.segment) writer.graph.output(skip.name, skip.value, mapDims(skip.name, skip));
    if (writer.segment === 0) writer.graph.output(timeName, writer.time.value, timeDims(writer.time.channels));
    finished.push(writer.graph.finish());
    writer = nextSegment(writer);
    map = { ...map, value: writer.graph.input(name, mapDims(name, map)) };
  };

  const down = downBlocks(config);
  let map: FeatureMap = { value: sample, channels: config.in_channels };
  map = conv(writer, 'conv_in', map, config.block_out_channels[0] ?? 0);
  keep(map);
  for (const [index, block] of down.entries()) {
    const name = `down_blocks.${index}`;
    for (let layer = 0; layer < block.resnets; layer++) {
      map = blockLayer(writer, name, layer, map, { ...block, tile: tileAt(config, index, block) });
      keep(map);
      cutWhenFull();
    }
    if (index < down.length - 1) {
      map = conv(writer, `${name}.downsamplers.0.conv`, map, block.channels, { stride: 2 });
      keep(map);
    }
  }

  const innermost = down.at(-1);
  if (config.mid_block_type !== null && innermost !== undefined)
    map = midBlock(writer, map, { ...innermost, tile: tileAt(config, down.length - 1, innermost) });
  cutWhenFull();

  const up = upBlocks(config);
  for (const [index, block] of up.entries()) {
    const name = `up_blocks.${index}`;
    const level = up.length - 1 - index;
    for (let layer = 0; layer < block.resnets; layer++) {
      const joined = join(writer, map, skips.pop());
      map = blockLayer(writer, name, layer, joined, { ...block, tile: tileAt(config, level, block) });
      cutWhenFull();
    }
    const next = skips.at(-1);
    if (index === up.length - 1 || next === undefined) continue;
    const upsampler = `${name}.upsamplers.0.conv`;
    if (options.halvesEvenly) map = twofoldConv(writer, upsampler, map, block.channels);
    else {
      // The size of what comes next, not twice the own: a height of 9 was halved to 5.
      const size = writer.graph.node('Shape', [skipValue(writer, next)], { start: 2 });
      map = conv(writer, upsampler, resizeTo(writer, map, size), block.channels);
    }
  }

  const norms = { groups: config.norm_num_groups, epsilon: config.norm_eps };
  const normed = groupNorm(writer, 'conv_norm_out', map, norms);
  const out = conv(writer, 'conv_out', { ...normed, value: silu(writer, normed.value) }, config.out_channels);
  writer.graph.output('noise', out.value, ['batch', config.out_channels, 'height', 'width']);
  const { crossAttentions } = writer;
  return {
    segments: [...finished, writer.graph.finish()],
    context: crossAttentions.length === 0 ? null : contextGraph(config, weights, crossAttentions),
  };
}

/** The widest maps whose kernels may grow fourfold: wider ones hold most of a network's weights. */
const widestGrown = 640;

/**
 * Tiles of a level's 3x3 convolutions, by the size it has in a picture of the usual size. Further down maps are too small to fill a
 * product of matrices, and weights big.
 */
function tileAt({ sample_size }: UnetConfig, level: number, { channels }: UnetBlock): WinogradTile | undefined {
  const size = (typeof sample_size === 'number' ? sample_size : Math.max(...sample_size)) / 2 ** level;
  if (size < 16) return undefined;
  return size >= 32 && channels <= widestGrown ? 4 : 2;
}

interface BlockAtLevel extends UnetBlock {
  readonly tile: WinogradTile | undefined;
}

const timeName = 'time_embedding';
const timeDims = (channels: number) => ['time_batch', channels];
const mapDims = (name: string, { channels }: FeatureMap) => ['batch', channels, `${name}_height`, `${name}_width`];

function firstSegment(config: UnetConfig, weights: WeightSource, { attention, convolution }: Forms): UnetWriter {
  const plain: LayerWriter = { graph: new GraphBuilder('unet'), weights, attention, convolution };
  return { ...plain, config, segment: 0, time: timeEmbedding(plain, config), crossAttentions: [] };
}

function nextSegment(before: UnetWriter): UnetWriter {
  const graph = new GraphBuilder('unet');
  const { channels } = before.time;
  const time = { value: graph.input(timeName, timeDims(channels)), channels };
  return { ...before, graph, segment: before.segment + 1, time };
}

/** A skip of an earlier segment is an input of this one, made when it is first asked for. */
function skipValue(writer: UnetWriter, skip: Skip): Value {
  return skip.segment === writer.segment ? skip.value : writer.graph.input(skip.name, mapDims(skip.name, skip));
}

/** One graph for all keys and values: `[batch, tokens, cross_attention_dim]` through each layer's two projections. */
function contextGraph(config: UnetConfig, weights: WeightSource, layers: readonly CrossAttention[]): OnnxGraph {
  const graph = new GraphBuilder('unet-context');
  const writer: LayerWriter = { graph, weights, attention: 'plain', convolution: 'direct' };
  const width = config.cross_attention_dim;
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

/** Through the activation that every resnet would put before its own projection, once for all. */
function timeEmbedding(writer: LayerWriter, config: UnetConfig): NonNullable<ResnetOptions['time']> {
  const { graph } = writer;
  const inputChannels = config.block_out_channels[0] ?? 0;
  const channels = inputChannels * 4;
  const features = graph.input('time', [1, inputChannels]);
  const twoLayers = (name: string, input: Value, width: number) => {
    const hidden = silu(writer, linear(writer, `${name}.linear_1`, input, [width, channels]));
    return linear(writer, `${name}.linear_2`, hidden, [channels, channels]);
  };
  const time = twoLayers('time_embedding', withGuidance(writer, config, features), inputChannels);
  const addedWidth = config.projection_class_embeddings_input_dim;
  if (config.addition_embed_type === null || addedWidth === null) return { value: silu(writer, time), channels };
  const added = twoLayers('add_embedding', graph.input('added', ['batch', addedWidth]), addedWidth);
  return { value: silu(writer, add(writer, time, added)), channels };
}

/** Latent consistency models are told how closely to follow the prompt: it is added to the time's features. */
function withGuidance(writer: LayerWriter, config: UnetConfig, features: Value): Value {
  const width = config.time_cond_proj_dim;
  if (width === null) return features;
  const guidance = writer.graph.input('guidance', [1, width]);
  const shape = [width, config.block_out_channels[0] ?? 0] as const;
  return add(writer, features, linear(writer, 'time_embedding.cond_proj', guidance, shape, { bias: false }));
}

function midBlock(writer: UnetWriter, input: FeatureMap, block: BlockAtLevel): FeatureMap {
  let map = unetResnet(writer, 'mid_block.resnets.0', input, block);
  map = transformer(writer, 'mid_block.attentions.0', map, block);
  return unetResnet(writer, 'mid_block.resnets.1', map, block);
}

function blockLayer(
  writer: UnetWriter,
  name: string,
  layer: number,
  input: FeatureMap,
  block: BlockAtLevel,
): FeatureMap {
  const map = unetResnet(writer, `${name}.resnets.${layer}`, input, block);
  return block.hasAttention ? transformer(writer, `${name}.attentions.${layer}`, map, block) : map;
}

const unetResnet = (
  writer: UnetWriter,
  name: string,
  input: FeatureMap,
  { channels, tile }: BlockAtLevel,
): FeatureMap =>
  resnet(writer, name, input, {
    channels,
    tile,
    groups: writer.config.norm_num_groups,
    epsilon: writer.config.norm_eps,
    time: writer.time,
  });

/** Puts a skip behind the map's channels. */
function join(writer: UnetWriter, map: FeatureMap, skip: Skip | undefined): FeatureMap {
  if (skip === undefined) throw new RangeError('the way up has more layers than the way down left skips');
  return {
    value: writer.graph.node('Concat', [map.value, skipValue(writer, skip)], { axis: 1 }),
    channels: map.channels + skip.channels,
  };
}

/**
 * diffusers' Transformer2DModel. Its projections are written as linear layers over tokens also where the bundle has 1x1 convolutions:
 * the same numbers in the same order.
 */
function transformer(writer: UnetWriter, name: string, input: FeatureMap, block: UnetBlock): FeatureMap {
  const { channels } = input;
  const square = [channels, channels] as const;
  const normed = groupNorm(writer, `${name}.norm`, input, { groups: writer.config.norm_num_groups, epsilon: 1e-6 });
  let tokens = toTokens(writer, normed);
  tokens = { ...tokens, value: linear(writer, `${name}.proj_in`, tokens.value, square) };
  for (let layer = 0; layer < block.transformerLayers; layer++)
    tokens = transformerBlock(writer, `${name}.transformer_blocks.${layer}`, tokens, block.heads);
  tokens = { ...tokens, value: linear(writer, `${name}.proj_out`, tokens.value, square) };
  return { channels, value: add(writer, toFeatureMap(writer, tokens, input).value, input.value) };
}

const layerNormEpsilon = 1e-5;

/** diffusers' BasicTransformerBlock: self attention, cross attention, gated feed-forward. */
function transformerBlock(writer: UnetWriter, name: string, input: Tokens, heads: number): Tokens {
  const { graph } = writer;
  const { channels } = input;
  const square = [channels, channels] as const;
  const project = (part: string, value: Value) =>
    unflatten(writer, { ...input, value: linear(writer, `${name}.${part}`, value, square, { bias: false }) });
  const after = (part: string, before: Value, mixed: Value): Tokens => ({
    ...input,
    value: add(writer, linear(writer, `${name}.${part}.to_out.0`, mixed, square), before),
  });

  const own = layerNorm(writer, `${name}.norm1`, input, layerNormEpsilon).value;
  const query = project('attn1.to_q', own);
  const selfMixed = attention(writer, {
    query,
    key: project('attn1.to_k', own),
    value: project('attn1.to_v', own),
    channels,
    heads,
  });
  const attended = after('attn1', input.value, selfMixed);

  const index = writer.crossAttentions.push({ name: `${name}.attn2`, channels }) - 1;
  const asked = layerNorm(writer, `${name}.norm2`, attended, layerNormEpsilon).value;
  const crossMixed = attention(writer, {
    query: project('attn2.to_q', asked),
    key: graph.input(`key_${index}`, ['batch', 'tokens', channels]),
    value: graph.input(`value_${index}`, ['batch', 'tokens', channels]),
    channels,
    heads,
  });
  const informed = after('attn2', attended.value, crossMixed);

  const fed = layerNorm(writer, `${name}.norm3`, informed, layerNormEpsilon).value;
  const wide = channels * 4;
  // The two halves of the gated layer as two products over two ranges of its weight: a Split would copy the result.
  const half = (rows: readonly [number, number]) =>
    linear(writer, `${name}.ff.net.0.proj`, fed, [channels, 2 * wide], { rows });
  const gated = graph.node('Mul', [half([0, wide]), graph.node('Gelu', [half([wide, 2 * wide])])]);
  const narrow = linear(writer, `${name}.ff.net.2`, gated, [wide, channels]);
  return { ...informed, value: add(writer, informed.value, narrow) };
}
