import { GraphBuilder, type OnnxGraph, type Value } from '../onnx/graph-builder.ts';
import type { WeightSource } from '../weights/weight-source.ts';
import {
  type ActivationName,
  activate,
  add,
  conv,
  type FeatureMap,
  type Forms,
  flatten,
  type LayerWriter,
  linear,
  resizeTo,
  twofoldConv,
  unflatten,
  withRowsOf,
} from './layers.ts';
import { groupNorm } from './norms.ts';
import { type ResnetTime, resnet } from './resnet.ts';
import { contextGraph, type TransformerWriter, transformer } from './transformer.ts';
import { downBlocks, type UnetBlock, type UnetConfig, upBlocks } from './unet-config.ts';
import { atLevel, type BlockAtLevel } from './unet-levels.ts';

/** One graph of a UNet; those of one UNet run in turn, each taking inputs by name from the caller and from all before it. */
export type UnetSegments = readonly OnnxGraph[];

export interface UnetGraphs {
  /**
   * In: `sample` `[batch, channels, h, w]`, or one row for the whole batch, which is then one until rows must differ; `time` `[1, block_out_channels[0]]`, see `timestepFeatures`; for SDXL `added`
   * `[batch, projection_class_embeddings_input_dim]`; where the network is told it `guidance` `[1, time_cond_proj_dim]`; `key_N` and `value_N` `[batch, tokens, channels]` of each cross attention.
   * Out, of the last: `noise`, a row for each of the keys.
   */
  readonly segments: UnetSegments;
  /** With `partsRows`, what is the same for all rows: it is run before the segments, which take what it gives. Else null. */
  readonly shared: OnnxGraph | null;
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
  /** Whether what comes before the first attention to the prompt is a graph of its own, where that is much. */
  readonly partsRows?: boolean;
}

/** A value of one graph that is an input of the next. */
interface PassedOn {
  readonly name: string;
  readonly value: Value;
  readonly dims: readonly (number | string)[];
}

interface Skip extends FeatureMap {
  readonly name: string;
  /** Whether one row may still stand for the whole batch. */
  readonly isShared: boolean;
  readonly segment: number;
}

/** The writer of the segment that is open, and what all segments share. */
interface UnetWriter extends TransformerWriter {
  readonly config: UnetConfig;
  readonly segment: number;
  readonly time: ResnetTime;
}

