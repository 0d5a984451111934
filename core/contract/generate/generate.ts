import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { Mask, TiledUpscale, UpscalerName } from './passes.ts';

/** Sampler names as stable-diffusion-webui has them. `Automatic` follows the bundle's own scheduler_config.json. */
export const samplerNames = [
  'Automatic',
  'Euler',
  'Euler a',
  'DDIM',
  'DDPM',
  'PLMS',
  'LMS',
  'Heun',
  'DPM2',
  'DPM2 a',
  'DPM++ 2M',
  'DPM++ 2M SDE',
  'DPM++ SDE',
  'UniPC',
  'LCM',
] as const;
export const SamplerName = z.enum(samplerNames);
export type SamplerName = z.infer<typeof SamplerName>;

/** How the noise levels are spaced. `Automatic` leaves that to the bundle's scheduler config. */
export const schedulerNames = ['Automatic', 'Uniform', 'Karras', 'Exponential', 'SGM Uniform'] as const;
export const SchedulerName = z.enum(schedulerNames);
export type SchedulerName = z.infer<typeof SchedulerName>;

/** How a prompt's characters are read: with stable-diffusion-webui's marks, or as diffusers does, where each means itself. */
export const PromptSyntax = z.enum(['webui', 'plain']);
export type PromptSyntax = z.infer<typeof PromptSyntax>;

/** Where noise comes from: torch's generator on the CPU, or the one that torch has on NVIDIA's cards. */
export const NoiseSource = z.enum(['cpu', 'nv']);
export type NoiseSource = z.infer<typeof NoiseSource>;

/**
 * How an init picture of another shape becomes the picture's size: 0 stretched, 1 cropped, 2 fitted in, its edges drawn out, 3 stretched as a
 * latent.
 */
export const ResizeMode = z.literal([0, 1, 2, 3]);
export type ResizeMode = z.infer<typeof ResizeMode>;
/** Those that give pixels of that size. */
export type PixelResizeMode = Exclude<ResizeMode, 3>;

export const UpscaleFactor = z.literal([2, 4]);

/** The largest seed that torch's generator takes without wrapping: seeds are 64-bit, JSON numbers are safe to 2^53. */
export const maxSeed = 2 ** 32 - 1;
export const limits = {
  promptCharacters: 100_000,
  minSide: 8,
  maxSide: 4096,
  maxSteps: 1000,
  maxCount: 100,
  maxClipSkip: 12,
  initPictureCharacters: 48 * 2 ** 20,
} as const;

const side = z
  .int()
  .min(limits.minSide, `at least ${limits.minSide} px`)
  .max(limits.maxSide, `at most ${limits.maxSide} px`)
  .multipleOf(8, 'a multiple of 8 px');

/** A second pass over each picture at a larger size. What is left out is as in the first. */
export const Hires = z.object({
  width: side,
  height: side,
  upscaler: UpscalerName.default('Lanczos').describe('What makes the first picture as large as the second'),
  strength: z.number().min(0).max(1).default(0.75).describe('How much is made anew'),
  steps: z.int().min(1).max(limits.maxSteps).optional(),
  sampler: SamplerName.optional(),
  scheduler: SchedulerName.optional(),
  prompt: z.string().max(limits.promptCharacters).optional(),
  negative_prompt: z.string().max(limits.promptCharacters).optional(),
});
export type Hires = z.infer<typeof Hires>;

/** One request for pictures: what every door makes of its caller's words. A field left out takes the model's default. */
export const GenerateRequest = z.object({
  model_id: ModelId.optional().describe('A model of the library; the starter model when left out'),
  bundle: z
    .string()
    .optional()
    .describe('Instead of model_id: the absolute path of a diffusers folder that is not in the library'),
  prompt: z.string().max(limits.promptCharacters).default(''),
  negative_prompt: z.string().max(limits.promptCharacters).default(''),
  width: side.optional(),
  height: side.optional(),
  steps: z.int().min(1).max(limits.maxSteps).optional(),
  guidance_scale: z.number().min(0).max(100).optional().describe('1 or less runs without guidance'),
  sampler: SamplerName.default('Automatic'),
  scheduler: SchedulerName.default('Automatic'),
  seed: z
    .number()
    .refine((seed) => Number.isInteger(seed) && seed >= -1 && seed <= maxSeed, `a whole number from -1 to ${maxSeed}`)
    .default(-1)
    .describe('-1 draws one; picture i of a batch has seed + i'),
  count: z.int().min(1).max(limits.maxCount).default(1),
  prompt_syntax: PromptSyntax.optional(),
  clip_skip: z
    .int()
    .min(1)
    .max(limits.maxClipSkip)
    .optional()
    .describe("1 is the model's own reading; n leaves out n - 1 more of the text encoder's last layers"),
  rng: NoiseSource.optional(),
  subseed: z
    .int()
    .min(-1)
    .max(maxSeed)
    .optional()
    .describe('Of a second noise; -1 draws one; picture i has subseed + i'),
  subseed_strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('How much of the second noise; above 0 every picture keeps the first seed'),
  init_image: z
    .string()
    .max(limits.initPictureCharacters, 'too big a file')
    .optional()
    .describe(
      'A picture to start from: PNG, JPEG or WebP as base64 or data URL; in a job, "sha256:…" names the file that was kept',
    ),
  strength: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('How much of the init picture is made anew; 0.75 when left out'),
  resize_mode: ResizeMode.optional().describe(
    'How an init picture of another shape becomes the size: 0 stretched, 1 cropped, 2 fitted in, 3 stretched as a latent; with a mask, which lies over pixels, 3 is 0',
  ),
  mask: Mask.optional().describe('Which part of the init picture is made anew'),
  hires: Hires.optional().describe('A second pass at a larger size'),
  tiled_upscale: TiledUpscale.optional().describe('Makes the init picture larger, tile by tile'),
  upscale: UpscaleFactor.optional().describe('Enlarges the finished picture'),
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;
export type GenerateInput = z.input<typeof GenerateRequest>;

/** What of a request a model has its own values for. */
export const UsualParameters = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  steps: z.int().positive(),
  guidance_scale: z.number(),
});
export type UsualParameters = z.infer<typeof UsualParameters>;

export const Timings = z.object({
  load_ms: z.number(),
  text_ms: z.number(),
  denoise_ms: z.number(),
  decode_ms: z.number(),
  total_ms: z.number(),
});
export type Timings = z.infer<typeof Timings>;
