import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { builtMark, isBuildStale } from './build-state.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'build-state-'));
  for (const file of ['core/a/b.ts', 'electron/main.ts', 'renderer/x.tsx', 'package.json']) put(file, 1000);
  for (const folder of ['core/a', 'core', 'electron', 'renderer']) utimesSync(join(root, folder), 1000, 1000);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(file: string, seconds: number): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), '');
  utimesSync(join(root, file), seconds, seconds);
}

test('what was never built is stale', () => expect(isBuildStale(root)).toBe(true));

test('a build after the last change is fresh', () => {
  put(builtMark, 2000);
  expect(isBuildStale(root)).toBe(false);
});

test.each(['core/a/b.ts', 'package.json', 'renderer/new/y.tsx'])('a change of %s makes it stale', (file) => {
  put(builtMark, 2000);
  put(file, 3000);
  expect(isBuildStale(root)).toBe(true);
});

test.each([
  ['renderer/x.tsx', false],
  ['electron/main.ts', false],
  ['electron/build.ts', true],
  ['core/a/b.ts', true],
])('of what plain Node runs, a change of %s makes it stale: %s', (file, isStale) => {
  put(builtMark, 2000);
  put(file, 3000);
  expect(isBuildStale(root, 'node')).toBe(isStale);
});

test('a source that was removed makes it stale', () => {
  put(builtMark, 2000);
  rmSync(join(root, 'core/a/b.ts'));
  expect(isBuildStale(root)).toBe(true);
});
