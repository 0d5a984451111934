import { z } from 'zod';
import { limits, PromptSyntax } from '../contract/generate.ts';
import { invalidInput } from '../contract/invalid-input.ts';
import { ProviderName } from '../contract/runner.ts';

/**
 * The options that shape a run. Names that stable-diffusion-webui has are its own, with its meaning and default; the rest is ours.
 * A request never changes them: `snapshotOptions` makes what one run reads.
 */
export const Options = z.strictObject({
  enable_pnginfo: z.boolean().default(true).describe('Write the infotext into the picture file'),
  add_model_hash_to_info: z.boolean().default(true).describe('Name the hash of the model in the infotext'),
  add_model_name_to_info: z.boolean().default(true).describe('Name the model in the infotext'),
  add_version_to_infotext: z.boolean().default(true).describe('Name the version of the program in the infotext'),
  live_previews_enable: z.boolean().default(true).describe('Show the picture while it forms'),
  show_progress_every_n_steps: z.int().min(-1).max(32).default(10).describe('Steps between two previews; -1: none'),
  CLIP_stop_at_last_layers: z
    .int()
    .min(1)
    .max(limits.maxClipSkip)
    .default(1)
    .describe("Clip skip: 1 is the model's own reading, n leaves out n - 1 more layers of its text encoder"),
  randn_source: z
    .enum(['CPU', 'NV'])
    .default('CPU')
    .describe("Noise as torch draws it on the CPU, or on NVIDIA's cards"),
  prompt_syntax: PromptSyntax.default('webui').describe("What a prompt's brackets mean: something, or themselves"),
  execution_provider: ProviderName.default('auto').describe('What the networks run on'),
});
export type Options = Readonly<z.infer<typeof Options>>;

/** Every option at its default. */
export const defaultOptions: Options = Object.freeze(Options.parse({}));

/**
 * The options of one run: `base` with the request's own values over it, frozen. `base` stays as it is.
 * Throws `invalid_input` for a key that is no option, or a value that is none of its values.
 */
export function snapshotOptions(base: Options, overrides: Readonly<Record<string, unknown>> = {}): Options {
  const checked = Options.safeParse({ ...base, ...overrides });
  if (!checked.success) throw invalidInput(checked.error);
  return Object.freeze(checked.data);
}

/** How often the runner shows the forming picture; 0 is never. */
export function previewEverySteps(options: Options): number {
  return options.live_previews_enable ? Math.max(0, options.show_progress_every_n_steps) : 0;
}
