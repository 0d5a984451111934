import { expect, test } from 'vitest';
import { formatBytes, formatExactBytes } from './bytes.ts';

test.each([
  [0, '0B'],
  [346, '346B'],
  [1500, '1.5 kB'],
  [63_900_000, '63.9 MB'],
  [228_000_000, '228 MB'],
  [6_938_081_905, '6.94 GB'],
  [1_940_000_000_000, '1.94 TB'],
  [5_000_000_000_000_000, '5,000 TB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes, 'en')).toBe(text);
});

test('the exact size has every figure', () => {
  expect(formatExactBytes(6_938_081_905, 'en')).toBe('6,938,081,905 bytes');
});
