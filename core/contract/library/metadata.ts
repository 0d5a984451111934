import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { AcceptedFinding, Finding, ValidationState } from './finding.ts';

/**
 * The version of metadata.json. It only moves forward; fields are only added under the same number.
 *
 * History:
 * 1  first release
 */
export const metadataSchemaVersion = 1;

export const ModelType = z.enum([
  'diffusion',
  'checkpoint',
  'lora',
  'vae',
  'controlnet',
  'embedding',
  'upscaler',
  'text_encoder',
  'llm',
  'unknown',
]);
export type ModelType = z.infer<typeof ModelType>;

export const StorageKind = z.enum(['library_owned', 'external_reference']);
export type StorageKind = z.infer<typeof StorageKind>;

/** What this model was made for; a request that leaves a field out takes it from here. */
export const GenerationDefaults = z.looseObject({
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  steps: z.int().positive().optional(),
  guidance_scale: z.number().optional(),
  sampler: z.string().optional(),
  example_prompts: z.array(z.string()).optional(),
});
export type GenerationDefaults = z.infer<typeof GenerationDefaults>;

/** `fingerprint` is cheap, from headers and sizes; `sha256` is made in the background. */
export const Hashes = z.looseObject({
  fingerprint: z.string(),
  sha256: z.string().optional(),
  autov2: z.string().optional(),
  autov3: z.string().optional(),
});
export type Hashes = z.infer<typeof Hashes>;

/**
 * metadata.json: the truth about one model, beside its payload or in place of it.
 * Loose at every level: keys that this version doesn't know survive every rewrite.
 */
export const Metadata = z.looseObject({
  schema_version: z.int().positive(),
  model_id: ModelId,
  name: z.string().min(1),
  model_type: ModelType,
  family: z.string().min(1),
  task_type_primary: z.string(),
  storage_kind: StorageKind,
  bundle_format: z.string(),
  pipeline_class: z.string().nullable(),
  source_path: z.string(),
  entry_path: z.string(),
  import_state: z.enum(['pending', 'ready', 'failed']),
  validation_state: ValidationState,
  validation_errors: z.array(Finding),
  accepted_findings: z.array(AcceptedFinding).default([]),
  recommended_backend: z.string().nullable(),
  runtime_engine_hints: z.array(z.string()),
  size_bytes: z.number().nonnegative(),
  file_count: z.int().nonnegative(),
  precision: z.string(),
  parameter_count: z.number().nonnegative(),
  hashes: Hashes,
  tags: z.array(z.string()).default([]),
  favourite: z.boolean().default(false),
  notes: z.string().default(''),
  preview: z.string().nullable().default(null),
  generation_defaults: GenerationDefaults.optional(),
  repo_id: z.string().optional().describe('Of a Hugging Face cache'),
  revision: z.string().optional(),
  base_model: z.string().optional().describe('What it was trained from, in its own words'),
  trigger_words: z.array(z.string()).optional(),
  architecture: z.string().optional().describe('Of a GGUF file'),
  quantisation: z.string().optional(),
  lora_rank: z.number().optional(),
  lora_target: z.string().optional().describe('The networks that it changes: unet, text_encoder, transformer'),
  added_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  match_source: z.string(),
});
export type Metadata = z.infer<typeof Metadata>;
