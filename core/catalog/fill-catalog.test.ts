import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ListQuery, ModelSummary } from '../contract/library/model.ts';
import { type Catalog, type CatalogEntry, openCatalog } from './catalog.ts';
import { fillCatalog } from './fill-catalog.ts';
import { prepareEntry } from './prepared-entry.ts';
import { textTables } from './schema.ts';
import { tendIndex } from './tend-index.ts';

let folder: string;
let path: string;
let catalog: Catalog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-fill-'));
  path = join(folder, 'models.db');
  catalog = openCatalog(path);
});

afterEach(async () => {
  catalog.close();
  await rm(folder, { recursive: true, force: true });
});

function entries(from: number, count: number): CatalogEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `model${from + index}`;
    const summary = ModelSummary.parse({
      model_id: `lora/flux/${name}`,
      name,
      model_type: 'lora',
      family: 'flux',
      task_type_primary: 'unknown',
      pipeline_class: null,
      storage_kind: 'external_reference',
      bundle_format: 'single_file',
      entry_path: `/models/${name}`,
      precision: 'fp16',
      size_bytes: 10,
      parameter_count: 1,
      validation_state: 'valid',
      is_offline: false,
      recommended_backend: null,
      fingerprint: name,
      preview: null,
      favourite: false,
      tags: ['tag'],
      generation_defaults: null,
      added_at: '2026-01-01T00:00:00.000Z',
    });
    return { summary, record: '{}', searchText: 'a note', findings: [] };
  });
}

const prepared = (from: number, count: number) => entries(from, count).map(prepareEntry);
const total = (query: Record<string, unknown> = {}) => catalog.page(ListQuery.parse(query)).total;

test('a fill takes the place of what was there, and is read like entries put in one by one', async () => {
  catalog.upsert(entries(9000, 1));
  expect(await fillCatalog(path, [prepared(0, 150), prepared(150, 100), []])).toBe(250);
  expect([total(), total({ query: 'model249' }), total({ query: 'model9000' }), total({ tag: 'tag' })]).toEqual([
    250, 1, 0, 250,
  ]);
  expect(catalog.counts(ListQuery.parse({ query: 'note' }))).toMatchObject({ total: 250, size_bytes: 2500 });
  expect(catalog.page(ListQuery.parse({ sort: 'name', limit: 2 })).models).toMatchObject([
    { name: 'model0' },
    { name: 'model1' },
  ]);
  catalog.upsert(entries(249, 2));
  expect([total(), total({ query: 'model250' })]).toEqual([251, 1]);
});

test('what is in is listed and searched while the rest comes', async () => {
  const seen: number[] = [];
  async function* batches() {
    yield prepared(0, 200);
    seen.push(total(), total({ query: 'model1' }));
    await Promise.resolve();
    yield prepared(200, 50);
    seen.push(total());
  }
  await fillCatalog(path, batches());
  expect(seen).toEqual([200, 111, 200]);
  expect(total()).toBe(250);
});

test('a common word is looked for in several turns while the rest comes, and all that have it are counted', async () => {
  const query = ListQuery.parse({ query: 'model', sort: 'name', limit: 3 });
  let turns = 0;
  async function* batches() {
    for (const count of [200, 2000, 20_000]) yield prepared(count * 10, count);
    const count = () => {
      turns += 1;
      if (turns < 1000) setImmediate(count);
    };
    setImmediate(count);
    const page = await catalog.pageInTurns(query);
    const needed = turns;
    turns = 1000;
    expect(page.total).toBe(22_200);
    expect(page).toEqual(catalog.page(query));
    expect(needed).toBeGreaterThan(2);
    yield prepared(1_000_000, 1);
  }
  expect(await fillCatalog(path, batches())).toBe(22_201);
  // Nothing is divided any more.
  expect(await catalog.pageInTurns(query)).toEqual(catalog.page(query));
});

test('a fill that was cut short leaves an index that must be filled, and the next fill makes it whole', async () => {
  async function* broken() {
    yield prepared(0, 300);
    throw new Error('the drive went away');
  }
  await expect(fillCatalog(path, broken())).rejects.toThrow('the drive went away');
  catalog.close();
  catalog = openCatalog(path);
  expect(catalog.isNew).toBe(true);
  await fillCatalog(path, [prepared(0, 10)]);
  catalog.close();
  catalog = openCatalog(path);
  expect([catalog.isNew, total(), catalog.findByEntryPath('/models/model9')?.name]).toEqual([false, 10, 'model9']);
});

test('an id that comes twice is there once', async () => {
  await fillCatalog(path, [prepared(0, 5), prepared(4, 2)]);
  expect([total(), catalog.counts(ListQuery.parse({})).total, total({ query: 'model4' })]).toEqual([6, 6, 1]);
});

test('full text is one piece after a fill; what changes add is merged when the index is tended, and found before and after', async () => {
  // FTS5's own numbers of them, in the upper bits of the ids of its pages.
  const pieces = () => {
    const database = new Database(path, { readonly: true });
    try {
      return textTables.map((table) =>
        database
          .prepare<[], number>(`SELECT count(DISTINCT id >> 37) FROM ${table}_data WHERE id >> 37 > 0`)
          .pluck()
          .get(),
      );
    } finally {
      database.close();
    }
  };
  await fillCatalog(path, [prepared(0, 150), prepared(150, 150)]);
  expect(pieces()).toEqual([1, 1]);
  for (let index = 300; index < 310; index += 1) catalog.upsert(entries(index, 1));
  const found = () => ['model', 'model31', '31', 'note'].map((query) => total({ query }));
  expect([pieces(), found()]).toEqual([
    [11, 11],
    [310, 1, 3, 310],
  ]);
  tendIndex(path);
  expect([pieces(), found()]).toEqual([
    [1, 1],
    [310, 1, 3, 310],
  ]);
  catalog.upsert(entries(310, 1));
  expect(found()).toEqual([311, 2, 4, 311]);
});
