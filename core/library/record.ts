import { isDeepStrictEqual } from 'node:util';
import type { ModelId } from '../contract/ids.ts';
import {
  type GenerationDefaults,
  type Hashes,
  type Metadata,
  metadataSchemaVersion,
} from '../contract/library/metadata.ts';
import type { ModelFacts } from '../formats/model-facts.ts';
import { enginesFor } from './execution/dependency-resolution.ts';
import { healthOf } from './health/health.ts';

/** What a new record is made of, beside the facts of its files. */
export interface NewRecord {
  readonly modelId: ModelId;
  readonly name: string;
  readonly storageKind: Metadata['storage_kind'];
  /** What the user picked, absolute. */
  readonly sourcePath: string;
  /** What executes, absolute, links resolved. */
  readonly entryPath: string;
  readonly matchSource: string;
  readonly generationDefaults?: GenerationDefaults;
  /** What the user may read and change; nothing unless given. */
  readonly notes?: string;
  readonly now: Date;
}

/** The first metadata.json of a model. */
export function newRecord(facts: ModelFacts, given: NewRecord): Metadata {
  const hashes = { fingerprint: facts.fingerprint };
  const at = given.now.toISOString();
  return {
    schema_version: metadataSchemaVersion,
    model_id: given.modelId,
    name: given.name,
    model_type: facts.modelType,
    family: facts.family,
    task_type_primary: facts.taskType,
    storage_kind: given.storageKind,
    bundle_format: facts.bundleFormat,
    pipeline_class: facts.pipelineClass,
    source_path: given.sourcePath,
    entry_path: given.entryPath,
    import_state: 'ready',
    ...healthOf(
      { hashes, accepted_findings: [], entry_path: given.entryPath },
      { findings: facts.findings, fingerprint: facts.fingerprint, isOffline: false },
    ),
    accepted_findings: [],
    ...enginesOf(facts),
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    precision: facts.precision,
    parameter_count: facts.parameterCount,
    hashes,
    tags: [],
    favourite: false,
    notes: given.notes ?? '',
    preview: null,
    ...(given.generationDefaults !== undefined && { generation_defaults: given.generationDefaults }),
    ...originOf(facts),
    ...detailsOf(facts),
    added_at: at,
    updated_at: at,
    match_source: given.matchSource,
  };
}

/**
 * A record brought up to what its files are now; `updated_at` is left to whoever writes it. Identity (id, type, family, name, fingerprint)
 * stays as registered. What was known of files that are now gone or broken stays too. `sourceStamp` is that of the files now: hashes of
 * other files are dropped, and made again in the background.
 */
export function refreshedRecord(
  record: Metadata,
  facts: ModelFacts,
  { isOffline, sourceStamp }: { readonly isOffline: boolean; readonly sourceStamp: string },
): Metadata {
  const health = healthOf(record, { findings: facts.findings, fingerprint: facts.fingerprint, isOffline });
  if (facts.findings.some(({ severity }) => severity === 'error')) return { ...record, ...health };
  return {
    ...record,
    ...health,
    entry_path: facts.entryPath,
    task_type_primary: facts.taskType,
    pipeline_class: facts.pipelineClass,
    ...enginesOf(facts),
    ...detailsOf(facts),
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    precision: facts.precision,
    parameter_count: facts.parameterCount,
    hashes: currentHashes(record.hashes, sourceStamp),
  };
}

/** The hashes that are still true of files with this stamp. */
export function currentHashes(hashes: Hashes, sourceStamp: string): Hashes {
  const { sha256: _sha256, autov2: _autov2, autov3: _autov3, hashed_source: hashedSource, ...kept } = hashes;
  return hashedSource === undefined || hashedSource === sourceStamp ? hashes : kept;
}

/** Why one record is not the other, in a clause; null when they are the same. */
export function changeBetween(before: Metadata, after: Metadata): string | null {
  if (isDeepStrictEqual(before, after)) return null;
  if (before.validation_state !== after.validation_state)
    return `its health went from ${before.validation_state} to ${after.validation_state}`;
  if (!isDeepStrictEqual(before.validation_errors, after.validation_errors)) return 'its findings are others';
  if (before.entry_path !== after.entry_path) return `its files are now at "${after.entry_path}"`;
  return 'its record is another';
}

function enginesOf(facts: ModelFacts): Pick<Metadata, 'recommended_backend' | 'runtime_engine_hints'> {
  const engines = enginesFor(facts);
  return { recommended_backend: engines[0] ?? null, runtime_engine_hints: engines };
}

/** Where it came from: said once, when it comes. */
function originOf({ repoId, revision }: ModelFacts): Partial<Metadata> {
  return { ...(repoId !== null && { repo_id: repoId }), ...(revision !== null && { revision }) };
}

function detailsOf(facts: ModelFacts): Partial<Metadata> {
  return {
    ...(facts.baseModel !== null && { base_model: facts.baseModel }),
    ...(facts.triggerWords.length > 0 && { trigger_words: [...facts.triggerWords] }),
    ...(facts.architecture !== null && { architecture: facts.architecture }),
    ...(facts.quantisation !== null && { quantisation: facts.quantisation }),
    ...(facts.loraRank !== null && { lora_rank: facts.loraRank }),
    ...(facts.loraTarget !== null && { lora_target: facts.loraTarget }),
  };
}

/** Whether this version can read its files; another program's record may name other formats. */
export function isKnownFormat({ bundle_format }: Metadata): boolean {
  return bundle_format === 'diffusers_directory' || bundle_format === 'single_file';
}
