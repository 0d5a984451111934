import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { Failed } from './contract/failure.ts';

/** Held until it is released or the process ends, however it ends. */
export interface Lock {
  release(): void;
}

/**
 * Takes the one lock of a folder, or answers null where another process has it. It is an open exclusive transaction on a small database:
 * the system drops the file lock below it with the process, so a crash leaves nothing to clean up.
 * Throws `Failed`: `write_failed` or `disk_full` where the folder can't be written, `database_unusable` where its drive knows no locks.
 */
export function takeLock(folder: string): Lock | null {
  const path = join(folder, 'instance.db');
  makeFolder(folder);
  try {
    return exclusive(path);
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_NOTADB') throw lockFailure(error, path);
  }
  // Something else was written over it; the file holds nothing but the lock.
  rmSync(path, { force: true });
  try {
    return exclusive(path);
  } catch (error) {
    throw lockFailure(error, path);
  }
}

function exclusive(path: string): Lock | null {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOSPC') throw new Failed('disk_full', { path: folder });
    throw new Failed('write_failed', { path: folder, reason: reasonOf(error) }, { cause: error });
  }
}

function lockFailure(error: unknown, path: string): Failed {
  const code = sqliteCode(error) ?? '';
  if (code === 'SQLITE_FULL') return new Failed('disk_full', { path });
  const isWriting = /^SQLITE_(READONLY|CANTOPEN|PERM|AUTH)/.test(code);
  return new Failed(
    isWriting ? 'write_failed' : 'database_unusable',
    { path, reason: reasonOf(error) },
    { cause: error },
  );
}

function sqliteCode(error: unknown): string | null {
  return error instanceof Database.SqliteError ? error.code : null;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where the holder of a library answers, for programs of the same user. */
export const InstanceRecord = z.object({
  pid: z.int().positive(),
  url: z.url({ protocol: /^http$/ }),
  key: z.string().nullable(),
  started_at: z.iso.datetime(),
});
export type InstanceRecord = z.infer<typeof InstanceRecord>;

const recordName = 'instance.json';

export async function writeInstanceRecord(folder: string, record: InstanceRecord): Promise<void> {
  const path = join(folder, recordName);
  await writeFileAtomic(path, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  // An older file's mode would be kept.
  chmodSync(path, 0o600);
}

/** Null where there is none, or nothing of use: a record may be left over from a process that was killed. */
export function readInstanceRecord(folder: string): InstanceRecord | null {
  try {
    return InstanceRecord.parse(JSON.parse(readFileSync(join(folder, recordName), 'utf8')));
  } catch {
    return null;
  }
}

export function removeInstanceRecord(folder: string): void {
  rmSync(join(folder, recordName), { force: true });
}
