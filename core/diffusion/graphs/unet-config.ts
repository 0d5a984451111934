import { z } from 'zod';
import { activationNames } from './layers.ts';

const count = z.int().positive().max(100_000);
const absent = z.null().optional();
const perBlock = z.union([count, z.array(count)]);

/**
 * What of a UNet2DConditionModel's config.json the graph depends on; a field whose other values would need another graph is held to the
 * values that this one has. Defaults are those of diffusers: configs of 2022 leave most fields out.
 */
export const UnetConfig = z
  .object({
    _class_name: z.literal('UNet2DConditionModel').default('UNet2DConditionModel'),
    act_fn: z.enum(activationNames).default('silu'),
    in_channels: count.default(4),
    out_channels: count.default(4),
    sample_size: z
      .union([count, z.array(count).min(1)])
      .nullish()
      .transform((size) => size ?? 64),
    block_out_channels: z.array(count).min(1).max(16).default([320, 640, 1280, 1280]),
    down_block_types: z
      .array(z.enum(['CrossAttnDownBlock2D', 'DownBlock2D']))
      .default(['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D']),
    mid_block_type: z.literal('UNetMidBlock2DCrossAttn').nullable().default('UNetMidBlock2DCrossAttn'),
    up_block_types: z
      .array(z.enum(['CrossAttnUpBlock2D', 'UpBlock2D']))
      .default(['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D']),
    layers_per_block: perBlock.default(2),
    /** The number of heads, in spite of its name, as in every published Stable Diffusion bundle. */
    attention_head_dim: perBlock.default(8),
    num_attention_heads: perBlock.nullable().optional(),
    transformer_layers_per_block: perBlock.default(1),
    cross_attention_dim: count.default(1280),
    use_linear_projection: z.boolean().default(false),
    norm_num_groups: count.default(32),
    norm_eps: z.number().positive().default(1e-5),
    downsample_padding: z.literal(1).default(1),
    flip_sin_to_cos: z.boolean().default(true),
    freq_shift: z.number().default(0),
    addition_embed_type: z.literal('text_time').nullable().default(null),
    addition_time_embed_dim: count.nullable().default(null),
    projection_class_embeddings_input_dim: count.nullable().default(null),

    attention_type: z.literal('default').default('default'),
    center_input_sample: z.literal(false).default(false),
    class_embed_type: absent,
    class_embeddings_concat: z.literal(false).default(false),
    conv_in_kernel: z.literal(3).default(3),
    conv_out_kernel: z.literal(3).default(3),
    cross_attention_norm: absent,
    dual_cross_attention: z.literal(false).default(false),
    encoder_hid_dim: absent,
    encoder_hid_dim_type: absent,
    mid_block_only_cross_attention: absent.or(z.literal(false)),
    mid_block_scale_factor: z.literal(1).default(1),
    num_class_embeds: absent,
    only_cross_attention: z.union([z.literal(false), z.array(z.literal(false))]).default(false),
    resnet_out_scale_factor: z.literal(1).default(1),
    resnet_skip_time_act: z.literal(false).default(false),
    resnet_time_scale_shift: z.enum(['default', 'scale_shift']).default('default'),
    reverse_transformer_layers_per_block: absent,
    /** Width of the guidance's features, in networks that are told the guidance. */
    time_cond_proj_dim: count.min(4).nullable().default(null),
    time_embedding_act_fn: absent,
    time_embedding_dim: absent,
    time_embedding_type: z.literal('positional').default('positional'),
    timestep_post_act: absent,
  })
  .refine((config) => config.block_out_channels.every((channels) => channels % config.norm_num_groups === 0), {
    path: ['norm_num_groups'],
  })
  .refine((config) => config.down_block_types.length === config.block_out_channels.length, {
    path: ['down_block_types'],
  })
  .refine((config) => config.up_block_types.length === config.block_out_channels.length, { path: ['up_block_types'] })
  .refine((config) => fits(config, config.layers_per_block), { path: ['layers_per_block'] })
  .refine((config) => fits(config, config.transformer_layers_per_block), { path: ['transformer_layers_per_block'] })
  .refine(
    (config) =>
      fits(config, headCounts(config)) &&
      config.block_out_channels.every((channels, block) => channels % ofBlock(headCounts(config), block) === 0),
    { path: ['attention_head_dim'] },
  )
  .refine((config) => (config.block_out_channels[0] ?? 0) % 2 === 0, { path: ['block_out_channels'] })
  .refine((config) => config.addition_embed_type === null || config.addition_time_embed_dim !== null, {
    path: ['addition_time_embed_dim'],
  })
  .refine((config) => config.addition_embed_type === null || config.projection_class_embeddings_input_dim !== null, {
    path: ['projection_class_embeddings_input_dim'],
  });
export type UnetConfig = z.infer<typeof UnetConfig>;

/** One block of the way down, or of the way up. */
export interface UnetBlock {
  readonly channels: number;
  readonly heads: number;
  readonly transformerLayers: number;
  readonly resnets: number;
  readonly hasAttention: boolean;
}

export function downBlocks(config: UnetConfig): readonly UnetBlock[] {
  return config.block_out_channels.map((channels, block) => ({
    channels,
    heads: ofBlock(headCounts(config), block),
    transformerLayers: ofBlock(config.transformer_layers_per_block, block),
    resnets: ofBlock(config.layers_per_block, block),
    hasAttention: config.down_block_types[block] === 'CrossAttnDownBlock2D',
  }));
}

/** In the order of running: the widest first. */
export function upBlocks(config: UnetConfig): readonly UnetBlock[] {
  return downBlocks(config)
    .toReversed()
    .map((mirrored, block) => ({
      ...mirrored,
      resnets: mirrored.resnets + 1,
      hasAttention: config.up_block_types[block] === 'CrossAttnUpBlock2D',
    }));
}

type PerBlock = number | readonly number[];

function headCounts(config: {
  readonly num_attention_heads?: PerBlock | null | undefined;
  readonly attention_head_dim: PerBlock;
}): PerBlock {
  return config.num_attention_heads ?? config.attention_head_dim;
}

const ofBlock = (value: PerBlock, block: number): number =>
  typeof value === 'number' ? value : (value[block] ?? Number.NaN);

const fits = (config: { readonly block_out_channels: readonly number[] }, value: PerBlock): boolean =>
  typeof value === 'number' || value.length === config.block_out_channels.length;
