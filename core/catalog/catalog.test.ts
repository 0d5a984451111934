import { appendFile, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failed } from '../contract/failure.ts';
import { ModelId } from '../contract/ids.ts';
import { ListQuery, ModelSummary } from '../contract/model.ts';
import { type Catalog, type CatalogEntry, openCatalog } from './catalog.ts';

let folder: string;
let path: string;
let catalog: Catalog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-catalog-'));
  path = join(folder, 'models.db');
  catalog = openCatalog(path);
});

afterEach(async () => {
  catalog.close();
  await rm(folder, { recursive: true, force: true });
});

function entry(id: string, changes: Partial<Record<keyof ModelSummary, unknown>> = {}, searchText = ''): CatalogEntry {
  const [type, family] = id.split('/');
  const summary = ModelSummary.parse({
    model_id: id,
    name: id.split('/').at(-1),
    model_type: type,
    family,
    task_type_primary: 'text-to-image',
    pipeline_class: null,
    storage_kind: 'external_reference',
    bundle_format: 'diffusers_directory',
    entry_path: `/models/${id}`,
    precision: 'fp16',
    size_bytes: 1,
    parameter_count: 1,
    validation_state: 'valid',
    is_offline: false,
    recommended_backend: null,
    fingerprint: id,
    preview: null,
    favourite: false,
    tags: [],
    generation_defaults: null,
    added_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  });
  return { summary, record: JSON.stringify({ id }), searchText };
}

const idsOf = (query: Record<string, unknown>) =>
  catalog.page(ListQuery.parse(query)).models.map(({ model_id }) => model_id);
const day = (number: number) => ({ added_at: `2026-01-${String(number).padStart(2, '0')}T00:00:00.000Z` });

test('what was put in comes back as it was, and again after a restart', () => {
  const first = entry('diffusion/sd/a', { tags: ['x'], generation_defaults: { width: 8 } });
  catalog.upsert([first]);
  catalog.close();
  catalog = openCatalog(path);
  expect(catalog.isNew).toBe(false);
  expect(catalog.get(ModelId.parse('diffusion/sd/a'))).toEqual({ summary: first.summary, record: first.record });
  expect(catalog.findByEntryPath('/models/diffusion/sd/a')).toEqual(first.summary);
  expect(catalog.findByEntryPath('/models/diffusion/sd')).toBeNull();
  expect([catalog.count(), catalog.ids()]).toEqual([1, ['diffusion/sd/a']]);
});

test('an entry put in again takes the place of the old one, in its text too', () => {
  catalog.upsert([entry('diffusion/sd/a', {}, 'mountain')]);
  catalog.upsert([entry('diffusion/sd/a', { name: 'new' }, 'valley')]);
  expect([catalog.count(), idsOf({ query: 'mountain' }), idsOf({ query: 'valley' })]).toEqual([
    1,
    [],
    ['diffusion/sd/a'],
  ]);
});

test('a removed entry is gone, from the text too', () => {
  catalog.upsert([entry('diffusion/sd/a', {}, 'mountain'), entry('diffusion/sd/b', {}, 'mountain')]);
  expect(catalog.remove(ModelId.parse('diffusion/sd/a'))).toBe(true);
  expect(catalog.remove(ModelId.parse('diffusion/sd/a'))).toBe(false);
  expect(idsOf({ query: 'mountain' })).toEqual(['diffusion/sd/b']);
});

test('pages hold every model once, newest first, whatever is added between them', () => {
  catalog.upsert(['a', 'b', 'c', 'd', 'e'].map((name, index) => entry(`diffusion/sd/${name}`, day(1 + (index >> 1)))));
  const first = catalog.page(ListQuery.parse({ limit: 2 }));
  expect(first).toMatchObject({ total: 5, models: [{ name: 'e' }, { name: 'c' }] });
  catalog.upsert([entry('diffusion/sd/newest', day(9))]);
  const second = catalog.page(ListQuery.parse({ limit: 2, cursor: first.next_cursor }));
  expect(second).toMatchObject({ total: 6, models: [{ name: 'd' }, { name: 'a' }] });
  const third = catalog.page(ListQuery.parse({ limit: 2, cursor: second.next_cursor }));
  expect(third).toMatchObject({ models: [{ name: 'b' }], next_cursor: null });
});

test.each(['x', '', 'bnVsbA', Buffer.from('[1,2]').toString('base64url')])('the cursor %j is refused', (cursor) => {
  expect(() => catalog.page(ListQuery.parse({ cursor }))).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'invalid_input' }) }),
  );
});

