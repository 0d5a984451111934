import type { ModelId } from '../contract/ids.ts';
import type { Finding } from '../contract/library/finding.ts';
import type { ModelSummary } from '../contract/library/model.ts';
import { facetValues } from './search/facets.ts';
import { pairTokens } from './search/pair-tokens.ts';
import { searchForm, searchWords } from './search/search-text.ts';

/** One thing that is wrong with a model; `drive` is the name of the one that is away, empty for all else. */
export interface IndexedFinding {
  readonly drive: string;
  readonly finding: Finding;
}

/** What the index keeps of a model. `record` is its metadata.json as last read, for the day when that file is damaged. */
export interface CatalogEntry {
  readonly summary: ModelSummary;
  readonly record: string;
  /** What a search looks into, beside name, id, family and tags. */
  readonly searchText: string;
  /** What is wrong with it and nobody accepted. */
  readonly findings: readonly IndexedFinding[];
  /** How the model's files stood when its health was last checked; empty: not known. */
  readonly stamp?: string;
}

/** An entry with all that is derived from it: only SQLite is left to do, so that a fill derives on one thread and writes on another. */
export interface PreparedEntry {
  readonly modelId: ModelId;
  readonly sizeBytes: number;
  /** As {@link facetValues}. */
  readonly facet: readonly (string | number)[];
  /** Of `models`: name_key, family, size_bytes, added_at, bundle_format, entry_path, fingerprint, stamp. */
  readonly columns: readonly (string | number)[];
  readonly text: string;
  /** Of `text`. */
  readonly pairs: string;
  readonly summary: string;
  readonly record: string;
  readonly tags: readonly string[];
  /** Each a code, a drive and the whole as JSON. */
  readonly findings: readonly (readonly [string, string, string])[];
}

export function prepareEntry({ summary, record, searchText, findings, stamp = '' }: CatalogEntry): PreparedEntry {
  const text = searchWords([summary.name, summary.model_id, summary.family, ...summary.tags, searchText]);
  return {
    modelId: summary.model_id,
    sizeBytes: summary.size_bytes,
    facet: facetValues(summary),
    columns: [
      searchForm(summary.name),
      summary.family,
      summary.size_bytes,
      summary.added_at,
      summary.bundle_format,
      summary.entry_path,
      summary.fingerprint,
      stamp,
    ],
    text,
    pairs: pairTokens(text),
    summary: JSON.stringify(summary),
    record,
    tags: [...new Set(summary.tags)],
    findings: findings.map(({ drive, finding }) => [finding.code, drive, JSON.stringify(finding)]),
  };
}
