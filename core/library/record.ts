import type { ModelId } from '../contract/ids.ts';
import { type GenerationDefaults, type Metadata, metadataSchemaVersion } from '../contract/metadata.ts';
import type { DiffusersFacts } from '../formats/diffusers-folder.ts';
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
  readonly now: Date;
}

/** The first metadata.json of a diffusers folder. */
export function newRecord(facts: DiffusersFacts, given: NewRecord): Metadata {
  const hashes = { fingerprint: facts.fingerprint };
  const at = given.now.toISOString();
  return {
    schema_version: metadataSchemaVersion,
    model_id: given.modelId,
    name: given.name,
    model_type: 'diffusion',
    family: facts.family,
    task_type_primary: facts.taskType,
    storage_kind: given.storageKind,
    bundle_format: 'diffusers_directory',
    pipeline_class: facts.pipelineClass,
    source_path: given.sourcePath,
    entry_path: given.entryPath,
    import_state: 'ready',
    ...healthOf(
      { hashes, accepted_findings: [], entry_path: given.entryPath },
      { findings: facts.findings, fingerprint: facts.fingerprint, isOffline: false },
    ),
    accepted_findings: [],
    ...enginesOf(facts.pipelineClass),
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    precision: facts.precision,
    parameter_count: facts.parameterCount,
    hashes,
    tags: [],
    favourite: false,
    notes: '',
    preview: null,
    ...(given.generationDefaults !== undefined && { generation_defaults: given.generationDefaults }),
    added_at: at,
    updated_at: at,
    match_source: given.matchSource,
  };
}

/**
 * A record brought up to what its files are now; `updated_at` is left to whoever writes it. Identity (id, family, name, fingerprint) stays
 * as registered. What was known of files that are now gone or broken stays too.
 */
export function refreshedRecord(record: Metadata, facts: DiffusersFacts, isOffline: boolean): Metadata {
  const health = healthOf(record, { findings: facts.findings, fingerprint: facts.fingerprint, isOffline });
  if (facts.findings.some(({ severity }) => severity === 'error')) return { ...record, ...health };
  return {
    ...record,
    ...health,
    entry_path: facts.rootPath,
    task_type_primary: facts.taskType,
    pipeline_class: facts.pipelineClass,
    ...enginesOf(facts.pipelineClass),
    size_bytes: facts.sizeBytes,
    file_count: facts.fileCount,
    precision: facts.precision,
    parameter_count: facts.parameterCount,
  };
}

function enginesOf(pipelineClass: string | null): Pick<Metadata, 'recommended_backend' | 'runtime_engine_hints'> {
  const engines = enginesFor({ bundleFormat: 'diffusers_directory', pipelineClass });
  return { recommended_backend: engines[0] ?? null, runtime_engine_hints: engines };
}
