import { expect, test } from 'vitest';
import { countsOf, filtersOn, isFiltering, queryOf } from './counts.ts';
import { noFilter } from './models-part.ts';

test('counts of the core become those of the window; kinds that nothing is of are left out', () => {
  expect(
    countsOf({
      type: [
        { value: 'lora', count: 4 },
        { value: 'vae', count: 0 },
      ],
      family: [{ value: 'flux', count: 3 }],
      state: [
        { value: 'valid', count: 2 },
        { value: 'degraded', count: 2 },
      ],
      storage: [],
      precision: [],
      tag: [],
      favourite: 1,
      offline: 1,
      total: 4,
      size_bytes: 9,
    }),
  ).toEqual({
    all: 4,
    sizeBytes: 9,
    byType: { lora: 4 },
    families: [{ value: 'flux', count: 3 }],
    tags: [],
    favourites: 1,
    precisions: [],
    valid: 2,
    invalid: 0,
    degraded: 2,
    offline: 1,
  });
});

test.each([
  [noFilter, {}, 0],
  [{ ...noFilter, query: 'ink' }, { query: 'ink' }, 0],
  [{ ...noFilter, family: 'flux', favourite: true }, { family: 'flux', favourite: true }, 2],
  [
    { ...noFilter, type: 'lora' as const, tag: 'ink', state: 'valid' as const },
    { type: 'lora', tag: 'ink', state: 'valid' },
    3,
  ],
])('the filter %j asks for %j with %d filters on', (filter, query, count) => {
  expect([queryOf(filter), filtersOn(filter), isFiltering(filter)]).toEqual([
    query,
    count,
    Object.keys(query).length > 0,
  ]);
});
