import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import { ListQuery, ModelSummary } from '../../contract/library/model.ts';
import { type Catalog, type CatalogEntry, openCatalog } from '../catalog.ts';
import { connect } from '../database-file.ts';
import { HeldNames } from './held-names.ts';
import { KeptAnswers } from './kept-answers.ts';
import { searchForm } from './search-text.ts';

let folder: string;
let path: string;
let catalog: Catalog;
let reader: Database.Database;
let index: KeptAnswers;
let names: HeldNames;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-held-names-'));
  path = join(folder, 'models.db');
  catalog = openCatalog(path);
  reader = connect(path);
  index = new KeptAnswers(reader, { most: 10 });
  names = new HeldNames(index);
});

afterEach(async () => {
  reader.close();
  catalog.close();
  await rm(folder, { recursive: true, force: true });
});

function entry(id: string, name: string): CatalogEntry {
  const summary = ModelSummary.parse({
    model_id: `lora/sd/${id}`,
    name,
    model_type: 'lora',
    family: 'sd',
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
  });
  return { summary, record: '{}', searchText: 'crystal mountain film', findings: [] };
}

const idOf = (id: string) => ModelId.parse(`lora/sd/${id}`);

/** Two of each, more than are read at once in all. */
const oddNames = [
  '',
  ' ',
  'a',
  'aaaa',
  'Crystal Ink',
  'crystal\0ink',
  'crystal\nink',
  'ink',
  'ink crystal ink crystal',
  'İstanbul',
  'STRASSE ß',
  'café',
  'cafe\u0301',
  '日本語 モデル',
  '本日',
  '👩‍🎨 painter',
  '👩 painter',
  'half \ud83d of a pair',
  '\ufffd',
  `100% [a]_"b" 'c' \\ d`,
  'ÿþý',
  'z'.repeat(200),
];

const sought = [
  'a',
  'aa',
  'crystal',
  'crystal ink',
  'k c',
  'nk\nin',
  'i̇',
  'ss',
  'é',
  '本',
  '日本',
  '\u{1f469}',
  '\u200d',
  '\ufffd',
]
  .concat([
    '%',
    '_',
    '"',
    "'",
    '\\',
    'z'.repeat(200),
    'z'.repeat(201),
    'v7',
    'v1999',
    'nowhere',
    'þ',
    ' ',
    '\0',
    'ink\0',
  ])
  .map(searchForm);

function read(): void {
  for (const reading = names.read(); !reading.next().done; );
}

/** What SQLite's walk over the index of names finds. */
function walked(text: string, most: number): number[] {
  const sql = 'SELECT row FROM models WHERE instr(name_key, ?) > 0 ORDER BY name_key, model_id LIMIT ?';
  return reader.prepare<[string, number], number>(sql).pluck().all(text, most);
}

test('names in memory hold a text where those in the index do, in their order, whatever they consist of', () => {
  catalog.upsert(
    [0, 1]
      .flatMap((twin) => oddNames.map((name, at) => entry(`${twin}-${at}`, name)))
      .concat(Array.from({ length: 4500 }, (_, at) => entry(String(at), `crystal film v${at}`))),
  );
  expect(names.areHeld).toBe(false);
  read();
  expect(names.areHeld).toBe(true);
  for (const text of sought)
    for (const most of [1, 2, 3, 501, 10_000])
      expect([text, most, names.holding(text, most)]).toEqual([text, most, walked(text, most)]);
});

test.each([0, 1, 1999, 2000, 2001, 4000])('a library of %i models is read to its end', (count) => {
  catalog.upsert(Array.from({ length: count }, (_, at) => entry(String(at), `film ${count - at}`)));
  read();
  expect(names.areHeld).toBe(true);
  expect(names.holding('film', 10_000)).toEqual(walked('film', 10_000));
});

test('names are held until the index changes, by this connection or another', () => {
  catalog.upsert([entry('1', 'crystal'), entry('2', 'film')]);
  read();
  const changes: Record<string, () => void> = {
    added: () => catalog.upsert([entry('3', 'crystal ink')]),
    renamed: () => catalog.upsert([entry('2', 'crystal film')]),
    removed: () => catalog.remove(idOf('1')),
    'renamed by this connection': () => reader.prepare("UPDATE models SET name_key = 'dream' WHERE row = 2").run(),
  };
  for (const [what, change] of Object.entries(changes)) {
    change();
    expect([what, names.areHeld]).toEqual([what, false]);
    read();
    expect([what, names.areHeld, names.holding('r', 10)]).toEqual([what, true, walked('r', 10)]);
  }
});

test('a change in the middle of reading leaves nothing held', () => {
  catalog.upsert(Array.from({ length: 5000 }, (_, at) => entry(String(at), `film ${at}`)));
  const reading = names.read();
  reading.next();
  catalog.remove(idOf('1'));
  expect(reading.next().done).toBe(true);
  expect(names.areHeld).toBe(false);
});

describe('a search', () => {
  const words = ['crystal', 'ink', 'mountain', 'film', 'dream', 'é', '日本', 'v3'];
  const queries = [
    'c',
    'crystal i',
    'crystal ink',
    'mountain f',
    'film',
    'é',
    '日',
    'v3',
    'ink v',
    'n f',
    'nothing here',
  ];

  /** The first and the last rows that are found, by relevance. */
  const foundBy = (searched: Catalog) =>
    queries.map((query) => {
      const [first, later] = [0, 300].map((offset) =>
        searched.page(ListQuery.parse({ query, sort: 'relevance', limit: 20, offset })),
      );
      return [query, first?.total, first?.models.map(({ name }) => name), later?.models.map(({ name }) => name)];
    });

  test('finds the same whether names are held or not, through every change of another program', async () => {
    const nameOf = (at: number) =>
      `${words[at % 8]} ${words[(at >> 3) % 8]}${at % 3 === 0 ? '_' : ' '}${words[(at >> 6) % 8]}`;
    catalog.upsert(Array.from({ length: 3000 }, (_, at) => entry(String(at), nameOf(at))));
    const prepared = openCatalog(path);
    try {
      const changes = [
        () => {},
        () => catalog.upsert([entry('new', 'A crystal ink mountain film')]),
        () => catalog.upsert([entry('7', 'crystal I')]),
        () => catalog.remove(idOf('11')),
      ];
      for (const change of changes) {
        await prepared.prepareSearch();
        expect(foundBy(prepared)).toEqual(foundBy(catalog));
        change();
        expect(foundBy(prepared)).toEqual(foundBy(catalog));
      }
    } finally {
      prepared.close();
    }
  });

  test('waits for no names that are read while the index is closed', async () => {
    catalog.upsert(Array.from({ length: 5000 }, (_, at) => entry(String(at), `film ${at}`)));
    const closed = openCatalog(path);
    const preparing = closed.prepareSearch();
    closed.close();
    await expect(preparing).resolves.toBeUndefined();
  });
});
