import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { shippedRules, TestWorld } from '../fixtures/test-world.ts';

test('a rule file that is put into the user’s folder, changed or taken out is told of while the program runs', async () => {
  await using world = new TestWorld();
  world.mappings.watchOwnRules();
  const told = () => world.events.filter(({ kind }) => kind === 'mapping_rules_changed').length;
  const labels = async () => (await world.mappings.rules()).apps.flatMap(({ isOwn, label }) => (isOwn ? label : []));
  const shipped = JSON.parse(await readFile(join(shippedRules, 'comfyui.json'), 'utf8')) as object;
  const path = join(world.mappings.ownRulesPath, 'mine.json');
  // The watch begins a moment after it was asked for.
  await vi.waitFor(
    async () => {
      await writeFile(path, JSON.stringify({ ...shipped, app: 'mine', label: 'Mine', aliases: [] }));
      await vi.waitFor(() => expect(told()).toBeGreaterThan(0), { timeout: 2_000, interval: 20 });
    },
    { timeout: 20_000 },
  );
  expect(await labels()).toEqual(['Mine']);

  const before = told();
  await writeFile(path, JSON.stringify({ ...shipped, app: 'mine', label: 'Mine as well', aliases: [] }));
  await vi.waitFor(() => expect(told()).toBeGreaterThan(before), { timeout: 20_000, interval: 20 });
  expect(await labels()).toEqual(['Mine as well']);

  const after = told();
  await rm(path);
  await vi.waitFor(() => expect(told()).toBeGreaterThan(after), { timeout: 20_000, interval: 20 });
  expect(await labels()).toEqual([]);
}, 90_000);
