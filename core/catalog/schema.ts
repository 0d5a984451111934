/**
 * The version of models.db, in its `user_version`. The file is only an index of the metadata.json files: any other version is set aside and
 * the index is built anew, so there are no migrations.
 * It rises with the tables below and with the shape of `ModelSummary`, which a column holds.
 *
 * History:
 * 1  first release
 */
export const catalogVersion = 1;

/** `search_text` is lower case, for terms too short for trigrams; `model_text` holds the same text by trigrams. */
export const catalogSchema = `
CREATE TABLE models (
  row INTEGER PRIMARY KEY,
  model_id TEXT NOT NULL UNIQUE,
  model_type TEXT NOT NULL,
  validation_state TEXT NOT NULL,
  entry_path TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  added_at TEXT NOT NULL,
  search_text TEXT NOT NULL,
  summary TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX models_in_order ON models (added_at DESC, model_id);
CREATE INDEX models_by_entry_path ON models (entry_path);
CREATE INDEX models_by_fingerprint ON models (fingerprint);
CREATE VIRTUAL TABLE model_text USING fts5 (search_text, content='models', content_rowid='row', tokenize='trigram');
CREATE TRIGGER models_inserted AFTER INSERT ON models BEGIN
  INSERT INTO model_text (rowid, search_text) VALUES (new.row, new.search_text);
END;
CREATE TRIGGER models_deleted AFTER DELETE ON models BEGIN
  INSERT INTO model_text (model_text, rowid, search_text) VALUES ('delete', old.row, old.search_text);
END;
CREATE TRIGGER models_updated AFTER UPDATE OF search_text ON models WHEN old.search_text <> new.search_text BEGIN
  INSERT INTO model_text (model_text, rowid, search_text) VALUES ('delete', old.row, old.search_text);
  INSERT INTO model_text (rowid, search_text) VALUES (new.row, new.search_text);
END;
`;
