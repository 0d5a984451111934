import { expect, test } from 'vitest';
import { movedIndex } from './listing-keys.ts';

test.each([
  ['ArrowRight', 3, 4],
  ['ArrowRight', 11, 11],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 2, 7],
  ['ArrowDown', 9, 9],
  ['ArrowDown', -1, 0],
  ['ArrowUp', 7, 2],
  ['ArrowUp', 3, 3],
  ['PageDown', 0, 10],
  ['PageUp', 11, 1],
  ['Home', 7, 0],
  ['End', 7, 11],
  ['a', 7, null],
])('%s from place %i of 12 in 5 columns goes to %s', (key, from, to) => {
  expect(movedIndex(key, from, 12, 5, 2)).toBe(to);
});

test('left and right mean what they show in a language that runs to the left', () => {
  expect(movedIndex('ArrowLeft', 3, 12, 5, 2, true)).toBe(4);
});

test('a list has no left and right, an empty one no places', () => {
  expect(movedIndex('ArrowRight', 3, 12, 1, 2)).toBe(null);
  expect(movedIndex('End', 0, 0, 5, 2)).toBe(null);
});