/** UNet2DConditionModel of Stable Diffusion 1, 2 and XL. */
export function unetGraphs(config: UnetConfig, weights: WeightSource, options: UnetOptions): UnetGraphs {
  const finished: OnnxGraph[] = [];
  let writer = firstSegment(config, weights, options);
  const sample = writer.graph.input('sample', ['sample_batch', config.in_channels, 'height', 'width']);
  const skips: Skip[] = [];
  let skipCount = 0;
  const keep = (of: FeatureMap) => {
    // SDXL's rows differ in what is added to the time, from the first resnet on; others' when they first attend to the prompt.
    const isShared = writer.crossAttentions.length === 0 && (skipCount === 0 || config.addition_embed_type === null);
    skips.push({ ...of, name: `skip_${skipCount++}`, isShared, segment: writer.segment });
  };
  /** Ends the graph; what is passed on comes as inputs of the next one. */
  const startNext = (passed: readonly PassedOn[]): Value[] => {
    for (const { name, value, dims } of passed) writer.graph.output(name, value, dims);
    for (const skip of skips)
      if (skip.segment === writer.segment) writer.graph.output(skip.name, skip.value, mapDims(skip.name, skip));
    if (writer.segment === 0) writer.graph.output(timeName, writer.time.value, timeDims(writer.time.channels));
    finished.push(writer.graph.finish());
    writer = nextSegment(writer);
    return passed.map(({ name, dims }) => writer.graph.input(name, dims));
  };
  const levelOf = (level: number, block: UnetBlock) => atLevel(config, level, block, options.halvesEvenly);
  const down = downBlocks(config);
  let shared: OnnxGraph | null = null;
  // SDXL's rows differ from the first resnet on. Where the largest maps attend to nothing, handing over takes as long as is won.
  const partsRows = options.partsRows === true && config.addition_embed_type === null && down[0]?.hasAttention === true;
  if (partsRows)
    writer = {
      ...writer,
      partRows: (before) => {
        const { channels } = before.tokens;
        const tokens = unflatten(writer, before.tokens);
        const [value = '', batch = ''] = startNext([
          { name: 'map_shared', value: before.map.value, dims: mapDims('map_shared', before.map) },
          { name: 'tokens_shared', value: tokens, dims: ['tokens_batch', 'shared_tokens', channels] },
        ]);
        shared = finished.pop() ?? null;
        return { writer, map: { ...before.map, value }, tokens: flatten(writer, batch, channels) };
      },
    };
  const cutWhenFull = () => {
    const isAllShared = partsRows && shared === null;
    if (isAllShared || writer.graph.weightBytes <= options.segmentBytes) return;
    const name = `map_${writer.segment}`;
    const [value = ''] = startNext([{ name, value: map.value, dims: mapDims(name, map) }]);
    map = { ...map, value };
  };

  let map: FeatureMap = { value: sample, channels: config.in_channels };
  map = conv(writer, 'conv_in', map, config.block_out_channels[0] ?? 0);
  keep(map);
  for (const [index, block] of down.entries()) {
    const name = `down_blocks.${index}`;
    for (let layer = 0; layer < block.resnets; layer++) {
      map = blockLayer(writer, name, layer, map, levelOf(index, block));
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
    map = midBlock(writer, map, levelOf(down.length - 1, innermost));
  cutWhenFull();

  const up = upBlocks(config);
  for (const [index, block] of up.entries()) {
    const name = `up_blocks.${index}`;
    const level = up.length - 1 - index;
    for (let layer = 0; layer < block.resnets; layer++) {
      const joined = join(writer, map, skips.pop());
      map = blockLayer(writer, name, layer, joined, levelOf(level, block));
      cutWhenFull();
    }
    const next = skips.at(-1);
    if (index === up.length - 1 || next === undefined) continue;
    const upsampler = `${name}.upsamplers.0.conv`;
    if (options.halvesEvenly)
      map = twofoldConv(writer, upsampler, map, block.channels, levelOf(level, block).winograd ?? { tile: 2 });
    else {
      // The size of what comes next, not twice the own: a height of 9 was halved to 5.
      const size = writer.graph.node('Shape', [skipValue(writer, next)], { start: 2 });
      map = conv(writer, upsampler, resizeTo(writer, map, size), block.channels);
    }
  }

  const norms = { groups: config.norm_num_groups, epsilon: config.norm_eps };
  const normed = groupNorm(writer, 'conv_norm_out', map, norms);
  const last = activate(writer, config.act_fn, normed.value);
  const out = conv(writer, 'conv_out', { ...normed, value: last }, config.out_channels);
  writer.graph.output('noise', out.value, ['batch', config.out_channels, 'height', 'width']);
  const { crossAttentions } = writer;
  return {
    segments: [...finished, writer.graph.finish()],
    shared,
    context: crossAttentions.length === 0 ? null : contextGraph(config.cross_attention_dim, weights, crossAttentions),
  };
}

const timeName = 'time_embedding';
const timeDims = (channels: number) => ['time_batch', channels];
const mapDims = (name: string, { channels }: FeatureMap) => [
  `${name}_batch`,
  channels,
  `${name}_height`,
  `${name}_width`,
];

function firstSegment(
  config: UnetConfig,
  weights: WeightSource,
  { attention, convolution, scaling }: Forms,
): UnetWriter {
  const plain: LayerWriter = { graph: new GraphBuilder('unet'), weights, attention, convolution, scaling };
  return { ...plain, config, segment: 0, time: timeEmbedding(plain, config), crossAttentions: [], partRows: null };
}

function nextSegment(before: UnetWriter): UnetWriter {
  const graph = new GraphBuilder('unet');
  const { channels } = before.time;
  const time = { ...before.time, value: graph.input(timeName, timeDims(channels)) };
  return { ...before, graph, segment: before.segment + 1, time };
}

/** A skip of an earlier segment is an input of this one, made when it is first asked for. */
function skipValue(writer: UnetWriter, skip: Skip): Value {
  return skip.segment === writer.segment ? skip.value : writer.graph.input(skip.name, mapDims(skip.name, skip));
}

/** Through the activation that every resnet would put before its own projection, once for all. */
function timeEmbedding(writer: LayerWriter, config: UnetConfig): ResnetTime {
  const { graph } = writer;
  const inputChannels = config.block_out_channels[0] ?? 0;
  const channels = inputChannels * 4;
  const features = graph.input('time', [1, inputChannels]);
  const twoLayers = (name: string, input: Value, width: number, activation: ActivationName) => {
    const hidden = activate(writer, activation, linear(writer, `${name}.linear_1`, input, [width, channels]));
    return linear(writer, `${name}.linear_2`, hidden, [channels, channels]);
  };
  const { act_fn: activation, resnet_time_scale_shift: form } = config;
  const finish = (value: Value): ResnetTime => ({ value: activate(writer, activation, value), channels, form });
  const time = twoLayers('time_embedding', withGuidance(writer, config, features), inputChannels, activation);
  const addedWidth = config.projection_class_embeddings_input_dim;
  if (config.addition_embed_type === null || addedWidth === null) return finish(time);
  // diffusers leaves this one at its default, whatever the config says.
  const added = twoLayers('add_embedding', graph.input('added', ['batch', addedWidth]), addedWidth, 'silu');
  return finish(add(writer, time, added));
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
  map = unetTransformer(writer, 'mid_block.attentions.0', map, block);
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
  return block.hasAttention ? unetTransformer(writer, `${name}.attentions.${layer}`, map, block) : map;
}

const unetResnet = (
  writer: UnetWriter,
  name: string,
  input: FeatureMap,
  { channels, winograd }: BlockAtLevel,
): FeatureMap =>
  resnet(writer, name, input, {
    channels,
    winograd,
    groups: writer.config.norm_num_groups,
    epsilon: writer.config.norm_eps,
    time: writer.time,
    activation: writer.config.act_fn,
  });

const unetTransformer = (writer: UnetWriter, name: string, input: FeatureMap, block: BlockAtLevel): FeatureMap =>
  transformer(writer, name, input, {
    heads: block.heads,
    layers: block.transformerLayers,
    usualTokens: block.usualTokens,
    groups: writer.config.norm_num_groups,
  });

/** Puts a skip behind the map's channels. */
function join(writer: UnetWriter, map: FeatureMap, skip: Skip | undefined): FeatureMap {
  if (skip === undefined) throw new RangeError('the way up has more layers than the way down left skips');
  const value = skipValue(writer, skip);
  const rows = skip.isShared ? withRowsOf(writer, value, 4, map.value) : value;
  return {
    value: writer.graph.node('Concat', [map.value, rows], { axis: 1 }),
    channels: map.channels + skip.channels,
  };
}
