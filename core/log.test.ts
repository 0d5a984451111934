import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLog } from './log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a line is in the file as soon as it is logged', () => {
  const path = join(folder, 'logs', 'vitrine.log');
  openLog({ path }).info({ job_id: 'x' }, 'started');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ msg: 'started', job_id: 'x' });
});

test('a file that has grown large is put aside at the next start', () => {
  const path = join(folder, 'vitrine.log');
  writeFileSync(path, Buffer.alloc(6 * 1024 * 1024, 'x'));
  openLog({ path }).info('fresh');
  expect(statSync(`${path}.1`).size).toBe(6 * 1024 * 1024);
  expect(statSync(path).size).toBeLessThan(1000);
});

test('a log that cannot be opened drops its lines', () => {
  writeFileSync(join(folder, 'taken'), '');
  expect(() => openLog({ path: join(folder, 'taken', 'vitrine.log') }).info('lost')).not.toThrow();
});
