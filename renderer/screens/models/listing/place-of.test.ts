import { expect, test } from 'vitest';
import { placeOf } from './place-of.ts';

test('rows that are drawn at once never share a place', () => {
  for (const drawn of [1, 7, 8, 9, 40])
    for (const first of [0, 5, 99_990]) {
      const places = Array.from({ length: drawn }, (_, index) => placeOf(first + index, drawn));
      expect(new Set(places).size).toBe(drawn);
    }
});

test('a row that comes in takes the place of one that left', () => {
  expect(placeOf(8, 8)).toBe(placeOf(0, 8));
  expect(placeOf(8, 7)).toBe(placeOf(0, 7));
});
