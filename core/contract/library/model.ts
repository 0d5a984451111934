import { z } from 'zod';
import { ModelId } from '../ids.ts';
import { Finding, ValidationState } from './finding.ts';
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

/** A yes or no that may come as a word in a query string. */
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')]);

/** What of the library is wanted. `query` is searched in name, id, family, tags, notes, repository id, base and trigger words; substrings match. */
export const ListQuery = z.object({
  query: z.string().max(1000).optional(),
  type: ModelType.optional(),
  family: z.string().max(200).optional(),
  state: ValidationState.optional(),
  storage: StorageKind.optional(),
  precision: z.string().max(50).optional(),
  tag: z.string().max(200).optional(),
  favourite: flag.optional(),
  offline: flag.optional(),
  min_size_bytes: z.coerce.number().nonnegative().optional(),
  max_size_bytes: z.coerce.number().nonnegative().optional(),
  sort: z.enum(['newest', 'name', 'size', 'family', 'relevance']).default('newest'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(2000).optional(),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .optional()
    .describe('Skips so many, for a scroll bar that jumps; a cursor is quicker and never misses what moved meanwhile'),
  total: z
    .enum(['exact', 'at_least'])
    .default('exact')
    .describe('`at_least`: a search may answer with its page before all that match are counted'),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** `total` counts all that match, not this page. `next_cursor` is null on the last page. */
export const ModelPage = z.object({
  models: z.array(ModelSummary),
  total: z.int().nonnegative(),
  may_be_more: z
    .literal(true)
    .optional()
    .describe('`total` is only what was met so far; never but where `total=at_least` was asked for'),
  next_cursor: z.string().nullable(),
});
export type ModelPage = z.infer<typeof ModelPage>;

const Count = z.object({ value: z.string(), count: z.int().nonnegative() });

/** How many models each value of each filter would leave, with the other filters as they are. Most first. */
export const ModelCounts = z.object({
  type: z.array(Count),
  family: z.array(Count),
  state: z.array(Count),
  storage: z.array(Count),
  precision: z.array(Count),
  tag: z.array(Count),
  favourite: z.int().nonnegative(),
  offline: z.int().nonnegative(),
  total: z.int().nonnegative(),
  size_bytes: z.number().nonnegative(),
});
export type ModelCounts = z.infer<typeof ModelCounts>;

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
  'comfyui_models',
  'webui_models',
  'unsupported',
]);
export type PathKind = z.infer<typeof PathKind>;

/** One model that a path holds, with all that a person needs to decide. */
export const Candidate = z.object({
  path: z.string(),
  name: z.string(),
  model_type: ModelType,
  family: z.string(),
  bundle_format: z.string(),
  pipeline_class: z.string().nullable(),
  precision: z.string(),
  parameter_count: z.number(),
  size_bytes: z.number(),
  file_count: z.int(),
  fingerprint: z.string(),
  reasons: z.array(z.string()).describe('Why it is taken for what it is'),
  validation_state: ValidationState,
  validation_errors: z.array(Finding),
  repo_id: z.string().nullable().describe('Of a Hugging Face cache'),
  revision: z.string().nullable(),
  already_registered_as: ModelId.nullable().describe('The same files, at the same place'),
  duplicates: z.array(ModelId).describe('Models with the same fingerprint elsewhere'),
});
export type Candidate = z.infer<typeof Candidate>;

/** What a path holds, said before anything happens to it. `free_bytes` is of the library's drive: what a copy may take. */
export const Classification = z.object({
  path: z.string(),
  kind: PathKind,
  reasons: z.array(z.string()),
  candidates: z.array(Candidate),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })).describe('What was looked at and is no model'),
  free_bytes: z.number().nullable(),
});
export type Classification = z.infer<typeof Classification>;

/** What a user may change of a model's record. A field left out stays. */
export const ModelEdit = z.object({
  name: z.string().min(1).max(200).optional(),
  tags: z.array(z.string().min(1).max(100)).max(200).optional(),
  favourite: z.boolean().optional(),
  notes: z.string().max(100_000).optional(),
  preview: z
    .string()
    .max(32_767)
    .nullable()
    .optional()
    .describe('The path of a picture, which is copied beside the record; null removes it'),
});
export type ModelEdit = z.infer<typeof ModelEdit>;

export const RemovalPreview = z.object({
  model_id: ModelId,
  storage_kind: StorageKind,
  removed: z
    .array(z.object({ path: z.string(), size_bytes: z.number() }))
    .describe('What would go to the trash, or be removed: our files only'),
  kept: z.array(z.string()).describe('What stays as it is: the external folder or file'),
  links: z.array(z.string()).describe('Links in other apps that we made to it'),
});
export type RemovalPreview = z.infer<typeof RemovalPreview>;

/** What was removed and can be brought back until `expires_at`. */
export const TrashEntry = z.object({
  trash_id: z.string(),
  model_id: ModelId,
  name: z.string(),
  size_bytes: z.number(),
  removed_at: z.string(),
  expires_at: z.string(),
});
export type TrashEntry = z.infer<typeof TrashEntry>;
