import { expect, test } from 'vitest';
import { nextTab } from './next-tab.ts';

test.each([
  ['ArrowRight', 0, false, 1],
  ['ArrowRight', 2, false, 0],
  ['ArrowLeft', 1, false, 0],
  ['ArrowLeft', 0, false, 2],
  ['ArrowLeft', 0, true, 1],
  ['ArrowLeft', 2, true, 0],
  ['ArrowRight', 1, true, 0],
  ['ArrowRight', 0, true, 2],
  ['ArrowDown', 0, false, null],
  ['Enter', 0, true, null],
])('%s on tab %i of three (right to left: %s) leads to %j', (key, index, isRtl, next) => {
  expect(nextTab(key, { index, count: 3, isRtl })).toBe(next);
});

test('where there are no tabs an arrow leads nowhere', () => {
  expect(nextTab('ArrowRight', { index: -1, count: 0, isRtl: false })).toBe(null);
});
