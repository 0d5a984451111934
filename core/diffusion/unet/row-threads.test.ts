import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { threadsOfARow } from './row-threads.ts';

test.each([
  { of: 'two cores', siblings: ['0', '1'], allowed: 2, threads: 1 },
  { of: 'eight cores', siblings: ['0', '1', '2', '3', '4', '5', '6', '7'], allowed: 8, threads: 4 },
  { of: 'two cores of two threads each', siblings: ['0,2', '1,3', '0,2', '1,3'], allowed: 4, threads: 1 },
  { of: 'four cores, of which the process may use two', siblings: ['0', '1', '2', '3'], allowed: 2, threads: 1 },
  { of: 'one core', siblings: ['0'], allowed: 1, threads: null },
  { of: 'one core of two threads', siblings: ['0-1', '0-1'], allowed: 2, threads: null },
  { of: 'three cores', siblings: ['0', '1', '2'], allowed: 3, threads: null },
  { of: 'a system that does not tell', siblings: [], allowed: 8, threads: null },
])('of $of a row of two takes $threads', async ({ siblings, allowed, threads }) => {
  const folder = await mkdtemp(join(tmpdir(), 'cores-'));
  for (const [index, list] of siblings.entries()) {
    await mkdir(join(folder, `cpu${index}`, 'topology'), { recursive: true });
    await writeFile(join(folder, `cpu${index}`, 'topology/thread_siblings_list'), `${list}\n`);
  }
  await mkdir(join(folder, 'cpufreq'));
  expect(threadsOfARow(folder, allowed)).toBe(threads);
  await rm(folder, { recursive: true });
});

test('where there is no such folder, rows stay together', () => {
  expect(threadsOfARow(join(tmpdir(), 'no such folder'), 8)).toBeNull();
});
