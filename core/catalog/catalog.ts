import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import { type ListQuery, type ModelPage, ModelSummary } from '../contract/model.ts';
import { afterPosition, conditionsOf, decodeCursor, encodeCursor, searchForm } from './list-filter.ts';
import { catalogSchema, catalogVersion } from './schema.ts';

/** How long a statement waits for another process that writes. */
const busyTimeoutMs = 2000;
/** A larger index is not read through at every start; a damage then shows at the statement that meets it. */
const checkedUpToBytes = 8 * 2 ** 20;

/** What the index keeps of a model. `record` is its metadata.json as last read, for the day when that file is damaged. */
export interface CatalogEntry {
  readonly summary: ModelSummary;
  readonly record: string;
  /** What a search looks into, beside name, id and family. */
  readonly searchText: string;
}

interface Row {
  readonly summary: string;
  readonly record: string;
}

/**
 * Opens the index at `path`, or makes it. An index that is damaged or from another version is set aside as `<path>.unusable` and made anew,
 * `isNew` then: it holds nothing that the metadata.json files don't. Throws `database_unusable` when another program holds it or the folder can't
 * be written.
 */
export function openCatalog(path: string): Catalog {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const opened = openChecked(path);
    if (opened !== null) return new Catalog(opened.database, opened.isNew);
    setAside(path);
    const fresh = openChecked(path);
    if (fresh === null) throw new Error('an index that was just made is of no use');
    return new Catalog(fresh.database, true);
  } catch (error) {
    if (error instanceof Failed || !(error instanceof Error)) throw error;
    throw new Failed('database_unusable', { path, reason: reasonOf(error) }, { cause: error });
  }
}

/** The index of the library: a projection of its metadata.json files. The opener closes it. */
export class Catalog {
  /** Whether the index was made just now and must be filled. */
  readonly isNew: boolean;
  readonly #path: string;
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement<string[], unknown>>();

  /** Takes over an open database; use {@link openCatalog}. */
  constructor(database: Database.Database, isNew: boolean) {
    this.#path = database.name;
    this.#database = database;
    this.isNew = isNew;
  }

