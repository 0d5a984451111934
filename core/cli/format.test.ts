import { expect, test } from 'vitest';
import { plannedPaths } from './copy-pictures.ts';
import { formatBytes, formatCount, formatMs, formatTable } from './format.ts';

test.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1000, '1 kB'],
  [21_800_000, '21.8 MB'],
  [4_265_380_512, '4.3 GB'],
  [2e18, '2,000,000 TB'],
])('%i bytes are written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('counts and times are short', () => {
  expect([formatCount(859_520_964), formatMs(949.6), formatMs(12_440)]).toEqual(['859.5M', '950 ms', '12.4 s']);
});

test('columns are as wide as their widest cell', () => {
  expect(
    formatTable([
      ['A', 'B'],
      ['long', 'x'],
    ]),
  ).toBe('A     B\nlong  x');
});

test.each([
  ['folder', '/out', ['/out/a.png', '/out/b.png']],
  ['file', '/out/sun.png', ['/out/sun-1.png', '/out/sun-2.png']],
] as const)('two pictures for a %s %s go to %j', (kind, path, expected) => {
  expect(plannedPaths({ kind, path }, ['/data/a.png', '/data/b.png'])).toEqual(expected);
});
