import type { CatalogEntry } from '../../catalog/catalog.ts';
import type { ModelId } from '../../contract/ids.ts';
import { type Metadata, ModelType, metadataSchemaVersion } from '../../contract/library/metadata.ts';
import type { ModelSummary } from '../../contract/library/model.ts';
import { driveNameOf } from '../health/drive-name.ts';

/** A record as one row of a listing. */
export function summaryOf(metadata: Metadata): ModelSummary {
  return {
    model_id: metadata.model_id,
    name: metadata.name,
    model_type: metadata.model_type,
    family: metadata.family,
    task_type_primary: metadata.task_type_primary,
    pipeline_class: metadata.pipeline_class,
    storage_kind: metadata.storage_kind,
    bundle_format: metadata.bundle_format,
    entry_path: metadata.entry_path,
    precision: metadata.precision,
    size_bytes: metadata.size_bytes,
    parameter_count: metadata.parameter_count,
    validation_state: metadata.validation_state,
    is_offline: metadata.validation_errors.some(({ code }) => code === 'volume_offline'),
    recommended_backend: metadata.recommended_backend,
    fingerprint: metadata.hashes.fingerprint,
    preview: metadata.preview,
    favourite: metadata.favourite,
    tags: metadata.tags,
    generation_defaults: metadata.generation_defaults ?? null,
    added_at: metadata.added_at,
  };
}

/** What is wrong and nobody accepted, as the index groups it. */
export function openFindingsOf({ validation_errors, entry_path }: Metadata): CatalogEntry['findings'] {
  return validation_errors
    .filter(({ accepted }) => accepted !== true)
    .map((finding) => ({ drive: finding.code === 'volume_offline' ? driveNameOf(entry_path) : '', finding }));
}

/** A record as the index takes it; `stamp` is how its files stood, empty where that is not known. */
export function entryOf(record: Metadata, stamp = ''): CatalogEntry {
  return {
    summary: summaryOf(record),
    record: JSON.stringify(record),
    searchText: searchTextOf(record),
    findings: openFindingsOf(record),
    stamp,
  };
}

/** What a search looks into beside name, id, family and tags. */
export function searchTextOf(metadata: Metadata): string {
  return [
    metadata.notes,
    metadata.pipeline_class ?? '',
    metadata.repo_id ?? '',
    metadata.base_model ?? '',
    ...(metadata.trigger_words ?? []),
  ].join('\n');
}

/**
 * The record of a model whose metadata.json is damaged: as last known, else the little that its place says, with the finding.
 * It is shown, not written: the damaged file is left for its owner to mend.
 */
export function corruptRecord(id: ModelId, lastKnown: Metadata | null, reason: string, now: Date): Metadata {
  const [type, family = 'unknown'] = id.split('/');
  const checkedType = ModelType.safeParse(type);
  const known: Metadata = lastKnown ?? {
    schema_version: metadataSchemaVersion,
    model_id: id,
    name: id.split('/').at(-1) ?? id,
    model_type: checkedType.success ? checkedType.data : 'unknown',
    family,
    task_type_primary: 'unknown',
    storage_kind: 'external_reference',
    bundle_format: 'unknown',
    pipeline_class: null,
    source_path: '',
    entry_path: '',
    import_state: 'failed',
    validation_state: 'invalid',
    validation_errors: [],
    accepted_findings: [],
    recommended_backend: null,
    runtime_engine_hints: [],
    size_bytes: 0,
    file_count: 0,
    precision: 'unknown',
    parameter_count: 0,
    hashes: { fingerprint: '' },
    tags: [],
    favourite: false,
    notes: '',
    preview: null,
    added_at: now.toISOString(),
    updated_at: now.toISOString(),
    match_source: 'unknown',
  };
  return {
    ...known,
    validation_state: 'invalid',
    validation_errors: [
      {
        code: 'metadata_corrupt',
        severity: 'error',
        message: `The model's metadata.json ${reason}. Mend it with an editor, or take the model out of the library and add it again; its files are not touched by that.`,
        path: 'metadata.json',
      },
    ],
  };
}
