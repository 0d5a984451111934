import { appendFile, mkdir, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CauseQuery } from '../contract/cause.ts';
import { Failed } from '../contract/failure.ts';
import { ModelId } from '../contract/ids.ts';
import { type FindingCode, findingSeverity } from '../contract/library/finding.ts';
import { ListQuery, ModelSummary } from '../contract/library/model.ts';
import { type Catalog, type CatalogEntry, openCatalog } from './catalog.ts';
import { catalogVersion } from './schema.ts';

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

function entry(
  id: string,
  changes: Partial<Record<keyof ModelSummary, unknown>> = {},
  searchText = '',
  findings: CatalogEntry['findings'] = [],
): CatalogEntry {
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
  return { summary, record: JSON.stringify({ id }), searchText, findings };
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

test.each([
  'x',
  '',
  'bnVsbA',
  ...['[1,2]', '["name","a","b"]', '["newest",1,"b"]', '["newest","a"]', '[{}]'].map((text) =>
    Buffer.from(text).toString('base64url'),
  ),
])('the cursor %j is refused', (cursor) => {
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

describe('filters and orders', () => {
  beforeEach(() => {
    catalog.upsert([
      entry(
        'diffusion/sd/a',
        { ...day(1), name: 'Zebra', tags: ['x', 'y'], favourite: true, size_bytes: 30 },
        'repo/one',
      ),
      entry(
        'diffusion/flux/b',
        { ...day(2), name: 'apple', tags: ['x'], is_offline: true, size_bytes: 10 },
        'repo/two',
      ),
      entry('lora/sd/c', {
        ...day(3),
        name: 'Mango',
        storage_kind: 'library_owned',
        precision: 'fp32',
        size_bytes: 30,
      }),
      entry('lora/sd/d', { ...day(4), name: 'mango tree', validation_state: 'degraded', size_bytes: 20 }, 'apple'),
    ]);
  });

  test.each<[Record<string, unknown>, string]>([
    [{}, 'dcba'],
    [{ type: 'lora' }, 'dc'],
    [{ family: 'flux' }, 'b'],
    [{ state: 'degraded' }, 'd'],
    [{ storage: 'library_owned' }, 'c'],
    [{ precision: 'fp32' }, 'c'],
    [{ tag: 'x' }, 'ba'],
    [{ tag: 'X' }, ''],
    [{ tag: 'x', family: 'sd' }, 'a'],
    [{ favourite: true }, 'a'],
    [{ favourite: 'false' }, 'dcb'],
    [{ offline: 'true' }, 'b'],
    [{ min_size_bytes: 20 }, 'dca'],
    [{ min_size_bytes: 11, max_size_bytes: '20' }, 'd'],
    [{ min_size_bytes: 40 }, ''],
    [{ query: 'apple' }, 'db'],
    [{ query: 'apple', type: 'lora' }, 'd'],
    [{ query: 'apple', tag: 'x' }, 'b'],
    [{ query: 'apple tr' }, 'd'],
    [{ query: 'repo', max_size_bytes: 10 }, 'b'],
    [{ query: 'ap', tag: 'x' }, 'b'],
    [{ sort: 'name' }, 'bcda'],
    [{ sort: 'size' }, 'acdb'],
    [{ sort: 'family' }, 'bcda'],
    [{ sort: 'relevance' }, 'dcba'],
    [{ sort: 'relevance', query: 'mango' }, 'cd'],
    [{ sort: 'relevance', query: 'apple' }, 'bd'],
    [{ sort: 'relevance', query: 'APPLE' }, 'bd'],
    [{ sort: 'relevance', query: 'a' }, 'bcda'],
  ])('%j gives %s, page by page and whole', (query, ids) => {
    const letters = (found: readonly string[]) => found.map((id) => id.at(-1)).join('');
    expect(letters(idsOf(query))).toBe(ids);
    const paged: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = catalog.page(ListQuery.parse({ ...query, limit: 1, cursor }));
      expect(page.total).toBe(ids.length);
      paged.push(...page.models.map(({ model_id }) => model_id));
      cursor = page.next_cursor;
    }
    expect(letters(paged)).toBe(ids);
    const skipped = [...ids, '', ''].map((_, offset) =>
      catalog.page(ListQuery.parse({ ...query, limit: 2, offset })).models.map(({ model_id }) => model_id),
    );
    expect(skipped.map(letters)).toEqual([...ids, '', ''].map((_, offset) => ids.slice(offset, offset + 2)));
  });

  test('the counts of a filter are those that its values would leave, the others as they are', () => {
    expect(catalog.counts(ListQuery.parse({}))).toEqual({
      type: [
        { value: 'diffusion', count: 2 },
        { value: 'lora', count: 2 },
      ],
      family: [
        { value: 'sd', count: 3 },
        { value: 'flux', count: 1 },
      ],
      state: [
        { value: 'valid', count: 3 },
        { value: 'degraded', count: 1 },
      ],
      storage: [
        { value: 'external_reference', count: 3 },
        { value: 'library_owned', count: 1 },
      ],
      precision: [
        { value: 'fp16', count: 3 },
        { value: 'fp32', count: 1 },
      ],
      tag: [
        { value: 'x', count: 2 },
        { value: 'y', count: 1 },
      ],
      favourite: 1,
      offline: 1,
      total: 4,
      size_bytes: 90,
    });
  });

  test.each<[Record<string, unknown>]>([
    [{ type: 'lora' }],
    [{ tag: 'x' }],
    [{ query: 'apple' }],
    [{ query: 'ap', favourite: false }],
    [{ query: 'apple', tag: 'x', state: 'valid', min_size_bytes: 5 }],
    [{ min_size_bytes: 20 }],
    [{ query: 'nothing' }],
  ])('each count of %j is the total of the query that it stands for', (query) => {
    const counts = catalog.counts(ListQuery.parse(query));
    for (const filter of ['type', 'family', 'state', 'storage', 'precision', 'tag'] as const)
      for (const { value, count } of counts[filter])
        expect([filter, value, count]).toEqual([filter, value, idsOf({ ...query, [filter]: value }).length]);
    expect(counts.favourite).toBe(idsOf({ ...query, favourite: true }).length);
    expect(counts.offline).toBe(idsOf({ ...query, offline: true }).length);
    expect(counts.total).toBe(idsOf(query).length);
  });

  test('counts follow every change', () => {
    catalog.upsert([entry('lora/sd/d', { tags: ['new'], size_bytes: 5 })]);
    catalog.remove(ModelId.parse('diffusion/sd/a'));
    expect(catalog.counts(ListQuery.parse({}))).toMatchObject({
      state: [{ value: 'valid', count: 3 }],
      tag: [
        { value: 'new', count: 1 },
        { value: 'x', count: 1 },
      ],
      favourite: 0,
      total: 3,
      size_bytes: 45,
    });
  });

  test('another connection is seen at once', () => {
    expect(catalog.count()).toBe(4);
    const other = openCatalog(path);
    other.upsert([entry('lora/sd/e', { tags: ['x'] })]);
    other.close();
    expect([catalog.count(), catalog.page(ListQuery.parse({ tag: 'x' })).total]).toEqual([5, 3]);
  });
});

test.each([
  '"',
  '""',
  "'",
  '*',
  '^a',
  'a AND',
  '(',
  'NEAR/2',
  'model_text:',
  '-x',
  '{a b}:c',
  '\\',
  ';DROP TABLE models',
  '😀',
  '👨‍👩‍👧 😀x',
  '\ud83d',
  '\0\0\0',
  'x'.repeat(1000),
  'ab '.repeat(333),
  '"'.repeat(1000),
  '%%%',
  '___',
])('the search %j finds nothing and harms nothing', (query) => {
  catalog.upsert([entry('lora/sd/mango')]);
  for (const sort of ['newest', 'relevance'])
    expect(idsOf({ query, sort })).toEqual(/^\0+$/.test(query) ? ['lora/sd/mango'] : []);
  expect(catalog.counts(ListQuery.parse({ query })).total).toBe(/^\0+$/.test(query) ? 1 : 0);
  expect(catalog.count()).toBe(1);
});

test('an emoji in a name is found by itself and within a word', () => {
  catalog.upsert([entry('lora/sd/cat', { name: 'neko😺cat' })]);
  expect([idsOf({ query: '😺' }), idsOf({ query: 'o😺c' })]).toEqual([['lora/sd/cat'], ['lora/sd/cat']]);
});

test('rows are given from an id on, with their stamps', () => {
  catalog.upsert([{ ...entry('lora/sd/a'), stamp: 's1' }, entry('lora/sd/b'), entry('vae/sd/c')]);
  catalog.setStamp(ModelId.parse('lora/sd/b'), 's2');
  const row = { storage_kind: 'external_reference', bundle_format: 'diffusers_directory' };
  expect(catalog.rowsAfter(null, 2)).toEqual([
    { model_id: 'lora/sd/a', stamp: 's1', entry_path: '/models/lora/sd/a', ...row },
    { model_id: 'lora/sd/b', stamp: 's2', entry_path: '/models/lora/sd/b', ...row },
  ]);
  expect(catalog.rowsAfter(ModelId.parse('lora/sd/b'), 2)).toMatchObject([{ model_id: 'vae/sd/c', stamp: '' }]);
});

test('models that share a fingerprint are found together', () => {
  catalog.upsert([
    entry('lora/sd/a', { fingerprint: 'one', size_bytes: 7 }),
    entry('lora/sd/b', { fingerprint: 'one', size_bytes: 7 }),
    entry('lora/sd/c', { fingerprint: '' }),
    entry('lora/sd/d', { fingerprint: '' }),
  ]);
  expect(catalog.findByFingerprint('one').map(({ model_id }) => model_id)).toEqual(['lora/sd/a', 'lora/sd/b']);
  expect(catalog.duplicates()).toEqual([{ fingerprint: 'one', model_ids: ['lora/sd/a', 'lora/sd/b'], size_bytes: 7 }]);
});

test('the time of the newest model is known', () => {
  expect(catalog.newestAddedAt()).toBeNull();
  catalog.upsert([entry('lora/sd/a', day(3)), entry('lora/sd/b', day(2))]);
  expect(catalog.newestAddedAt()).toBe(day(3).added_at);
});

test('a search over thousands gives the same whether it walks an order or sorts what it found', () => {
  const many = Array.from({ length: 3000 }, (_, index) =>
    entry(`lora/sd/m${index}`, { name: index % 2 === 0 ? `common ${index}` : `other ${index}`, size_bytes: index % 7 }),
  );
  catalog.upsert(many);
  for (const sort of ['newest', 'name', 'size', 'family', 'relevance']) {
    const whole: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = catalog.page(ListQuery.parse({ query: 'common', sort, limit: 7, cursor }));
      expect(page.total).toBe(1500);
      whole.push(...page.models.map(({ model_id }) => model_id));
      cursor = page.next_cursor;
    }
    expect(new Set(whole).size, sort).toBe(1500);
    expect(whole.slice(0, 500), sort).toEqual(idsOf({ query: 'common', sort, limit: 500 }));
    expect(whole.slice(700, 1200), sort).toEqual(idsOf({ query: 'common', sort, limit: 500, offset: 700 }));
  }
});

test('whatever is searched for, page, total and counts are those of reading every model', async () => {
  let state = 7;
  const random = (count: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
  const syllables = ['dre', 'am', 'sh', 'ap', 'er', 'x', 'l_', '-v', '1', 'é', '日', '😀'];
  const word = () => Array.from({ length: 1 + random(5) }, () => syllables[random(syllables.length)]).join('');
  const models = Array.from({ length: 2500 }, (_, index) =>
    entry(`lora/sd/m${index}`, {
      name: `${word()} ${word()} ${index}`,
      tags: [[...word()].slice(0, 3).join(''), 'all'],
      precision: index % 9 === 0 ? 'fp32' : 'fp16',
      added_at: new Date(1_700_000_000_000 + random(1e9)).toISOString(),
      size_bytes: random(1000),
    }),
  );
  catalog.upsert(models);
  // Some again, and some gone: what they were before is not found any more.
  catalog.upsert(models.slice(0, 200).map((model) => ({ ...model, summary: { ...model.summary, name: 'renamed' } })));
  for (const { summary } of models.slice(200, 300)) catalog.remove(summary.model_id);
  const left = [
    ...models.slice(0, 200).map(({ summary }) => ({ ...summary, name: 'renamed' })),
    ...models.slice(300).map(({ summary }) => summary),
  ];
  const textOf = (model: (typeof left)[number]) =>
    [model.name, model.model_id, model.family, ...model.tags].join('\n').toLowerCase();
  for (let round = 0; round < 150; round += 1) {
    const from = textOf(left[random(left.length)] as (typeof left)[number]).replaceAll(/\s+/g, ' ');
    const letters = [...from];
    const start = random(letters.length);
    const query = letters.slice(start, start + 1 + random(9)).join('');
    const filters = [{}, { precision: 'fp32' }, { tag: 'all' }, { min_size_bytes: 500 }][random(4)] ?? {};
    const matching = left.filter(
      (model) =>
        query.split(/\s+/).every((term) => textOf(model).includes(term)) &&
        (!('precision' in filters) || model.precision === 'fp32') &&
        (!('min_size_bytes' in filters) || model.size_bytes >= 500),
    );
    const newest = matching
      .toSorted((a, b) => (a.added_at === b.added_at ? 0 : a.added_at < b.added_at ? 1 : -1))
      .map(({ model_id }) => model_id);
    const page = catalog.page(ListQuery.parse({ query, ...filters, limit: 40 }));
    expect([query, filters, page.total, page.models.map(({ model_id }) => model_id)]).toEqual([
      query,
      filters,
      matching.length,
      newest.slice(0, 40),
    ]);
    const asked = ListQuery.parse({ query, ...filters });
    const counts = round % 2 === 0 ? await catalog.countsInTurns(asked) : catalog.counts(asked);
    expect([query, counts.size_bytes]).toEqual([query, matching.reduce((sum, { size_bytes }) => sum + size_bytes, 0)]);
    const tagged = new Map<string, number>();
    for (const tag of matching.flatMap(({ tags }) => [...new Set(tags)])) tagged.set(tag, (tagged.get(tag) ?? 0) + 1);
    expect([query, counts.total, Object.fromEntries(counts.tag.map(({ value, count }) => [value, count]))]).toEqual([
      query,
      matching.length,
      Object.fromEntries(tagged),
    ]);
  }
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
        database.pragma(`user_version = ${catalogVersion}`);
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
  other.exec('DROP TABLE facets');
  other.close();
  expect(() => catalog.count()).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ code: 'database_unusable' }) }),
  );
});

