import { z } from 'zod';
import { GraphBuilder, type OnnxGraph } from '../onnx/graph-builder.ts';
import { type WeightSource, type WeightTensor, weightSource } from '../weights/weight-source.ts';
import {
  activationNames,
  add,
  attention,
  conv,
  type FeatureMap,
  type Forms,
  type LayerWriter,
  linear,
  pointwiseConv,
  silu,
  toFeatureMap,
  toTokens,
  twofoldConv,
  unflatten,
} from './layers.ts';
import { groupNorm } from './norms.ts';
import { resnet } from './resnet.ts';
import type { WinogradForm } from './winograd/winograd-conv.ts';

const count = z.int().positive().max(100_000);

/** What of an AutoencoderKL's config.json the graphs depend on. Defaults are those of diffusers. */
export const VaeConfig = z
  .object({
    _class_name: z.literal('AutoencoderKL').default('AutoencoderKL'),
    /** Of its resnets; what comes before the last convolution is silu whatever it says. */
    act_fn: z.enum(activationNames).default('silu'),
    block_out_channels: z.array(count).min(1).max(16).default([64]),
    down_block_types: z.array(z.literal('DownEncoderBlock2D')).default(['DownEncoderBlock2D']),
    up_block_types: z.array(z.literal('UpDecoderBlock2D')).default(['UpDecoderBlock2D']),
    in_channels: z.literal(3).default(3),
    out_channels: z.literal(3).default(3),
    latent_channels: count.default(4),
    layers_per_block: count.max(64).default(1),
    mid_block_add_attention: z.boolean().default(true),
    norm_num_groups: count.default(32),
    scaling_factor: z.number().positive().default(0.18215),
    /** The pipelines of Stable Diffusion don't read it. */
    shift_factor: z.number().nullish(),
    /** Whether its values pass what half precision holds: it is then kept out of it. */
    force_upcast: z.boolean().default(true),
    latents_mean: z.array(z.number()).nullish(),
    latents_std: z.array(z.number()).nullish(),
    use_quant_conv: z.boolean().default(true),
    use_post_quant_conv: z.boolean().default(true),
  })
  .refine((config) => config.block_out_channels.every((channels) => channels % config.norm_num_groups === 0), {
    path: ['norm_num_groups'],
  })
  .refine((config) => config.up_block_types.length === config.block_out_channels.length, { path: ['up_block_types'] })
  .refine((config) => config.down_block_types.length === config.block_out_channels.length, {
    path: ['down_block_types'],
  })
  .refine((config) => hasEach(config.latents_mean, config), { path: ['latents_mean'] })
  .refine((config) => hasEach(config.latents_std, config) && config.latents_std?.every((one) => one > 0) !== false, {
    path: ['latents_std'],
  });
export type VaeConfig = z.infer<typeof VaeConfig>;

const hasEach = (values: readonly number[] | null | undefined, config: { readonly latent_channels: number }): boolean =>
  values == null || values.length === config.latent_channels;

/** Pixels a latent cell is wide and high. */
export const pixelsPerLatent = (config: VaeConfig): number => 2 ** (config.block_out_channels.length - 1);

const oldAttentionNames: Readonly<Record<string, string>> = {
  to_q: 'query',
  to_k: 'key',
  to_v: 'value',
  'to_out.0': 'proj_attn',
};

/** The VAEs of most published SD 1 and 2 bundles name their attention as diffusers did before 0.14. */
export const vaeWeights = (folder: string, tensors: ReadonlyMap<string, WeightTensor>): WeightSource =>
  weightSource(folder, tensors, (name) => {
    const old = name.replace(
      /\.(to_q|to_k|to_v|to_out\.0)\./,
      (_, part: string) => `.${oldAttentionNames[part] ?? part}.`,
    );
    return old === name ? [name] : [name, old];
  });

/** diffusers gives every norm of a VAE this, whatever the config says. */
const epsilon = 1e-6;

/**
 * How a level's 3x3 convolutions are written. Where it is wide, kernels are turned for each picture, which takes a tenth of a convolution of
 * 128 x 128 cells and still pays at 16 x 16: held they would be four times as large, on the levels that have most of the weights. A lowest
 * level that is not wide has nothing to win.
 *
 * Twice as many bands on each bigger level: the memory that a convolution works in is the same on all. More would save next to none, since
 * whole maps take most, and a graph of many nodes is slow to load.
 */
function winogradAt(config: VaeConfig, level: number): WinogradForm | undefined {
  const widths = config.block_out_channels;
  const isWide = (widths[level] ?? 0) > widestHeld;
  if (level === widths.length - 1 && !isWide) return undefined;
  const perCell = cellsPerLatentAt(config, level);
  return { tile: 4, bands: perCell, evenTo: perCell, kernels: isWide ? 'made' : 'held' };
}
/** Channels. A turned kernel from so many to as many holds 9 MB, from twice as many 38. */
const widestHeld = 256;

/** Of a convolution to the next bigger level. */
function twofoldAt(config: VaeConfig, level: number): WinogradForm {
  return { tile: 2, ...winogradAt(config, level), bands: 2 * cellsPerLatentAt(config, level) };
}

/** How many times as high and wide as a latent a level is. */
const cellsPerLatentAt = (config: VaeConfig, level: number): number => pixelsPerLatent(config) / 2 ** level;
/** Rows of the lowest latent in which each band has a row of tiles. */
export const leastBandedLatent = 4;

