import { expect, test } from 'vitest';
import { baseName, folderOf, isAbsolutePath, shortenPath } from './path.ts';

test.each([
  ['/home/mira/models/墨染', '墨染', '/home/mira/models'],
  ['/home/mira/models/', 'models', '/home/mira'],
  ['C:\\models\\sd-1.5', 'sd-1.5', 'C:\\models'],
])('the name and the folder of %s', (path, name, folder) => {
  expect(baseName(path)).toBe(name);
  expect(folderOf(path)).toBe(folder);
});

test.each([
  ['/home/mira/models/sdxl/墨染-sumi-e-xl', 28, '/home/mira/…/墨染-sumi-e-xl'],
  ['/home/mira', 28, '/home/mira'],
  ['D:\\archive\\models\\sdxl\\night-ferry', 24, 'D:\\archive\\…\\night-ferry'],
  ['/a-very-long-folder-name-that-fits-nowhere/model', 16, '/…/model'],
])('%s in %i characters is %s', (path, limit, short) => {
  expect(shortenPath(path, limit)).toBe(short);
});

test.each([
  ['/a', true],
  ['C:\\a', true],
  ['c:/a', true],
  ['\\\\server\\share', true],
  ['models/a', false],
  ['~/models', false],
  ['', false],
])('%s starts at a root: %s', (text, expected) => {
  expect(isAbsolutePath(text)).toBe(expected);
});
