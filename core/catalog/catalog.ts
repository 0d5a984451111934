import { mkdirSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { Cause, CauseQuery, FindingPage } from '../contract/cause.ts';
import { Failed } from '../contract/failure.ts';
import { ModelId } from '../contract/ids.ts';
import type { ValidationState } from '../contract/library/finding.ts';
import type { ModelType, StorageKind } from '../contract/library/metadata.ts';
import type { ListQuery, ModelCounts, ModelPage, ModelSummary } from '../contract/library/model.ts';
import { isDamage, openDatabase, reasonOf, setAside } from './database-file.ts';
import { EntryWriter } from './entry-writer.ts';
import { IndexedRows } from './indexed-rows.ts';
import { type CatalogEntry, prepareEntry } from './prepared-entry.ts';
import { ModelFinder, summaryOf } from './search/model-finder.ts';

export type { CatalogEntry } from './prepared-entry.ts';

/** So long after the last page that was asked for, nobody waits for another: a list that is drawn anew has come. */
const restMs = 1000;

/**
 * Opens the index at `path`, or makes it. An index that is damaged or from another version is set aside as `<path>.unusable` and made anew,
 * `isNew` then: it holds nothing that the metadata.json files don't. Throws `database_unusable` when another program holds it or the folder can't
 * be written.
 */
export function openCatalog(path: string): Catalog {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const opened = openDatabase(path);
    if (opened !== null) return new Catalog(opened.database, opened.mustBeFilled);
    setAside(path);
    const fresh = openDatabase(path);
    if (fresh === null) throw new Error('an index that was just made is of no use');
    return new Catalog(fresh.database, true);
  } catch (error) {
    if (error instanceof Failed || !(error instanceof Error)) throw error;
    throw new Failed('database_unusable', { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The index of the library: a projection of its metadata.json files. The opener closes it. */
export class Catalog {
  /** Whether the index was made just now, or its filling was cut short: it must be filled (`fillCatalog`). */
  readonly isNew: boolean;
  /** Of the database file. */
  readonly path: string;
  readonly #database: Database.Database;
  readonly #finder: ModelFinder;
  #restTimer: NodeJS.Timeout | null = null;
  /** For whoever compares them with the disk. */
  readonly rows: IndexedRows;
  #writer: EntryWriter | null = null;
  #rowsAfter: Database.Statement<[string, number], CatalogRow> | null = null;
  #filesAfter: Database.Statement<[string, number], CatalogFiles> | null = null;

  /** Takes over an open database; use {@link openCatalog}. */
  constructor(database: Database.Database, isNew: boolean) {
    this.path = database.name;
    this.#database = database;
    this.#finder = new ModelFinder(database);
    this.rows = new IndexedRows(database);
    this.isNew = isNew;
  }

  /** Puts entries in, or in place of those with their ids: all or none. */
  upsert(entries: readonly CatalogEntry[]): void {
    const prepared = entries.map(prepareEntry);
    this.#write((writer) => {
      for (const entry of prepared) writer.put(entry);
    });
  }

  /** Says whether there was such a model. */
  remove(modelId: ModelId): boolean {
    return this.#write((writer) => writer.remove(modelId));
  }

  /** Records how a model's files stood when its health was checked. */
  setStamp(modelId: ModelId, stamp: string): void {
    this.#guard(() =>
      this.#database
        .prepare('UPDATE models SET stamp = ? WHERE model_id = ? AND stamp <> ?')
        .run(stamp, modelId, stamp),
    );
  }

  /** How a model's files stood when its health was checked; empty where that is not known. */
  stampOf(modelId: ModelId): string {
    const row = this.#all('SELECT stamp FROM models WHERE model_id = ?', modelId)[0];
    return row === undefined ? '' : StampRow.parse(row).stamp;
  }

  /** The same of some models at once, each only while the index has the stamp that it had when its files were looked at. */
  confirmStamps(models: readonly ConfirmedStamp[]): void {
    this.#guard(() => {
      const confirm = this.#database.prepare('UPDATE models SET stamp = ? WHERE model_id = ? AND stamp = ?');
      this.#database
        .transaction(() => {
          for (const { id, indexed, stamp } of models) confirm.run(stamp, id, indexed);
        })
        .immediate();
    });
  }

  get(modelId: ModelId): { readonly summary: ModelSummary; readonly record: string } | null {
    const row = this.#all(
      'SELECT summary, record FROM models JOIN model_summaries USING (row) JOIN model_records USING (row) WHERE model_id = ?',
      modelId,
    )[0];
    return row === undefined ? null : { summary: summaryOf(row), record: RecordRow.parse(row).record };
  }

  findByEntryPath(entryPath: string): ModelSummary | null {
    const row = this.#all(
      'SELECT summary FROM models JOIN model_summaries USING (row) WHERE entry_path = ? ORDER BY added_at LIMIT 1',
      entryPath,
    )[0];
    return row === undefined ? null : summaryOf(row);
  }

  /** Models whose files are in a folder or below it. */
  idsBelow(folder: string): ModelId[] {
    const beginning = folder.endsWith(sep) ? folder : folder + sep;
    const select = this.#database
      .prepare<[string, string], ModelId>('SELECT model_id FROM models WHERE entry_path >= ? AND entry_path < ?')
      .pluck();
    return this.#guard(() => select.all(beginning, `${beginning}\u{10ffff}`));
  }

  /** Models with that fingerprint, the oldest first. */
  findByFingerprint(fingerprint: string): ModelSummary[] {
    return this.#all(
      'SELECT summary FROM models JOIN model_summaries USING (row) WHERE fingerprint = ? ORDER BY added_at, model_id',
      fingerprint,
    ).map(summaryOf);
  }

  /** Models that share a fingerprint, group by group; at most 1000 groups, those with the largest files first. */
  duplicates(): { readonly fingerprint: string; readonly model_ids: ModelId[]; readonly size_bytes: number }[] {
    const rows = this.#all(`
      SELECT fingerprint, json_group_array(model_id) AS model_ids, max(size_bytes) AS size_bytes FROM models WHERE fingerprint <> ''
      GROUP BY fingerprint HAVING count(*) > 1 ORDER BY max(size_bytes) DESC, fingerprint LIMIT 1000`);
    return z
      .array(DuplicateRow)
      .parse(rows)
      .map((row) => ({ ...row, model_ids: z.array(ModelId).parse(JSON.parse(row.model_ids)).sort() }));
  }

  /** One page. Throws `invalid_input` for a cursor that isn't one of this order. */
  page(query: ListQuery): ModelPage {
    return this.#guard(() => this.#finder.page(query));
  }

  /**
   * {@link page}; while the index is being filled a search for a common word goes through it in parts, each in a turn of its own: the threads that
   * fill it have the processors, and the whole would hold others up for three times as long as otherwise. It has no index of names then, which
   * a page ahead of its total would be read from.
   */
  async pageInTurns(query: ListQuery): Promise<ModelPage> {
    this.#prepareAtRest();
    if (!this.isNew || !this.#isFilling()) return this.page(query);
    for (const part of this.#guard(() => this.#finder.partsOf(query))) {
      this.#guard(part);
      await new Promise(setImmediate);
    }
    return this.page({ ...query, total: 'exact' });
  }

  /** Reads into memory what searches look into most, in turns; in the middle of a fill, or where the index changes meanwhile, it is left. */
  async prepareSearch(): Promise<void> {
    if (this.isNew && this.#isFilling()) return;
    const reading = this.#finder.names.read();
    while (this.#database.open && !this.#guard(() => reading.next().done)) await new Promise(setImmediate);
  }

  /** How many models each value of each filter would leave, with the other filters as they are. */
  counts(query: ListQuery): ModelCounts {
    return this.#guard(() => this.#finder.counter.counts(query));
  }

  /** {@link counts}, a part at a time: of a search that finds half of a large library it takes some fifty milliseconds. */
  async countsInTurns(query: ListQuery): Promise<ModelCounts> {
    for (const part of this.#guard(() => this.#finder.counter.partsOf(query))) {
      this.#guard(part);
      await new Promise(setImmediate);
    }
    return this.counts(query);
  }

  /** What is wrong in the library, the worst first. */
  causes(): Cause[] {
    return this.#guard(() => this.#finder.causes.causes());
  }

  /** The findings of one cause, one page. */
  findings(query: CauseQuery): FindingPage {
    return this.#guard(() => this.#finder.causes.findings(query));
  }

  count(): number {
    return this.#guard(() => this.#finder.count());
  }

  ids(): ModelId[] {
    const select = this.#database.prepare<[], ModelId>('SELECT model_id FROM models ORDER BY model_id').pluck();
    return this.#guard(() => select.all());
  }

  /** What comparing the index with the disk needs, by id, from after one on (null: from the first). */
  rowsAfter(modelId: ModelId | null, limit: number): CatalogRow[] {
    this.#rowsAfter ??= this.#database.prepare(`
      SELECT model_id, stamp, storage_kind, bundle_format, entry_path FROM models JOIN facets USING (facet)
      WHERE model_id > ? ORDER BY model_id LIMIT ?`);
    const select = this.#rowsAfter;
    return this.#guard(() => select.all(modelId ?? '', limit));
  }

  /** What a program that reads the models' files must know of them, by id, from after one on (null: from the first). */
  filesAfter(modelId: ModelId | null, limit: number): CatalogFiles[] {
    this.#filesAfter ??= this.#database.prepare(`
      SELECT model_id, model_type, storage_kind, validation_state, bundle_format, entry_path, models.size_bytes
      FROM models JOIN facets USING (facet) WHERE model_id > ? ORDER BY model_id LIMIT ?`);
    const select = this.#filesAfter;
    return this.#guard(() => select.all(modelId ?? '', limit));
  }

  /** When the newest model was added. */
  newestAddedAt(): string | null {
    const row = this.#all('SELECT added_at FROM models ORDER BY added_at DESC LIMIT 1')[0];
    return row === undefined ? null : z.object({ added_at: z.string() }).parse(row).added_at;
  }

  close(): void {
    clearTimeout(this.#restTimer ?? undefined);
    this.#database.close();
  }

  /** Once nobody asks for pages: who looks at some is likely to search, and who asked for one only is gone by then. */
  #prepareAtRest(): void {
    this.#restTimer ??= setTimeout(() => {
      this.#restTimer = null;
      // What is damaged or locked is told to who asks next.
      this.prepareSearch().catch((error: unknown) => {
        if (!(error instanceof Failed)) throw error;
      });
    }, restMs).unref();
    this.#restTimer.refresh();
  }

  #isFilling(): boolean {
    return this.#all('SELECT 1 FROM fill').length > 0;
  }

  #write<Result>(act: (writer: EntryWriter) => Result): Result {
    return this.#guard(() => {
      this.#writer ??= new EntryWriter(this.#database);
      const writer = this.#writer;
      try {
        return this.#database
          .transaction(() => {
            const result = act(writer);
            writer.flush();
            return result;
          })
          .immediate();
      } catch (error) {
        writer.forget();
        throw error;
      }
    });
  }

  #all(sql: string, ...values: readonly string[]): unknown[] {
    return this.#guard(() => this.#database.prepare<string[], unknown>(sql).all(...values));
  }

  /** A damage or a lock met by a statement is expected, however rare: it becomes `database_unusable`. */
  #guard<Result>(act: () => Result): Result {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      const reason = isDamage(error)
        ? 'it is damaged. Start Vitrine again: the index is then made anew.'
        : reasonOf(error);
      throw new Failed('database_unusable', { path: this.path, reason }, { cause: error });
    }
  }
}

/** Written by us from a checked summary, as what follows; not checked again, as every model is read at every start. */
export interface CatalogRow {
  readonly model_id: ModelId;
  readonly stamp: string;
  readonly storage_kind: StorageKind;
  readonly bundle_format: string;
  readonly entry_path: string;
}

export interface ConfirmedStamp {
  readonly id: ModelId;
  /** That of the index. */
  readonly indexed: string;
  readonly stamp: string;
}

export interface CatalogFiles {
  readonly model_id: ModelId;
  readonly model_type: ModelType;
  readonly storage_kind: StorageKind;
  readonly validation_state: ValidationState;
  readonly bundle_format: string;
  readonly entry_path: string;
  readonly size_bytes: number;
}

const StampRow = z.object({ stamp: z.string() });
const RecordRow = z.object({ record: z.string() });
const DuplicateRow = z.object({ fingerprint: z.string(), model_ids: z.string(), size_bytes: z.number() });