/** In: `latent` `[batch, latent channels, h, w]`, already divided by the scaling factor. Out: `image` `[batch, 3, 8h, 8w]`, about -1..1. */
export function vaeDecoderGraph(config: VaeConfig, weights: WeightSource, forms: Forms): OnnxGraph {
  const graph = new GraphBuilder('vae-decoder');
  const writer: LayerWriter = { graph, weights, ...forms };
  const norms = { groups: config.norm_num_groups, epsilon, activation: config.act_fn };
  const widths = config.block_out_channels.toReversed();
  const latent = graph.input('latent', ['batch', config.latent_channels, 'height', 'width']);
  let map: FeatureMap = { value: latent, channels: config.latent_channels };
  if (config.use_post_quant_conv) map = pointwiseConv(writer, 'post_quant_conv', map, config.latent_channels);
  map = conv(writer, 'decoder.conv_in', map, widths[0] ?? 0);
  map = middle(writer, 'decoder.mid_block', map, config);
  for (const [block, channels] of widths.entries()) {
    const name = `decoder.up_blocks.${block}`;
    const level = widths.length - 1 - block;
    const winograd = winogradAt(config, level);
    for (let layer = 0; layer <= config.layers_per_block; layer++)
      map = resnet(writer, `${name}.resnets.${layer}`, map, { channels, winograd, ...norms });
    if (block < widths.length - 1)
      map = twofoldConv(writer, `${name}.upsamplers.0.conv`, map, channels, twofoldAt(config, level));
  }
  map = conv(writer, 'decoder.conv_out', normAct(writer, 'decoder.conv_norm_out', map, config), config.out_channels);
  graph.output('image', map.value, ['batch', config.out_channels, 'image_height', 'image_width']);
  return graph.finish();
}

/**
 * In: `image` `[batch, 3, height, width]` in -1..1, both sizes multiples of {@link pixelsPerLatent}.
 * Out: `mean` and `log_variance` `[batch, latent channels, height / 8, width / 8]`, not scaled, the variance held to -30..20 as in diffusers.
 */
export function vaeEncoderGraph(config: VaeConfig, weights: WeightSource, forms: Forms): OnnxGraph {
  const graph = new GraphBuilder('vae-encoder');
  const writer: LayerWriter = { graph, weights, ...forms };
  const norms = { groups: config.norm_num_groups, epsilon, activation: config.act_fn };
  const widths = config.block_out_channels;
  const image = graph.input('image', ['batch', config.in_channels, 'height', 'width']);
  let map: FeatureMap = { value: image, channels: config.in_channels };
  map = conv(writer, 'encoder.conv_in', map, widths[0] ?? 0);
  for (const [block, channels] of widths.entries()) {
    const name = `encoder.down_blocks.${block}`;
    for (let layer = 0; layer < config.layers_per_block; layer++)
      map = resnet(writer, `${name}.resnets.${layer}`, map, {
        channels,
        winograd: winogradAt(config, block),
        ...norms,
      });
    if (block < widths.length - 1)
      map = conv(writer, `${name}.downsamplers.0.conv`, map, channels, { stride: 2, pads: [0, 0, 1, 1] });
  }
  map = middle(writer, 'encoder.mid_block', map, config);
  const moments = 2 * config.latent_channels;
  map = conv(writer, 'encoder.conv_out', normAct(writer, 'encoder.conv_norm_out', map, config), moments);
  if (config.use_quant_conv) map = pointwiseConv(writer, 'quant_conv', map, moments);
  const part = (first: number, end: number) =>
    graph.node('Slice', [map.value, graph.integers([first]), graph.integers([end]), graph.integers([1])]);
  const dims = ['batch', config.latent_channels, 'latent_height', 'latent_width'];
  graph.output('mean', part(0, config.latent_channels), dims);
  const held = graph.node('Clip', [
    part(config.latent_channels, moments),
    graph.floats([-30], []),
    graph.floats([20], []),
  ]);
  graph.output('log_variance', held, dims);
  return graph.finish();
}

function middle(writer: LayerWriter, name: string, input: FeatureMap, config: VaeConfig): FeatureMap {
  const options = {
    channels: input.channels,
    groups: config.norm_num_groups,
    epsilon,
    activation: config.act_fn,
    winograd: winogradAt(config, config.block_out_channels.length - 1),
  };
  let map = resnet(writer, `${name}.resnets.0`, input, options);
  if (config.mid_block_add_attention) map = selfAttention(writer, `${name}.attentions.0`, map, options.groups);
  return resnet(writer, `${name}.resnets.1`, map, options);
}

/** One head over all cells. */
function selfAttention(writer: LayerWriter, name: string, input: FeatureMap, groups: number): FeatureMap {
  const { channels } = input;
  const tokens = toTokens(writer, groupNorm(writer, `${name}.group_norm`, input, { groups, epsilon }));
  const project = (part: string) =>
    unflatten(writer, { ...tokens, value: linear(writer, `${name}.${part}`, tokens.value, [channels, channels]) });
  const mixed = attention(writer, {
    query: project('to_q'),
    key: project('to_k'),
    value: project('to_v'),
    channels,
    heads: 1,
  });
  const out = { ...tokens, value: linear(writer, `${name}.to_out.0`, mixed, [channels, channels]) };
  return { channels, value: add(writer, toFeatureMap(writer, out, input).value, input.value) };
}

function normAct(writer: LayerWriter, name: string, input: FeatureMap, config: VaeConfig): FeatureMap {
  const normed = groupNorm(writer, name, input, { groups: config.norm_num_groups, epsilon });
  return { ...normed, value: silu(writer, normed.value) };
}
