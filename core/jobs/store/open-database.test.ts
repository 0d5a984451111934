import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed, failureOf } from '../../contract/failure.ts';
import { databaseFault, openDatabase } from './open-database.ts';

let folder = '';
let path = '';
const logged: string[] = [];
const options = () => ({
  path,
  now: () => new Date('2026-03-04T05:06:07.890Z'),
  log: (message: string) => void logged.push(message),
  busyTimeoutMs: 20,
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-jobs-'));
  path = join(folder, 'data', 'jobs.db');
  logged.length = 0;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function refusal(work: () => unknown) {
  try {
    work();
  } catch (error) {
    return failureOf(error);
  }
  return expect.unreachable('it should have been refused');
}

const columns = 'id, type, status, origin, request_json, created_at, updated_at';
const job = `INSERT INTO jobs (${columns}) VALUES ('a', 'generate', 'queued', 'cli', '{}', '', '')`;

describe("the jobs' database", () => {
  it('is made with its folder, and holds what was written when opened again', () => {
    const first = openDatabase(options());
    first.exec(job);
    first.close();
    const second = openDatabase(options());
    expect(second.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(1);
    expect(second.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(logged).toEqual([]);
    second.close();
  });

  it('refuses an event after the terminal one, and a change of any', () => {
    const database = openDatabase(options());
    database.exec(job);
    const append = (sequence: number, code: string) =>
      database.exec(`INSERT INTO events VALUES ('a', ${sequence}, '', 'info', '${code}', NULL, '{}')`);
    append(1, 'step.start');
    append(2, 'job.finish');
    expect(() => append(3, 'artifact.written')).toThrow('nothing follows the terminal event');
    expect(() => database.exec(`UPDATE events SET code = 'x'`)).toThrow('an event never changes');
    database.close();
  });

  it.each([
    ['another queue', () => openDatabase(options())],
    [
      'another program',
      () => {
        openDatabase(options()).close();
        const other = new Database(path);
        other.exec('BEGIN EXCLUSIVE');
        return other;
      },
    ],
  ])('that %s holds is refused, and left as it is', (_, hold) => {
    const holder = hold();
    expect(refusal(() => openDatabase(options()))).toEqual({
      code: 'database_unusable',
      message: `The database "${path}" can't be used: another program holds it`,
      details: { path, reason: 'another program holds it' },
    });
    holder.close();
    openDatabase(options()).close();
    expect(logged).toEqual([]);
  });

  it('of a newer version is refused, and left as it is', () => {
    const database = openDatabase(options());
    database.pragma('user_version = 99');
    database.close();
    expect(refusal(() => openDatabase(options())).details).toEqual({
      path,
      reason: 'a newer Vitrine wrote it (version 99)',
    });
  });

  it('that is a folder is refused', async () => {
    await mkdir(path, { recursive: true });
    expect(refusal(() => openDatabase(options())).code).toBe('database_unusable');
  });

  it('below a file is refused', async () => {
    await writeFile(join(folder, 'data'), '');
    expect(refusal(() => openDatabase(options())).code).toBe('database_unusable');
  });

  it.each([
    ['no database', async () => writeFile(path, 'this is not a database, '.repeat(100))],
    [
      'cut off',
      async () => {
        const database = openDatabase(options());
        database.exec(job);
        database.close();
        await truncate(path, 6_000);
      },
    ],
    [
      'overwritten within',
      async () => {
        openDatabase(options()).close();
        const bytes = await readFile(path);
        await writeFile(path, bytes.fill(0xaa, 4_096, 12_288));
      },
    ],
  ])('that is %s is put aside whole, and a new one begun', async (_, damage) => {
    await mkdir(join(folder, 'data'));
    await damage();
    const before = await readFile(path);
    const database = openDatabase(options());
    expect(database.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
    database.close();
    const aside = 'jobs.db.corrupt-20260304T050607890Z';
    expect(await readdir(join(folder, 'data'))).toContain(aside);
    expect(await readFile(join(folder, 'data', aside))).toEqual(before);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(aside);
  });
});

describe('what SQLite says', () => {
  it('of a full disk is disk_full', () => {
    const database = new Database(':memory:');
    database.exec('CREATE TABLE t (x)');
    database.pragma('max_page_count = 2');
    let fault: unknown;
    try {
      database.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000));
    } catch (error) {
      fault = error;
    }
    expect(failureOf(databaseFault('/data/jobs.db', fault))).toMatchObject({
      code: 'disk_full',
      details: { path: '/data/jobs.db' },
    });
  });

  it.each([
    ['SQLITE_IOERR_WRITE', 'database_unusable'],
    ['SQLITE_READONLY', 'database_unusable'],
    ['SQLITE_CORRUPT_INDEX', 'database_unusable'],
    ['SQLITE_BUSY_SNAPSHOT', 'database_unusable'],
    ['EACCES', 'database_unusable'],
    ['ENOSPC', 'disk_full'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'internal'],
    ['SQLITE_ERROR', 'internal'],
    ['', 'internal'],
  ])('%s is %s', (code, expected) => {
    expect(failureOf(databaseFault('/p', Object.assign(new Error('x'), { code }))).code).toBe(expected);
  });

  it('leaves a failure that has a name alone', () => {
    const failed = new Failed('canceled');
    expect(databaseFault('/p', failed)).toBe(failed);
  });
});
