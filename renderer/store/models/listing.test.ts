import { expect, test } from 'vitest';
import { idAt, knownIds, missingPages, rowOf, withoutId, withPage } from './listing.ts';
import { initialModelsPart, type Listing, pageSize } from './models-part.ts';

const page = (index: number, length = pageSize) => Array.from({ length }, (_, at) => `m${index * pageSize + at}`);
const exactly = (total: number) => ({ total, isTotalExact: true });
const empty: Listing = { ...initialModelsPart.listing, total: 100_000 };

test('rows are found by their number and the other way round, across a gap', () => {
  const listing = withPage(withPage(empty, 0, page(0), exactly(100_000)), 40, page(40), exactly(100_000));
  expect(idAt(listing, 40 * pageSize + 7)).toBe(`m${40 * pageSize + 7}`);
  expect(idAt(listing, 20 * pageSize)).toBeUndefined();
  expect(rowOf(listing, `m${40 * pageSize + 7}`)).toBe(40 * pageSize + 7);
  expect([rowOf(listing, 'nobody'), rowOf(listing, null)]).toEqual([-1, -1]);
});

test.each([
  [0, 10, []],
  [pageSize - 10, pageSize + 10, [1]],
  [0, 5 * pageSize, [1, 2, 3, 4]],
  [99_990, 100_200, [Math.floor(99_999 / pageSize)]],
  [-50, 10, []],
])('rows %i to %i need pages %j', (from, until, pages) => {
  expect(missingPages(withPage(empty, 0, page(0), exactly(100_000)), from, until)).toEqual(pages);
});

test('of many pages those farthest from the last one read go', () => {
  let listing = empty;
  for (let index = 0; index < 60; index++) listing = withPage(listing, index, page(index), exactly(100_000));
  expect(Object.keys(listing.pages).map(Number)).toEqual(Array.from({ length: 50 }, (_, at) => 10 + at));
  expect(knownIds(listing)[0]).toBe(`m${10 * pageSize}`);
});

test('a model that is gone lets the others move up', () => {
  const total = 2.5 * pageSize;
  const listing = { ...empty, total };
  const whole = [0, 1, 2].reduce(
    (sum, index) => withPage(sum, index, page(index, index < 2 ? pageSize : pageSize / 2), exactly(total)),
    listing,
  );
  const left = withoutId(whole, 'm3');
  expect({ total: left.total, third: idAt(left, 3), last: idAt(left, pageSize - 1) }).toEqual({
    total: total - 1,
    third: 'm4',
    last: `m${pageSize}`,
  });
  expect(missingPages(left, 0, total - 1)).toEqual([1, 2]);
  expect(withoutId(whole, 'nobody')).toBe(whole);
  const tail = withoutId(whole, `m${total - 1}`);
  expect({ total: tail.total, missing: missingPages(tail, 0, total - 1) }).toEqual({ total: total - 1, missing: [] });
});
