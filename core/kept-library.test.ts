import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failed } from './contract/failure.ts';
import { resolveFolders } from './folders.ts';
import { keepLibrary, keptLibrary } from './kept-library.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-kept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const codeOf = (error: unknown) => (error instanceof Failed ? error.failure.code : error);

test('a chosen folder is the library of the next start, unless that is told otherwise', async () => {
  const dataPath = join(folder, 'data');
  const chosen = join(folder, 'models');
  expect(keptLibrary(dataPath)).toBeNull();
  await keepLibrary(dataPath, chosen);
  const surroundings = { env: {}, homePath: folder, userDataPath: dataPath };
  expect(resolveFolders({}, surroundings)).toMatchObject({ libraryPath: chosen, libraryFrom: 'kept' });
  const other = join(folder, 'other');
  expect(resolveFolders({ library: other }, surroundings)).toMatchObject({ libraryPath: other, libraryFrom: 'option' });
  expect(resolveFolders({}, { ...surroundings, env: { VITRINE_LIBRARY: other } })).toMatchObject({
    libraryPath: other,
    libraryFrom: 'environment',
  });
});

test('what can be no library folder is refused, and nothing is kept', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, 'x');
  await expect(keepLibrary(folder, file).catch(codeOf)).resolves.toBe('unsupported_path');
  await expect(keepLibrary(folder, join(folder, 'a', 'b')).catch(codeOf)).resolves.toBe('path_not_found');
  expect(keptLibrary(folder)).toBeNull();
});

test.each(['', '{', '[]', '{"library_path": 1}', '{"library_path": "relative"}'])(
  'a note that says %j chooses nothing',
  (text) => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'library.json'), text);
    expect(keptLibrary(join(folder, 'data'))).toBeNull();
  },
);
