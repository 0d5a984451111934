import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { catalogIndexes, catalogSchema, catalogVersion } from './schema.ts';

/** How long a statement waits for another connection that writes. */
const busyTimeoutMs = 2000;
/** SQLite's own is 2 MiB: a search over a large library would read the same pages again and again. */
const cacheKibibytes = 24 * 1024;
/** Copying the log back waits for the drive: it is left to `tendIndex`, and done in the middle of a change only where that never comes. */
const longLogPages = 16_000;
/** A larger index is not read through at every start; a damage then shows at the statement that meets it. */
const checkedUpToBytes = 8 * 2 ** 20;

export interface OpenedDatabase {
  readonly database: Database.Database;
  /** Whether it holds nothing yet, or only a part. */
  readonly mustBeFilled: boolean;
}

/** Opens an index or makes one; null when the file is damaged or from another version. */
export function openDatabase(path: string): OpenedDatabase | null {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: busyTimeoutMs });
    database.pragma('journal_mode = WAL');
    // What a power cut may lose is written again from the metadata.json files.
    database.pragma('synchronous = NORMAL');
    database.pragma(`cache_size = -${cacheKibibytes}`);
    database.pragma(`wal_autocheckpoint = ${longLogPages}`);
    const version = database.pragma('user_version', { simple: true });
    if (version === 0) create(database);
    else if (version !== catalogVersion || !isWhole(database, path)) {
      database.close();
      return null;
    }
    return { database, mustBeFilled: version === 0 || isFilling(database) };
  } catch (error) {
    database?.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

/** A second connection to an index that {@link openDatabase} opened. */
export function connect(path: string, options: { readonly readonly?: boolean } = {}): Database.Database {
  return new Database(path, { ...options, timeout: busyTimeoutMs, fileMustExist: true });
}

export function isDamage(error: unknown): boolean {
  if (!(error instanceof Database.SqliteError)) return false;
  // SQLITE_ERROR: the version is ours but the tables are not.
  return /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(error.code);
}

export function setAside(path: string): void {
  for (const ending of ['', '-wal', '-shm']) {
    rmSync(`${path}.unusable${ending}`, { force: true });
    if (existsSync(path + ending)) renameSync(path + ending, `${path}.unusable${ending}`);
  }
}

export function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'another program holds it. Close that program, then try again.';
  if (/^(SQLITE_READONLY|EACCES|EPERM|EROFS)/.test(code)) return 'it may not be written by this user.';
  if (/^(SQLITE_FULL|ENOSPC)/.test(code)) return 'there is no space left on its drive.';
  return error.message;
}

export function createIndexes(database: Database.Database): void {
  for (const [name, columns] of Object.entries(catalogIndexes))
    database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON ${columns}`);
}

function create(database: Database.Database): void {
  database
    .transaction(() => {
      if (database.pragma('user_version', { simple: true }) !== 0) return;
      database.exec(catalogSchema);
      createIndexes(database);
      database.pragma(`user_version = ${catalogVersion}`);
    })
    .immediate();
}

function isWhole(database: Database.Database, path: string): boolean {
  // Throws when the version is ours but the tables are not.
  database
    .prepare(
      `SELECT 1 FROM models JOIN model_text ON model_text.rowid = models.row JOIN model_pairs ON model_pairs.rowid = models.row JOIN model_summaries USING (row) JOIN model_records USING (row)
        JOIN model_filters USING (row) JOIN model_tags USING (row) JOIN facets USING (facet) JOIN facet_tags USING (facet) LIMIT 0`,
    )
    .all();
  if (statSync(path).size > checkedUpToBytes) return true;
  return database.pragma('quick_check(1)', { simple: true }) === 'ok';
}

/** Whether a fill was begun and didn't end: that process was killed, or it is still at it. */
function isFilling(database: Database.Database): boolean {
  return database.prepare('SELECT count(*) FROM fill').pluck().get() !== 0;
}
