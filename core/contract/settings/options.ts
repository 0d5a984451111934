import { z } from 'zod';
import { limits, PromptSyntax } from '../generate/generate.ts';
import { ProviderName } from '../generate/runner.ts';

const kept = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema.describe('Kept and given back to programs that expect it; has no effect here');

/**
 * The options. Names that stable-diffusion-webui has are its own, with its meaning and default; the rest is ours.
 * A run reads a frozen snapshot of them, with its request's own values over it; none ever changes them.
 */
export const Options = z.strictObject({
  sd_model_checkpoint: z
    .string()
    .max(4096)
    .nullable()
    .default(null)
    .describe('The model of /sdapi requests that name none, by title, name or hash; the starter model when null'),
  samples_format: z.enum(['png', 'jpg', 'jpeg', 'webp']).default('png').describe('The format of picture files'),
  enable_pnginfo: z.boolean().default(true).describe('Write the infotext into the picture file'),
  jpeg_quality: z.int().min(1).max(100).default(80).describe('Quality of jpg and lossy webp files'),
  webp_lossless: z.boolean().default(false).describe('Write webp files without loss'),
  show_progress_every_n_steps: z.int().min(-1).max(32).default(10).describe('Steps between two previews; -1: none'),
  live_previews_enable: z.boolean().default(true).describe('Show the picture while it forms'),
  add_model_hash_to_info: z.boolean().default(true).describe('Name the hash of the model in the infotext'),
  add_model_name_to_info: z.boolean().default(true).describe('Name the model in the infotext'),
  add_version_to_infotext: z.boolean().default(true).describe('Name the version of the program in the infotext'),
  CLIP_stop_at_last_layers: z
    .int()
    .min(1)
    .max(limits.maxClipSkip)
    .default(1)
    .describe("Clip skip: 1 is the model's own reading, n leaves out n - 1 more layers of its text encoder"),
  randn_source: z
    .enum(['CPU', 'GPU', 'NV'])
    .default('CPU')
    .describe("Noise as torch draws it on the CPU, or on NVIDIA's cards: GPU and NV are the same numbers here"),
  prompt_syntax: PromptSyntax.default('webui').describe("What a prompt's brackets mean: something, or themselves"),
  execution_provider: ProviderName.default('auto').describe('What the networks run on'),
  cancel_on_disconnect: z
    .boolean()
    .default(false)
    .describe('Cancel the job of an /sdapi call whose caller hangs up; otherwise it runs and its pictures are kept'),
  queue_limit: z.int().min(1).max(100_000).default(1_000).describe('So many jobs may wait; one more is refused'),
  history_limit: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(10_000)
    .describe('So many ended jobs are remembered; 0: all. Picture files are never removed'),
  queue_starts_paused: z
    .boolean()
    .default(false)
    .describe('Jobs that waited when Vitrine ended stay put at its next start'),
  sd_checkpoint_hash: kept(z.string().max(4096).default('')),
  sd_vae: kept(z.string().max(4096).default('Automatic')),
  send_seed: kept(z.boolean().default(true)),
  send_size: kept(z.boolean().default(true)),
  samples_save: kept(z.boolean().default(true)),
  samples_filename_pattern: kept(z.string().max(4096).default('')),
  save_images_add_number: kept(z.boolean().default(true)),
  save_incomplete_images: kept(z.boolean().default(false)),
  grid_save: kept(z.boolean().default(true)),
  grid_format: kept(z.string().max(4096).default('png')),
  return_grid: z
    .boolean()
    .default(true)
    .describe('Put a grid in front of the pictures of an /sdapi request of several with save_images'),
  return_mask: kept(z.boolean().default(false)),
  return_mask_composite: kept(z.boolean().default(false)),
  n_rows: kept(z.number().default(-1)),
  do_not_show_images: kept(z.boolean().default(false)),
  outdir_samples: kept(z.string().max(4096).default('')),
  outdir_txt2img_samples: kept(z.string().max(4096).default('')),
  outdir_img2img_samples: kept(z.string().max(4096).default('')),
  outdir_extras_samples: kept(z.string().max(4096).default('')),
  outdir_grids: kept(z.string().max(4096).default('')),
  outdir_txt2img_grids: kept(z.string().max(4096).default('')),
  outdir_img2img_grids: kept(z.string().max(4096).default('')),
  outdir_save: kept(z.string().max(4096).default('')),
  show_progress_type: kept(z.string().max(4096).default('Approx NN')),
  live_previews_image_format: kept(z.string().max(4096).default('png')),
  live_preview_content: kept(z.string().max(4096).default('Prompt')),
  live_preview_refresh_period: kept(z.number().default(1000)),
  show_progressbar: kept(z.boolean().default(true)),
  eta_noise_seed_delta: kept(z.number().default(0)),
  eta_ddim: kept(z.number().default(0)),
  eta_ancestral: kept(z.number().default(1)),
  ddim_discretize: kept(z.string().max(4096).default('uniform')),
  always_discard_next_to_last_sigma: kept(z.boolean().default(false)),
  img2img_fix_steps: kept(z.boolean().default(false)),
  img2img_color_correction: kept(z.boolean().default(false)),
  img2img_background_color: kept(z.string().max(4096).default('#ffffff')),
  initial_noise_multiplier: kept(z.number().default(1)),
  inpainting_mask_weight: kept(z.number().default(1)),
  face_restoration: kept(z.boolean().default(false)),
  face_restoration_model: kept(z.string().max(4096).default('CodeFormer')),
  code_former_weight: kept(z.number().default(0.5)),
  tiling: kept(z.boolean().default(false)),
  upscaler_for_img2img: kept(z.string().max(4096).nullable().default(null)),
  ESRGAN_tile: kept(z.number().default(192)),
  ESRGAN_tile_overlap: kept(z.number().default(8)),
  sd_lora: kept(z.string().max(4096).default('None')),
  extra_networks_default_multiplier: kept(z.number().default(1)),
  emphasis: kept(z.string().max(4096).default('Original')),
  comma_padding_backtrack: kept(z.number().default(20)),
  use_old_scheduling: kept(z.boolean().default(false)),
  use_old_emphasis_implementation: kept(z.boolean().default(false)),
  sd_noise_schedule: kept(z.string().max(4096).default('Default')),
  s_churn: kept(z.number().default(0)),
  s_tmin: kept(z.number().default(0)),
  s_tmax: kept(z.number().default(0)),
  s_noise: kept(z.number().default(1)),
  s_min_uncond: kept(z.number().default(0)),
  sigma_min: kept(z.number().default(0)),
  sigma_max: kept(z.number().default(0)),
  rho: kept(z.number().default(0)),
  k_sched_type: kept(z.string().max(4096).default('Automatic')),
  skip_early_cond: kept(z.number().default(0)),
  token_merging_ratio: kept(z.number().default(0)),
  token_merging_ratio_img2img: kept(z.number().default(0)),
  token_merging_ratio_hr: kept(z.number().default(0)),
  upcast_attn: kept(z.boolean().default(false)),
  sd_checkpoint_cache: kept(z.number().default(0)),
  sd_checkpoints_limit: kept(z.number().default(1)),
  sd_checkpoints_keep_in_cpu: kept(z.boolean().default(true)),
  sd_vae_checkpoint_cache: kept(z.number().default(0)),
  sd_vae_overrides_per_model_preferences: kept(z.boolean().default(true)),
  sd_unet: kept(z.string().max(4096).default('Automatic')),
  sd_hypernetwork: kept(z.string().max(4096).default('None')),
  filter_nsfw: kept(z.boolean().default(false)),
  api_enable_requests: kept(z.boolean().default(false)),
  api_forbid_local_requests: kept(z.boolean().default(true)),
  api_useragent: kept(z.string().max(4096).default('')),
});
export type Options = Readonly<z.infer<typeof Options>>;
export type OptionName = keyof Options;

/** Every option at its default. */
export const defaultOptions: Options = Object.freeze(Options.parse({}));

/** Options that no caller may change: folders to write to, and what a server may fetch. Setting them is passed over. */
export const fixedOptions: readonly string[] = Object.keys(defaultOptions).filter(
  (name) => name.startsWith('outdir_') || name.startsWith('api_') || name === 'sd_checkpoint_hash',
);
