import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ListQuery, ModelSummary } from '../../contract/library/model.ts';
import { type Catalog, type CatalogEntry, openCatalog } from '../catalog.ts';

let folder: string;
let catalog: Catalog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-typed-search-'));
  catalog = openCatalog(join(folder, 'models.db'));
});

afterEach(async () => {
  catalog.close();
  await rm(folder, { recursive: true, force: true });
});

/** Numbers below `count`, the same from run to run. */
function randomFrom(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

function entry(id: number, name: string, tags: readonly string[], precision: string): CatalogEntry {
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
    precision,
    size_bytes: 1,
    parameter_count: 1,
    validation_state: 'valid',
    is_offline: false,
    recommended_backend: null,
    fingerprint: String(id),
    preview: null,
    favourite: false,
    tags,
    generation_defaults: null,
    added_at: '2026-01-01T00:00:00.000Z',
  });
  return { summary, record: '{}', searchText: '', findings: [] };
}

/** What a search means, model by model: all terms in its text; the phrase is the name, begins it, stands in it, or doesn't. */
function scanned(entries: Iterable<CatalogEntry>, query: string, precision: string | undefined): string[] {
  const phrase = query.trim();
  const terms = phrase.split(/\s+/);
  const tierOf = (name: string) => {
    if (name === phrase) return 0;
    if (name.startsWith(phrase)) return 1;
    return name.includes(phrase) ? 2 : 3;
  };
  return [...entries]
    .map(({ summary }) => summary)
    .filter((model) => precision === undefined || model.precision === precision)
    .filter(({ model_id, name, family, tags }) => {
      const text = [model_id, name, family, ...tags].join('\n').toLowerCase();
      return terms.every((term) => text.includes(term));
    })
    .map(({ model_id, name }) => ({ id: String(model_id), name, tier: tierOf(name) }))
    .sort((a, b) => a.tier - b.tier || compared(a.name, b.name) || compared(a.id, b.id))
    .map(({ id }) => id);
}

const compared = (left: string, right: string) => Number(left > right) - Number(left < right);

const modelCount = 12_000;

test.each([1, 2, 3])('letter by letter, a search finds and orders what a scan of all does (%i)', async (seed) => {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
  // Some words stand in most models, some in a twentieth, some in few.
  const words = Array.from({ length: 60 }, () =>
    Array.from({ length: 1 + random(3) }, () => pick(['cr', 'ys', 'tal', 'mo', 'fi', 'lm', 'x', '1', 'é', '日'])).join(
      '',
    ),
  );
  const word = () => words[Math.floor((random(1000) / 1000) ** 2 * words.length)] as string;
  const made = (id: number) =>
    entry(
      id,
      `${pick(['', 'of '])}${word()}${pick([' ', '_', '-'])}${word()}`,
      [word(), word()],
      pick(['fp16', 'fp16', 'fp32']),
    );
  const library = new Map(Array.from({ length: modelCount }, (_, id) => [id, made(id)]));
  catalog.upsert([...library.values()]);
  let aheadOfTotal = 0;
  for (let round = 0; round < 14; round += 1) {
    // As at rest. A change below ends it.
    if (random(2) > 0) await catalog.prepareSearch();
    const known = pick([...library.values()]).summary;
    const typed = pick([
      `${word()} ${word()}`,
      known.name,
      known.name.slice(1 + random(4)).trim(),
      `${word()} ${word()} ${word()}`,
      `${known.tags[0] ?? ''} ${known.name.slice(1)}`,
    ]);
    const precision = pick([undefined, undefined, 'fp32']);
    const letters = [...typed];
    for (let length = 1; length <= letters.length; length += 1) {
      const query = letters.slice(0, length).join('');
      const asked = { query, sort: 'relevance', limit: 30, ...(precision === undefined ? {} : { precision }) };
      const expected = scanned(library.values(), query, precision);
      const from = pick([0, random(40)]);
      const ahead = catalog.page(ListQuery.parse({ ...asked, offset: from, total: 'at_least' }));
      expect([query, from, ahead.models.map(({ model_id }) => model_id)]).toEqual([
        query,
        from,
        expected.slice(from, from + 30),
      ]);
      if (ahead.may_be_more) {
        aheadOfTotal += 1;
        expect(expected.length).toBeGreaterThanOrEqual(ahead.total);
      } else expect([query, ahead.total]).toEqual([query, expected.length]);
      // Who types on quickly never asks for the total.
      if (random(2) > 0) continue;
      const page = catalog.page(ListQuery.parse(asked));
      const next =
        page.next_cursor === null ? null : catalog.page(ListQuery.parse({ ...asked, cursor: page.next_cursor }));
      expect([query, page.total, [...page.models, ...(next?.models ?? [])].map(({ model_id }) => model_id)]).toEqual([
        query,
        expected.length,
        expected.slice(0, 60),
      ]);
      const offset = random(expected.length);
      const later = catalog.page(ListQuery.parse({ ...asked, offset })).models;
      expect([query, offset, later.map(({ model_id }) => model_id)]).toEqual([
        query,
        offset,
        expected.slice(offset, offset + 30),
      ]);
      if (random(12) > 0) continue;
      // What was known of the letters before is not true any more.
      const id = random(modelCount);
      const renamed = entry(id, pick([typed, `of ${typed}`, word()]), [], 'fp32');
      library.set(id, renamed);
      catalog.upsert([renamed]);
    }
  }
  expect(aheadOfTotal).toBeGreaterThan(20);
});
