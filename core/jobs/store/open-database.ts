import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database, { type Database as Connection } from 'better-sqlite3';
import { Failed } from '../../contract/failure.ts';

export interface OpenDatabaseOptions {
  readonly path: string;
  readonly now: () => Date;
  readonly log: (message: string) => void;
  /** How long to wait for another program to let go. */
  readonly busyTimeoutMs?: number;
}

/** One step of the schema each; the database's `user_version` counts those that were taken. Never changed, only added to. */
const migrations: readonly string[] = [
  `
  CREATE TABLE jobs (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'canceled')),
    origin TEXT NOT NULL,
    request_json TEXT NOT NULL,
    failure_json TEXT,
    timings_json TEXT,
    provider TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX jobs_by_status ON jobs (status, sequence);

  CREATE TABLE steps (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'canceled')),
    started_at TEXT,
    finished_at TEXT,
    PRIMARY KEY (job_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warn', 'error')),
    code TEXT NOT NULL,
    step TEXT,
    payload_json TEXT NOT NULL,
    PRIMARY KEY (job_id, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER events_are_appended BEFORE UPDATE ON events
    BEGIN SELECT RAISE (ABORT, 'an event never changes'); END;
  CREATE TRIGGER events_end BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE job_id = NEW.job_id AND code = 'job.finish')
    BEGIN SELECT RAISE (ABORT, 'nothing follows the terminal event of a job'); END;

  CREATE TABLE artifacts (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    step TEXT NOT NULL,
    item_index INTEGER NOT NULL,
    model_id TEXT,
    path TEXT NOT NULL,
    artifact_json TEXT NOT NULL,
    UNIQUE (job_id, step, item_index)
  ) STRICT;
  CREATE INDEX artifacts_by_model ON artifacts (model_id, sequence);
  `,
  `
  ALTER TABLE jobs ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
  UPDATE jobs SET position = sequence;
  CREATE INDEX jobs_in_line ON jobs (status, position);
  ALTER TABLE jobs ADD COLUMN extras_json TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE jobs ADD COLUMN drawn_seed INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE jobs ADD COLUMN idempotency_key TEXT;
  ALTER TABLE jobs ADD COLUMN idempotency_body TEXT;
  CREATE UNIQUE INDEX jobs_by_idempotency_key ON jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;

  CREATE TABLE line (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), is_paused INTEGER NOT NULL) STRICT;
  INSERT INTO line VALUES (1, 0);
  `,
  'CREATE INDEX jobs_by_change ON jobs (updated_at, sequence);',
];

/**
 * Opens the jobs' database, brings its schema up to date and keeps it to ourselves: two queues on one file would run each other's jobs.
 * A damaged one is put aside as `<name>.corrupt-<stamp>` and a new one begun. Throws `database_unusable` or `disk_full`.
 */
export function openDatabase(options: OpenDatabaseOptions): Connection {
  const { path, now, log } = options;
  try {
    mkdirSync(dirname(path), { recursive: true });
    return tryOpen(options);
  } catch (error) {
    if (!isDamage(error)) throw databaseFault(path, error);
    const aside = `${path}.corrupt-${now().toISOString().replaceAll(/[-:.]/g, '')}`;
    log(
      `The jobs' database "${path}" is damaged (${String(error)}). It was put aside as "${aside}", and a new one begun.`,
    );
    try {
      for (const suffix of ['', '-wal', '-shm'])
        if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      return tryOpen(options);
    } catch (second) {
      throw databaseFault(path, second);
    }
  }
}

function tryOpen({ path, busyTimeoutMs = 2_000 }: OpenDatabaseOptions): Connection {
  const database = new Database(path, { timeout: busyTimeoutMs });
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    // Whole after a kill at any moment. FULL would also keep the last moments before a power cut, for a flush of the disk each time a job moves.
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.pragma('trusted_schema = OFF');
    const [verdict] = database.pragma('quick_check(1)', { simple: false }) as { quick_check: string }[];
    if (verdict?.quick_check !== 'ok') throw new DamagedDatabase(verdict?.quick_check ?? 'no answer');
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class DamagedDatabase extends Error {}

function migrate(database: Connection, path: string): void {
  database
    .transaction(() => {
      const version = Number(database.pragma('user_version', { simple: true }));
      if (version > migrations.length)
        throw new Failed('database_unusable', { path, reason: `a newer Vitrine wrote it (version ${version})` });
      for (const migration of migrations.slice(version)) database.exec(migration);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof DamagedDatabase || code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** The failure for what SQLite said; anything that is not from it or from the file system goes through unchanged. */
export function databaseFault(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new Failed('disk_full', { path }, { cause: error });
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return new Failed('database_unusable', { path, reason: 'another program holds it' }, { cause: error });
  // A constraint or a wrong statement is our own bug.
  if (/^SQLITE_(CONSTRAINT|ERROR|MISUSE|RANGE|MISMATCH)/.test(code)) return error;
  if (/^(SQLITE_|E[A-Z]+$)/.test(code))
    return new Failed(
      'database_unusable',
      { path, reason: error instanceof Error ? error.message : code },
      { cause: error },
    );
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
