/**
 * The version of models.db, in its `user_version`. The file is only an index of the metadata.json files: any other version is set aside and
 * the index is built anew, so there are no migrations.
 * It rises with the tables below and with the shape of `ModelSummary`, which a column holds.
 *
 * History:
 * 1  first release
 * 2  filters, counts, orders, tags and stamps; full text of words, each once
 * 3  full text of single letters and pairs
 * 4  findings by cause
 * 5  full text that no commit merges
 */
export const catalogVersion = 5;

/**
 * - `models`: what orders and finds. `search_text` is lower case, each word once.
 * - `model_summaries`, `model_records`: what is only handed out; apart, so that a walk over `models` reads a tenth of the file.
 * - `facets`: every combination of filter values that occurs, with how many models have it: counts cost what the combinations cost.
 * - `facet_tags`: the same for tags.
 * - `model_findings`: what is wrong with which model, by cause; `drive` is empty for all but a drive that is away.
 * - `model_filters`: what a count over the results of a search looks up, a dozen bytes a model.
 * - `model_text`: `search_text` by trigrams. `model_pairs`: its letters and pairs of letters, for searches too short for those. Their writers keep them, no trigger does: a trigger costs a third of an insert.
 */
export const catalogSchema = `
CREATE TABLE models (
  row INTEGER PRIMARY KEY,
  model_id TEXT NOT NULL UNIQUE,
  name_key TEXT NOT NULL,
  family TEXT NOT NULL,
  size_bytes REAL NOT NULL,
  added_at TEXT NOT NULL,
  facet INTEGER NOT NULL,
  bundle_format TEXT NOT NULL,
  entry_path TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  stamp TEXT NOT NULL,
  search_text TEXT NOT NULL
) STRICT;
CREATE INDEX models_newest ON models (added_at DESC, model_id, facet);
CREATE TABLE model_summaries (row INTEGER PRIMARY KEY, summary TEXT NOT NULL) STRICT;
CREATE TABLE model_records (row INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE model_filters (row INTEGER PRIMARY KEY, facet INTEGER NOT NULL, size_bytes REAL NOT NULL) STRICT;
CREATE TABLE model_tags (row INTEGER NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (row, tag)) STRICT, WITHOUT ROWID;
CREATE TABLE model_findings (
  code TEXT NOT NULL,
  drive TEXT NOT NULL,
  row INTEGER NOT NULL,
  position INTEGER NOT NULL,
  finding TEXT NOT NULL,
  PRIMARY KEY (code, drive, row, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX model_findings_by_row ON model_findings (row);
CREATE TABLE facets (
  facet INTEGER PRIMARY KEY,
  model_type TEXT NOT NULL,
  family TEXT NOT NULL,
  validation_state TEXT NOT NULL,
  storage_kind TEXT NOT NULL,
  precision TEXT NOT NULL,
  favourite INTEGER NOT NULL,
  offline INTEGER NOT NULL,
  model_count INTEGER NOT NULL,
  size_bytes REAL NOT NULL,
  UNIQUE (model_type, family, validation_state, storage_kind, precision, favourite, offline)
) STRICT;
CREATE TABLE facet_tags (
  facet INTEGER NOT NULL, tag TEXT NOT NULL, model_count INTEGER NOT NULL, PRIMARY KEY (facet, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE fill (is_running INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE model_text USING fts5 (
  search_text, content='models', content_rowid='row', tokenize='trigram', columnsize=0
);
CREATE VIRTUAL TABLE model_pairs USING fts5 (pairs, content='', detail='none', tokenize='ascii', columnsize=0);
`;

/** The full-text tables. */
export const textTables = ['model_text', 'model_pairs'] as const;

/** Made after a fill, when there was one: sorting once costs less than keeping order at every insert. */
export const catalogIndexes: Readonly<Record<string, string>> = {
  models_by_name: 'models (name_key, model_id, facet)',
  models_by_size: 'models (size_bytes DESC, model_id, facet)',
  models_by_family: 'models (family, name_key, model_id, facet)',
  models_by_facet: 'models (facet)',
  models_by_entry_path: 'models (entry_path)',
  models_by_fingerprint: 'models (fingerprint)',
  models_by_tag: 'model_tags (tag, row)',
};
