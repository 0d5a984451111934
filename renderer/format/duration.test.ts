import { expect, test } from 'vitest';
import { formatDuration, formatTimeLeft } from './duration.ts';

test.each([
  [0, '0\u00a0s'],
  [420, '0.4\u00a0s'],
  [3100, '3.1\u00a0s'],
  [9000, '9\u00a0s'],
  [34_400, '34\u00a0s'],
  [60_000, '1 min'],
  [78_000, '1 min 18\u00a0s'],
  [7_500_000, '2 hr 5 min'],
])('%i ms read %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds, 'en')).toBe(text);
});

test('time left is whole seconds and never none', () => {
  expect(formatTimeLeft(3400, 'en')).toBe('3\u00a0s');
  expect(formatTimeLeft(20, 'en')).toBe('1\u00a0s');
});
