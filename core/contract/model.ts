import { z } from 'zod';
import { Finding, ValidationState } from './finding.ts';
import { ModelId } from './ids.ts';
import { GenerationDefaults, Metadata, ModelType, StorageKind } from './metadata.ts';

/** One row of a listing: what a tile shows, and what a filter asks for. */
export const ModelSummary = z.object({
  model_id: ModelId,
  name: z.string(),
  model_type: ModelType,
  family: z.string(),
  task_type_primary: z.string(),
  pipeline_class: z.string().nullable(),
  storage_kind: StorageKind,
  bundle_format: z.string(),
  entry_path: z.string(),
  precision: z.string(),
  size_bytes: z.number(),
  parameter_count: z.number(),
  validation_state: ValidationState,
  is_offline: z.boolean().describe('Degraded because its drive is not mounted'),
  recommended_backend: z.string().nullable(),
  fingerprint: z.string(),
  preview: z.string().nullable(),
  favourite: z.boolean(),
  tags: z.array(z.string()),
  generation_defaults: GenerationDefaults.nullable(),
  added_at: z.string(),
});
export type ModelSummary = z.infer<typeof ModelSummary>;

export const ListQuery = z.object({
  query: z.string().max(1000).optional(),
  type: ModelType.optional(),
  state: ValidationState.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(2000).optional(),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** `total` counts all that match, not this page. `next_cursor` is null on the last page. */
export const ModelPage = z.object({
  models: z.array(ModelSummary),
  total: z.int().nonnegative(),
  next_cursor: z.string().nullable(),
});
export type ModelPage = z.infer<typeof ModelPage>;

export const Registration = z.object({ model_id: ModelId, status: z.enum(['registered', 'already_registered']) });
export type Registration = z.infer<typeof Registration>;

/** A model's own record, as metadata.json holds it, with its findings. */
export const ModelDetails = Metadata;

export const Verdict = z.object({ validation_state: ValidationState, validation_errors: z.array(Finding) });
export type Verdict = z.infer<typeof Verdict>;

export const PathKind = z.enum([
  'diffusers_directory',
  'single_file',
  'model_collection',
  'huggingface_cache',
  'unsupported',
]);

/** What a path holds, said before anything happens to it. */
export const Classification = z.object({
  path: z.string(),
  kind: PathKind,
  reasons: z.array(z.string()),
  candidates: z.array(
    z.object({
      path: z.string(),
      name: z.string(),
      model_type: ModelType,
      family: z.string(),
      pipeline_class: z.string().nullable(),
      precision: z.string(),
      size_bytes: z.number(),
      file_count: z.int(),
      fingerprint: z.string(),
      validation_state: ValidationState,
      validation_errors: z.array(Finding),
      already_registered_as: ModelId.nullable(),
    }),
  ),
});
export type Classification = z.infer<typeof Classification>;
