import { z } from 'zod';
import { ModelType } from '../../contract/library/metadata.ts';

export const ruleSchemaVersion = 1;

/** A path below the app's folder: forward slashes, none that leads out of it. */
const InnerPath = z
  .string()
  .min(1)
  .max(400)
  .refine(isInner, 'must be a path below the folder of the app, like models/loras');

/** One kind of model and the folder that the app reads it from. The first that fits counts. */
const Place = z.strictObject({
  model_type: ModelType,
  bundle_format: z.enum(['single_file', 'diffusers_directory']).default('single_file'),
  extensions: z
    .array(z.string().regex(/^\.[a-z0-9]+$/, 'must be like .safetensors'))
    .default([])
    .describe('File names that the app takes, lower case; none for a folder'),
  path: InnerPath,
  config_key: z
    .string()
    .regex(/^[a-z0-9_]+$/)
    .optional()
    .describe("The name of the folder in the app's config; without one, no config entry takes the place of a link"),
});
export type Place = z.infer<typeof Place>;

/** Names that tell an installation: all of `all`, none of `none`. A name that ends in a slash is a folder. */
const Sign = z.strictObject({
  all: z.array(InnerPath).min(1).max(20),
  none: z.array(InnerPath).max(20).default([]),
});

/** What we know of an app: which model goes to which of its folders. `docs/mapping.md` says how to write one. */
export const RuleFile = z.strictObject({
  schema_version: z.literal(ruleSchemaVersion),
  app: z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'must be lower case letters, digits and dashes'),
  label: z.string().min(1).max(60),
  aliases: z.array(z.string().min(1).max(60)).max(10).default([]),
  detect: z.array(Sign).max(10).default([]),
  places: z.array(Place).min(1).max(100),
  config: z
    .strictObject({ kind: z.literal('comfyui_extra_model_paths'), path: InnerPath })
    .optional()
    .describe('A file that the app reads more folders from, for drives that take no links'),
  note: z.string().max(1000).optional().describe('What to do in the app afterwards'),
  sources: z.array(z.string().max(500)).max(20).default([]).describe('Where these facts are from'),
});
export type RuleFile = z.infer<typeof RuleFile>;

function isInner(path: string): boolean {
  if (/[\\:\0]/.test(path) || path.startsWith('/')) return false;
  return path
    .replace(/\/$/, '')
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}
