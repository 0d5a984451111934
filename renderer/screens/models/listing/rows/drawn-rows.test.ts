import { expect, test } from 'vitest';
import { documentOrder, drawnRows, placeOf } from './drawn-rows.ts';

const rowHeight = 270;
const height = 700;

function drawnAt(startIndex: number, count = 20_000): number[] {
  return drawnRows({ startIndex, overscan: 2, count }, height, rowHeight);
}

test('as many rows are drawn at the top, in the middle and at the end', () => {
  for (const first of [0, 1, 3, 5000, 19_990, 19_999]) expect(drawnAt(first).length).toBe(8);
});

test('all rows in sight are drawn, with two more on either side where there are some', () => {
  expect(drawnAt(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(drawnAt(5000)).toEqual([4998, 4999, 5000, 5001, 5002, 5003, 5004, 5005]);
  expect(drawnAt(19_998).at(-1)).toBe(19_999);
});

test('a short list is drawn whole, an empty one not at all', () => {
  expect(drawnAt(0, 3)).toEqual([0, 1, 2]);
  expect(drawnAt(0, 0)).toEqual([]);
});

test('rows that are drawn at once never share a place', () => {
  for (const first of [0, 5, 19_990]) {
    const rows = drawnAt(first);
    expect(new Set(rows.map((row) => placeOf(row, rows.length))).size).toBe(rows.length);
  }
});

test('the row that comes in stands in the place of the one that left', () => {
  const [before, after] = [drawnAt(100), drawnAt(101)];
  expect(placeOf(after.at(-1) ?? -1, after.length)).toBe(placeOf(before[0] ?? -2, before.length));
});

test('a row that stays stands at the same place of the document while its list is scrolled, and at rest in the order that is read', () => {
  const rowsFrom = (first: number) => drawnAt(first).map((index) => ({ index }));
  const placeIn = (first: number, index: number) =>
    documentOrder(rowsFrom(first), true).findIndex((row) => row.index === index);
  for (const index of [102, 103, 104]) expect(placeIn(101, index)).toBe(placeIn(100, index));
  expect(placeIn(101, 106)).toBe(placeIn(100, 98));
  expect(documentOrder(rowsFrom(101), false)).toEqual(rowsFrom(101));
});