describe('what is wrong, by cause', () => {
  const finding = (code: FindingCode, drive = '', path?: string) => ({
    drive,
    finding: { code, severity: findingSeverity[code], message: code, ...(path !== undefined && { path }) },
  });
  const broken = (id: string, ...findings: CatalogEntry['findings']) => entry(id, {}, '', findings);
  const causes = () =>
    catalog.causes().map(({ code, drive, model_count, finding_count, examples }) => ({
      code,
      drive,
      model_count,
      finding_count,
      examples: examples.map(({ model }) => model.name),
    }));

  test('the worst stand first, drives that are away last and each for itself, and a model counts once', () => {
    catalog.upsert([
      broken('diffusion/sd/a', finding('volume_offline', 'A')),
      broken('diffusion/sd/b', finding('volume_offline', 'B')),
      broken('diffusion/sd/c', finding('missing_optional_component'), finding('truncated_weights')),
      broken('diffusion/sd/d', finding('truncated_weights', '', 'x'), finding('truncated_weights', '', 'y')),
      broken('diffusion/sd/e', finding('missing_shard')),
      entry('diffusion/sd/f'),
    ]);
    expect(causes()).toEqual([
      { code: 'truncated_weights', drive: null, model_count: 2, finding_count: 3, examples: ['c', 'd', 'd'] },
      { code: 'missing_shard', drive: null, model_count: 1, finding_count: 1, examples: ['e'] },
      { code: 'missing_optional_component', drive: null, model_count: 1, finding_count: 1, examples: ['c'] },
      { code: 'volume_offline', drive: 'A', model_count: 1, finding_count: 1, examples: ['a'] },
      { code: 'volume_offline', drive: 'B', model_count: 1, finding_count: 1, examples: ['b'] },
    ]);
  });

  test('what was mended or removed is wrong no more', () => {
    catalog.upsert([
      broken('diffusion/sd/a', finding('missing_shard')),
      broken('diffusion/sd/b', finding('missing_shard')),
    ]);
    catalog.upsert([entry('diffusion/sd/a')]);
    expect(causes()).toMatchObject([{ model_count: 1, examples: ['b'] }]);
    catalog.remove(ModelId.parse('diffusion/sd/b'));
    expect(causes()).toEqual([]);
  });

  test('ten thousand broken models are counted, and met page by page', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `m${index}`);
    catalog.upsert(names.map((name) => broken(`diffusion/sd/${name}`, finding('missing_shard', '', name))));
    expect(causes()).toMatchObject([{ model_count: 10_000, finding_count: 10_000 }]);
    expect(catalog.causes()[0]?.examples).toHaveLength(6);
    const page = (offset: number) => catalog.findings(CauseQuery.parse({ code: 'missing_shard', limit: 500, offset }));
    const met = Array.from({ length: 21 }, (_, index) => page(index * 500)).flatMap(({ findings }) =>
      findings.map(({ model, finding: { path } }) => [model.name, path]),
    );
    expect(met).toEqual(names.map((name) => [name, name]));
    expect(page(0).total).toBe(10_000);
    expect(catalog.findings(CauseQuery.parse({ code: 'truncated_weights' }))).toEqual({ findings: [], total: 0 });
  });
});

