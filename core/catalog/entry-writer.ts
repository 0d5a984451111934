import type Database from 'better-sqlite3';
import type { Finding } from '../contract/finding.ts';
import type { ModelId } from '../contract/ids.ts';
import type { ModelSummary } from '../contract/model.ts';
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
        INSERT INTO models (model_id, name_key, family, size_bytes, added_at, facet, bundle_format, entry_path, fingerprint, stamp, search_text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (model_id) DO NOTHING`),
      update: database.prepare(`
        UPDATE models SET name_key = ?, family = ?, size_bytes = ?, added_at = ?, facet = ?, bundle_format = ?, entry_path = ?, fingerprint = ?, stamp = ?,
          search_text = ? WHERE row = ?`),
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
  put(entry: CatalogEntry): void {
    const { summary } = entry;
    const known = this.#sql.find.get(summary.model_id);
    if (known === undefined) {
      this.add(entry);
      return;
    }
    this.#uncount(known);
    const values = this.#valuesOf(entry);
    this.#sql.update.run(...values.columns, known.row);
    if (known.search_text !== values.searchText) {
      this.#deleteText(known);
      this.#addText(known.row, values.searchText);
    }
    this.#sql.deleteTags.run(known.row);
    this.#sql.deleteFindings.run(known.row);
    this.#putParts(known.row, entry, values.facet);
  }

  /** Puts an entry in that is new; one whose id is there already is left out. */
  add(entry: CatalogEntry): void {
    const { columns, facet, searchText } = this.#valuesOf(entry);
    const { changes, lastInsertRowid } = this.#sql.insert.run(entry.summary.model_id, ...columns);
    if (changes === 0) return;
    const row = Number(lastInsertRowid);
    this.#addText(row, searchText);
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

  #valuesOf({ summary, searchText, stamp = '' }: CatalogEntry) {
    const facet = this.#facetOf(summary);
    const text = searchWords([summary.name, summary.model_id, summary.family, ...summary.tags, searchText]);
    const columns = [
      searchForm(summary.name),
      summary.family,
      summary.size_bytes,
      summary.added_at,
      facet,
      summary.bundle_format,
      summary.entry_path,
      summary.fingerprint,
      stamp,
      text,
    ];
    return { columns, facet, searchText: text };
  }

  #addText(row: number, text: string): void {
    this.#sql.addText.run(row, text);
    this.#sql.addPairs.run(row, pairTokens(text));
  }

  #deleteText({ row, search_text }: Row): void {
    this.#sql.deleteText.run(row, search_text);
    this.#sql.deletePairs.run(row, pairTokens(search_text));
  }

  #putParts(row: number, { summary, record, findings }: CatalogEntry, facet: number): void {
    this.#sql.putSummary.run(row, JSON.stringify(summary));
    this.#sql.putRecord.run(row, record);
    this.#sql.putFilters.run(row, facet, summary.size_bytes);
    this.#countFacet(facet, 1, summary.size_bytes);
    for (const tag of new Set(summary.tags)) {
      this.#sql.putTag.run(row, tag);
      this.#countTag(facet, tag, 1);
    }
    for (const [position, { drive, finding }] of findings.entries())
      this.#sql.putFinding.run(finding.code, drive, row, position, JSON.stringify(finding));
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

  #facetOf(summary: ModelSummary): number {
    const values = facetValues(summary);
    const key = values.join('\0');
    const known = this.#facetIds.get(key) ?? this.#sql.findFacet.get(...values);
    const facet = known ?? Number(this.#sql.addFacet.run(...values).lastInsertRowid);
    this.#facetIds.set(key, facet);
    return facet;
  }
}