describe('search', () => {
  beforeEach(() => {
    catalog.upsert([
      entry(
        'diffusion/stable-diffusion-1/dreamshaper-8',
        { name: 'DreamShaper 8', tags: ['Portrait'] },
        'my notes: 100% "sun"',
      ),
      entry('diffusion/flux/红日', { name: '红日山', model_type: 'diffusion', validation_state: 'invalid' }),
      entry('lora/sd/ÉTÉ', { name: 'ÉTÉ' }),
    ]);
  });
  const shaper = 'diffusion/stable-diffusion-1/dreamshaper-8';

  test.each<[Record<string, unknown>, string[]]>([
    [{ query: 'shaper' }, [shaper]],
    [{ query: 'DREAM portr' }, [shaper]],
    [{ query: 'dream lora' }, []],
    [{ query: '8' }, [shaper]],
    [{ query: 'dr 100%' }, [shaper]],
    [{ query: '%' }, [shaper]],
    [{ query: '_' }, []],
    [{ query: '"sun"' }, [shaper]],
    [{ query: 'sun" OR "flux' }, []],
    [{ query: 'search_text:sun' }, []],
    [{ query: 'stable-diff' }, [shaper]],
    [{ query: 'NEAR(a b)' }, []],
    [{ query: '红' }, ['diffusion/flux/红日']],
    [{ query: '红日山' }, ['diffusion/flux/红日']],
    [{ query: 'été' }, ['lora/sd/ÉTÉ']],
    [{ query: 'e\u0301te\u0301' }, ['lora/sd/ÉTÉ']],
    [{ query: ' \0 ' }, ['diffusion/flux/红日', shaper, 'lora/sd/ÉTÉ']],
    [{ type: 'lora' }, ['lora/sd/ÉTÉ']],
    [{ state: 'invalid' }, ['diffusion/flux/红日']],
    [{ state: 'invalid', type: 'lora' }, []],
  ])('%j finds %j', (query, ids) => {
    expect(idsOf(query)).toEqual(ids);
  });
});

describe('an index that is of no use is set aside and made anew', () => {
  test.each<[string, () => Promise<void> | void]>([
    ['it is text', () => writeFile(path, 'not a database, but long enough to be taken for one'.repeat(50))],
    [
      'it is from a newer version',
      () => {
        const database = new Database(path);
        database.pragma('user_version = 99');
        database.close();
      },
    ],
    [
      'its tables are gone',
      () => {
        const database = new Database(path);
        database.exec('DROP TABLE models');
        database.pragma('user_version = 1');
        database.close();
      },
    ],
    [
      'its pages are damaged',
      async () => {
        const handle = await open(path, 'r+');
        const { size } = await handle.stat();
        await handle.write(Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096);
        await handle.close();
      },
    ],
  ])('%s', async (_, breakIt) => {
    catalog.upsert([entry('diffusion/sd/a')]);
    catalog.close();
    await breakIt();
    catalog = openCatalog(path);
    expect([catalog.isNew, catalog.count()]).toEqual([true, 0]);
    expect(await readdir(folder)).toContain('models.db.unusable');
    catalog.upsert([entry('diffusion/sd/a')]);
    expect(catalog.count()).toBe(1);
  });
});

test('an empty file and no file are new', async () => {
  catalog.close();
  await rm(path);
  await appendFile(path, '');
  catalog = openCatalog(path);
  catalog.upsert([entry('diffusion/sd/a')]);
  expect(catalog.count()).toBe(1);
});

test('an index that another program holds is said to be held, and left alone', () => {
  catalog.close();
  const other = new Database(path);
  other.pragma('locking_mode = EXCLUSIVE');
  other.exec('BEGIN EXCLUSIVE; CREATE TABLE theirs (a)');
  expect(() => openCatalog(path)).toThrow(Failed);
  expect(() => openCatalog(path)).toThrow(/another program holds it/);
  other.exec('ROLLBACK');
  other.close();
  catalog = openCatalog(path);
});

test('a folder in place of the index is a failure in one sentence', async () => {
  catalog.close();
  await rm(path);
  await mkdir(path);
  expect(() => openCatalog(path)).toThrow(/^The database ".*models.db" can't be used: /);
  await rm(path, { recursive: true });
  catalog = openCatalog(path);
});

test('a damage that a statement meets is a failure, not a bug', () => {
  const other = new Database(path);
  other.exec('DROP TABLE models');
  other.close();
  expect(() => catalog.count()).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'database_unusable' }) }),
  );
});