test('where files lie is told by folder, and bundles one by one', () => {
  const at = (id: string, entryPath: string, changes = {}) =>
    entry(id, { entry_path: entryPath, bundle_format: 'single_file', ...changes });
  catalog.upsert([
    at('lora/a/1', join(sep, 'models', 'loras', 'one.safetensors')),
    at('lora/a/2', join(sep, 'models', 'loras', 'emoji 😀.safetensors')),
    at('lora/a/3', join(sep, 'models', 'loras', 'deep', 'ss.ss')),
    at('lora/a/4', join(sep, 'at root.safetensors')),
    at('lora/a/5', '', { storage_kind: 'external_reference' }),
    at('lora/a/6', join(sep, 'owned', 'one.safetensors'), { storage_kind: 'library_owned' }),
    at('diffusion/a/7', join(sep, 'bundles', 'seven'), { bundle_format: 'diffusers_directory' }),
  ]);
  const parts = [...catalog.rows.sources()];
  expect(parts.flatMap(({ folders }) => folders).sort()).toEqual(
    [sep, join(sep, 'models', 'loras'), join(sep, 'models', 'loras', 'deep')].sort(),
  );
  expect(parts.flatMap(({ bundles }) => bundles.map(({ entry_path }) => entry_path))).toEqual([
    join(sep, 'bundles', 'seven'),
  ]);
});
