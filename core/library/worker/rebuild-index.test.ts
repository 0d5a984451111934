import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCatalog } from '../../catalog/catalog.ts';
import { ModelId } from '../../contract/ids.ts';
import { ListQuery } from '../../contract/library/model.ts';
import type { LibraryContext } from '../context.ts';
import { corruptRecord } from '../metadata/projection.ts';
import { ModelStore } from '../model-store.ts';
import { Turns } from '../turns.ts';
import { readRecords } from './read-records.ts';
import { rebuildIndex } from './rebuild-index.ts';

let rootPath: string;
const now = new Date('2026-03-01T00:00:00.000Z');

beforeEach(async () => {
  rootPath = await mkdtemp(join(tmpdir(), 'vitrine-rebuild-'));
});

afterEach(async () => {
  await rm(rootPath, { recursive: true, force: true });
});

async function place(id: string, content: string): Promise<string> {
  const folder = join(rootPath, 'models', ...id.split('/'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'metadata.json'), content);
  return folder;
}

function recordOf(id: string): string {
  const record = corruptRecord(ModelId.parse(id), null, '', now);
  return JSON.stringify({
    ...record,
    validation_state: 'valid',
    validation_errors: [],
    notes: 'a note',
    ours: 'unknown key',
  });
}

function read(): Record<string, string> {
  const entries = [...readRecords(join(rootPath, 'models'), now)].flat();
  return Object.fromEntries(
    entries.map(({ summary, record }) => [
      summary.model_id,
      summary.validation_state === 'valid' ? 'valid' : (JSON.parse(record).validation_errors[0]?.message ?? ''),
    ]),
  );
}

test('every record is read, whatever stands beside it, and a damaged one stays with its finding', async () => {
  await place('lora/flux/whole', recordOf('lora/flux/elsewhere'));
  await place('lora/flux/sub/folder/deep', recordOf('lora/flux/sub/folder/deep'));
  await place('lora/flux/broken', '{"schema_version":');
  await place('lora/flux/empty', '');
  await place('lora/flux/红日', recordOf('lora/flux/红日'));
  await truncate(join(await place('lora/flux/huge', ''), 'metadata.json'), 2 ** 40);
  const folder = await place('lora/flux/folder', '');
  await rm(join(folder, 'metadata.json'));
  await mkdir(join(folder, 'metadata.json'));
  await place('lora/flux/whole/payload/inner', recordOf('lora/flux/whole/payload/inner'));
  await place('lora/.hidden/a', recordOf('lora/flux/a'));
  await symlink(join(rootPath, 'models'), join(rootPath, 'models', 'lora', 'loop'));
  await writeFile(join(rootPath, 'models', 'lora', 'notes.txt'), '');
  expect(read()).toEqual({
    'lora/flux/whole': 'valid',
    'lora/flux/sub/folder/deep': 'valid',
    'lora/flux/红日': 'valid',
    'lora/flux/broken': expect.stringContaining('is not JSON'),
    'lora/flux/empty': expect.stringContaining('is empty'),
    'lora/flux/huge': expect.stringContaining('too many for a record'),
    'lora/flux/folder': expect.stringContaining('is not a file'),
  });
});

test.skipIf(process.platform === 'win32')('a FIFO in place of a record is not waited for', async () => {
  const folder = await place('lora/flux/fifo', '');
  await rm(join(folder, 'metadata.json'));
  execFileSync('mkfifo', [join(folder, 'metadata.json')]);
  expect(read()).toEqual({ 'lora/flux/fifo': expect.stringContaining('is not a file') });
});

test('no folder of models is none', () => {
  expect(read()).toEqual({});
});

describe.each([
  ['in threads of its own', true],
  ['in this thread', false],
])('an index is filled %s', (_, watches) => {
  test('with every record, and the same again when it is deleted', async () => {
    for (let index = 0; index < 600; index += 1) await place(`lora/flux/m${index}`, recordOf(`lora/flux/m${index}`));
    await place('lora/flux/broken', '{');
    for (const path of ['one.db', 'two.db']) {
      const catalog = openCatalog(join(rootPath, path));
      const host: LibraryContext['host'] = {
        rootPath,
        platform: 'linux-x64',
        runtimeVersion: '1',
        executionProviders: () => [],
        emit: () => {},
        now: () => now,
        log: () => {},
        drawPreview: async (bytes) => bytes,
        watches,
      };
      await rebuildIndex({ host, catalog, store: new ModelStore(host, catalog), turns: new Turns(), refusal: null });
      const counts = catalog.counts(ListQuery.parse({ type: 'lora' }));
      expect(counts.state).toEqual([
        { value: 'valid', count: 600 },
        { value: 'invalid', count: 1 },
      ]);
      expect(catalog.page(ListQuery.parse({ query: 'note', sort: 'name', limit: 1 }))).toMatchObject({
        total: 600,
        models: [{ model_id: 'lora/flux/m0' }],
      });
      expect(JSON.parse(catalog.get(ModelId.parse('lora/flux/m7'))?.record ?? '')).toMatchObject({
        ours: 'unknown key',
      });
      catalog.close();
    }
  });
});