  /** Puts entries in, or in place of those with their ids: all or none. */
  upsert(entries: readonly CatalogEntry[]): void {
    const statement = this.#database.prepare(`
      INSERT INTO models (model_id, model_type, validation_state, entry_path, fingerprint, added_at, search_text, summary, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (model_id) DO UPDATE SET model_type = excluded.model_type, validation_state = excluded.validation_state,
        entry_path = excluded.entry_path, fingerprint = excluded.fingerprint, added_at = excluded.added_at,
        search_text = excluded.search_text, summary = excluded.summary, record = excluded.record`);
    const write = this.#database.transaction(() => {
      for (const { summary, record, searchText } of entries) {
        const text = [summary.name, summary.model_id, summary.family, summary.tags.join(' '), searchText].join('\n');
        statement.run(
          summary.model_id,
          summary.model_type,
          summary.validation_state,
          summary.entry_path,
          summary.fingerprint,
          summary.added_at,
          searchForm(text),
          JSON.stringify(summary),
          record,
        );
      }
    });
    this.#guard(write);
  }

  /** Says whether there was such a model. */
  remove(modelId: ModelId): boolean {
    return this.#guard(() => this.#statement('DELETE FROM models WHERE model_id = ?').run(modelId).changes > 0);
  }

  get(modelId: ModelId): { readonly summary: ModelSummary; readonly record: string } | null {
    const row = this.#rows('SELECT summary, record FROM models WHERE model_id = ?', [modelId])[0];
    return row === undefined ? null : { summary: summaryOf(row), record: row.record };
  }

  findByEntryPath(entryPath: string): ModelSummary | null {
    const row = this.#rows('SELECT summary, record FROM models WHERE entry_path = ? ORDER BY added_at LIMIT 1', [
      entryPath,
    ])[0];
    return row === undefined ? null : summaryOf(row);
  }

  /** One page, newest added first, then by id. Throws `invalid_input` for a cursor that isn't one. */
  page(query: ListQuery): ModelPage {
    const conditions = conditionsOf(query);
    const total = this.#count(whereOf(conditions), valuesOf(conditions));
    const onPage = query.cursor === undefined ? conditions : [...conditions, afterPosition(decodeCursor(query.cursor))];
    const rows = this.#rows(
      `SELECT summary, record FROM models ${whereOf(onPage)} ORDER BY added_at DESC, model_id LIMIT ${query.limit + 1}`,
      valuesOf(onPage),
    );
    const models = rows.slice(0, query.limit).map(summaryOf);
    const last = models.at(-1);
    const hasMore = rows.length > query.limit && last !== undefined;
    return {
      models,
      total,
      next_cursor: hasMore ? encodeCursor({ addedAt: last.added_at, modelId: last.model_id }) : null,
    };
  }

  count(): number {
    return this.#count('', []);
  }

  ids(): ModelId[] {
    const select = this.#database.prepare<[], ModelId>('SELECT model_id FROM models ORDER BY model_id').pluck();
    return this.#guard(() => select.all());
  }

  close(): void {
    this.#database.close();
  }

  #count(where: string, values: readonly string[]): number {
    const [row] = this.#guard(() => this.#statement(`SELECT count(*) AS total FROM models ${where}`).all(...values));
    return (row as { total: number }).total;
  }

  #rows(sql: string, values: readonly string[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values)) as Row[];
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
      throw new Failed('database_unusable', { path: this.#path, reason }, { cause: error });
    }
  }

  #statement(sql: string): Database.Statement<string[], unknown> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<string[], unknown>(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function summaryOf(row: Row): ModelSummary {
  return ModelSummary.parse(JSON.parse(row.summary));
}

function whereOf(conditions: readonly { readonly sql: string }[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
}

function valuesOf(conditions: readonly { readonly values: readonly string[] }[]): string[] {
  return conditions.flatMap(({ values }) => values);
}

/** Null when the file is damaged or from another version. */
function openChecked(path: string): { readonly database: Database.Database; readonly isNew: boolean } | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: busyTimeoutMs });
    database.pragma('journal_mode = WAL');
    // What a power cut may lose is written again from the metadata.json files.
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    const version = database.pragma('user_version', { simple: true });
    if (version === 0) create(database);
    else if (version !== catalogVersion || !isWhole(database, path)) {
      database.close();
      return null;
    }
    return { database, isNew: version === 0 };
  } catch (error) {
    database?.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

function create(database: Database.Database): void {
  database
    .transaction(() => {
      if (database.pragma('user_version', { simple: true }) !== 0) return;
      database.exec(catalogSchema);
      database.pragma(`user_version = ${catalogVersion}`);
    })
    .immediate();
}

function isWhole(database: Database.Database, path: string): boolean {
  // Throws when the version is ours but the tables are not.
  database.prepare('SELECT models.summary FROM models JOIN model_text ON model_text.rowid = models.row LIMIT 0').all();
  if (statSync(path).size > checkedUpToBytes) return true;
  return database.pragma('quick_check(1)', { simple: true }) === 'ok';
}

function isDamage(error: unknown): boolean {
  if (!(error instanceof Database.SqliteError)) return false;
  // SQLITE_ERROR: the version is ours but the tables are not.
  return /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(error.code);
}

function setAside(path: string): void {
  for (const ending of ['', '-wal', '-shm']) {
    rmSync(`${path}.unusable${ending}`, { force: true });
    if (existsSync(path + ending)) renameSync(path + ending, `${path}.unusable${ending}`);
  }
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'another program holds it. Close that program, then try again.';
  if (/^(SQLITE_READONLY|EACCES|EPERM|EROFS)/.test(code)) return 'it may not be written by this user.';
  if (/^(SQLITE_FULL|ENOSPC)/.test(code)) return 'there is no space left on its drive.';
  return error.message;
}
