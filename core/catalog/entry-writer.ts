import type Database from 'better-sqlite3';
import type { ModelId } from '../contract/ids.ts';
import type { PreparedEntry } from './prepared-entry.ts';
import { pairTokens } from './search/pair-tokens.ts';

interface Row {
  readonly row: number;
  readonly facet: number;
  readonly size_bytes: number;
  readonly search_text: string;
}

/** Writes entries and all that is derived from them. Every call belongs in a transaction that ends with {@link EntryWriter.flush}. */
export class EntryWriter {
  readonly #facetIds = new Map<string, number>();
  readonly #facetChanges = new Map<number, { count: number; sizeBytes: number }>();
  readonly #tagChanges = new Map<string, { facet: number; tag: string; count: number }>();
  readonly #sql;

  constructor(database: Database.Database) {
    this.#sql = {
      find: database.prepare<[string], Row>(
        'SELECT row, facet, size_bytes, search_text FROM models WHERE model_id = ?',
      ),
      insert: database.prepare(`
        INSERT INTO models (model_id, name_key, family, size_bytes, added_at, bundle_format, entry_path, fingerprint, stamp, facet, search_text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model_id) DO NOTHING`),
      update: database.prepare(`
        UPDATE models SET name_key = ?, family = ?, size_bytes = ?, added_at = ?, bundle_format = ?, entry_path = ?, fingerprint = ?, stamp = ?,
          facet = ?, search_text = ? WHERE row = ?`),
      delete: database.prepare('DELETE FROM models WHERE row = ?'),
      putSummary: database.prepare('INSERT OR REPLACE INTO model_summaries (row, summary) VALUES (?, ?)'),
      putRecord: database.prepare('INSERT OR REPLACE INTO model_records (row, record) VALUES (?, ?)'),
      deleteSummary: database.prepare('DELETE FROM model_summaries WHERE row = ?'),
      deleteRecord: database.prepare('DELETE FROM model_records WHERE row = ?'),
      putFilters: database.prepare('INSERT OR REPLACE INTO model_filters (row, facet, size_bytes) VALUES (?, ?, ?)'),
      deleteFilters: database.prepare('DELETE FROM model_filters WHERE row = ?'),
      tagsOf: database.prepare<[number], string>('SELECT tag FROM model_tags WHERE row = ?').pluck(),
      putTag: database.prepare('INSERT INTO model_tags (row, tag) VALUES (?, ?)'),
      deleteTags: database.prepare('DELETE FROM model_tags WHERE row = ?'),
      putFinding: database.prepare(
        'INSERT INTO model_findings (code, drive, row, position, finding) VALUES (?, ?, ?, ?, ?)',
      ),
      deleteFindings: database.prepare('DELETE FROM model_findings WHERE row = ?'),
      addText: database.prepare('INSERT INTO model_text (rowid, search_text) VALUES (?, ?)'),
      deleteText: database.prepare(`INSERT INTO model_text (model_text, rowid, search_text) VALUES ('delete', ?, ?)`),
      addPairs: database.prepare('INSERT INTO model_pairs (rowid, pairs) VALUES (?, ?)'),
      deletePairs: database.prepare(`INSERT INTO model_pairs (model_pairs, rowid, pairs) VALUES ('delete', ?, ?)`),
      findFacet: database
        .prepare<(string | number)[], number>(
          `SELECT facet FROM facets WHERE model_type = ? AND family = ? AND validation_state = ? AND storage_kind = ? AND precision = ?
            AND favourite = ? AND offline = ?`,
        )
        .pluck(),
      addFacet: database.prepare<(string | number)[]>(
        `INSERT INTO facets (model_type, family, validation_state, storage_kind, precision, favourite, offline, model_count, size_bytes)
          VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
      ),
      countFacet: database.prepare(
        'UPDATE facets SET model_count = model_count + ?, size_bytes = size_bytes + ? WHERE facet = ?',
      ),
      countTag: database.prepare(`INSERT INTO facet_tags (facet, tag, model_count) VALUES (?, ?, ?)
        ON CONFLICT (facet, tag) DO UPDATE SET model_count = model_count + excluded.model_count`),
      dropTag: database.prepare('DELETE FROM facet_tags WHERE facet = ? AND tag = ? AND model_count <= 0'),
    };
  }

  /** Puts an entry in, or in place of the one with its id. */
  put(entry: PreparedEntry): void {
    const known = this.#sql.find.get(entry.modelId);
    if (known === undefined) {
      this.add(entry);
      return;
    }
    this.#uncount(known);
    const facet = this.#facetOf(entry);
    this.#sql.update.run(...entry.columns, facet, entry.text, known.row);
    if (known.search_text !== entry.text) {
      this.#deleteText(known);
      this.#addText(known.row, entry);
    }
    this.#sql.deleteTags.run(known.row);
    this.#sql.deleteFindings.run(known.row);
    this.#putParts(known.row, entry, facet);
  }

  /** Puts an entry in that is new; one whose id is there already is left out. */
  add(entry: PreparedEntry): void {
    const facet = this.#facetOf(entry);
    const { changes, lastInsertRowid } = this.#sql.insert.run(entry.modelId, ...entry.columns, facet, entry.text);
    if (changes === 0) return;
    const row = Number(lastInsertRowid);
    this.#addText(row, entry);
    this.#putParts(row, entry, facet);
  }

  /** Says whether there was such a model. */
  remove(modelId: ModelId): boolean {
    const known = this.#sql.find.get(modelId);
    if (known === undefined) return false;
    this.#uncount(known);
    this.#deleteText(known);
    for (const statement of [
      this.#sql.deleteTags,
      this.#sql.deleteFindings,
      this.#sql.deleteFilters,
      this.#sql.deleteSummary,
      this.#sql.deleteRecord,
      this.#sql.delete,
    ])
      statement.run(known.row);
    return true;
  }

  /** Writes the counts that changed. */
  flush(): void {
    for (const [facet, { count, sizeBytes }] of this.#facetChanges) this.#sql.countFacet.run(count, sizeBytes, facet);
    for (const { facet, tag, count } of this.#tagChanges.values()) {
      this.#sql.countTag.run(facet, tag, count);
      if (count < 0) this.#sql.dropTag.run(facet, tag);
    }
    this.#facetChanges.clear();
    this.#tagChanges.clear();
  }

  /** After a transaction that was rolled back: what it had changed is not so. */
  forget(): void {
    this.#facetIds.clear();
    this.#facetChanges.clear();
    this.#tagChanges.clear();
  }

  #addText(row: number, { text, pairs }: PreparedEntry): void {
    this.#sql.addText.run(row, text);
    this.#sql.addPairs.run(row, pairs);
  }

  #deleteText({ row, search_text }: Row): void {
    this.#sql.deleteText.run(row, search_text);
    this.#sql.deletePairs.run(row, pairTokens(search_text));
  }

  #putParts(row: number, { summary, record, sizeBytes, tags, findings }: PreparedEntry, facet: number): void {
    this.#sql.putSummary.run(row, summary);
    this.#sql.putRecord.run(row, record);
    this.#sql.putFilters.run(row, facet, sizeBytes);
    this.#countFacet(facet, 1, sizeBytes);
    for (const tag of tags) {
      this.#sql.putTag.run(row, tag);
      this.#countTag(facet, tag, 1);
    }
    for (const [position, [code, drive, finding]] of findings.entries())
      this.#sql.putFinding.run(code, drive, row, position, finding);
  }

  #uncount({ row, facet, size_bytes }: Row): void {
    this.#countFacet(facet, -1, -size_bytes);
    for (const tag of this.#sql.tagsOf.all(row)) this.#countTag(facet, tag, -1);
  }

  #countFacet(facet: number, count: number, sizeBytes: number): void {
    const change = this.#facetChanges.get(facet) ?? { count: 0, sizeBytes: 0 };
    change.count += count;
    change.sizeBytes += sizeBytes;
    this.#facetChanges.set(facet, change);
  }

  #countTag(facet: number, tag: string, count: number): void {
    const key = `${facet} ${tag}`;
    const change = this.#tagChanges.get(key) ?? { facet, tag, count: 0 };
    change.count += count;
    this.#tagChanges.set(key, change);
  }

  #facetOf({ facet: values }: PreparedEntry): number {
    const key = values.join('\0');
    const known = this.#facetIds.get(key) ?? this.#sql.findFacet.get(...values);
    const id = known ?? Number(this.#sql.addFacet.run(...values).lastInsertRowid);
    this.#facetIds.set(key, id);
    return id;
  }
}
