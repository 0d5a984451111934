import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgramFiles } from './program-files.ts';

describe('the files of a program', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vitrine-installed-'));
    for (const folder of ['electron', 'renderer', 'node/chunks'])
      mkdirSync(join(root, 'dist', folder), { recursive: true });
    writeFileSync(join(root, 'package.json'), '{"version": "1.0.0"}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('without its sources it is an installed one', () => {
    expect(findProgramFiles().isPackaged).toBe(false);
    expect(findProgramFiles(join(root, 'dist', 'electron')).isPackaged).toBe(true);
  });

  test('its window is found from the sources and from whatever file the program was built into, once it is built', () => {
    const froms = ['core', 'dist/node', 'dist/node/chunks'].map((folder) => join(root, folder));
    expect(froms.map((from) => findProgramFiles(from).rendererFolder)).toEqual([null, null, null]);
    const folder = join(root, 'dist', 'renderer');
    writeFileSync(join(folder, 'index.html'), '');
    expect(froms.map((from) => findProgramFiles(from).rendererFolder)).toEqual([folder, folder, folder]);
  });
});
