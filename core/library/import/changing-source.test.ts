import { appendFile, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyTinyBundle, temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';
import { copyFile } from './copy-file.ts';

const sizeBytes = 3 * 2 ** 20;
const changed = /it changed while it was copied/;

/** Copies a file of three chunks, at the first of which something happens to it. */
async function copyWhile(happens: (source: string) => Promise<unknown>): Promise<'whole' | string> {
  await using folder = await temporaryFolder();
  const [path, target] = [join(folder.path, 'source'), join(folder.path, 'copy')];
  await writeFile(path, Buffer.alloc(sizeBytes, 7));
  const { mtimeMs } = await stat(path);
  let happening: Promise<unknown> | null = null;
  const hooks = {
    signal: new AbortController().signal,
    onBytes: () => {
      happening ??= happens(path);
    },
  };
  const file = { path, realPath: path, target: 'copy', sizeBytes, mtimeMs };
  const outcome = await copyFile(file, target, hooks).then(
    () => null,
    (error: Error) => error.message,
  );
  await happening;
  if (outcome !== null) return outcome;
  return (await readFile(target)).equals(Buffer.alloc(sizeBytes, 7)) ? 'whole' : 'another file';
}

test.each<[string, (source: string) => Promise<unknown>, RegExp]>([
  ['grows', (source) => appendFile(source, 'more'), changed],
  ['shrinks', (source) => truncate(source, 10), changed],
  ['is written over', (source) => writeFile(source, Buffer.alloc(sizeBytes, 8)), changed],
  ['gets another time', (source) => utimes(source, 1, 1), changed],
  // Whoever has it open has it whole.
  ['vanishes', (source) => rm(source), /^whole$/],
  ['gets another name', (source) => rename(source, `${source} 2`), /^whole$/],
])('a file that %s while it is copied is refused, or was copied whole', async (_, happens, outcome) => {
  expect(await copyWhile(happens)).toMatch(outcome);
});

test('a source that vanishes in the middle of an import leaves no half model, and the others come in', async () => {
  let vanish: (() => Promise<unknown>) | null = null;
  await using at = await TestLibrary.open({
    timing: { taskEventMs: 0 },
    emit: (event) => {
      if (event.kind !== 'task_changed' || vanish === null) return;
      void vanish();
      vanish = null;
    },
  });
  const first = await writeLora(join(at.path, 'a.safetensors'), 'a', 2 ** 21);
  const bundle = await copyTinyBundle(join(at.path, 'bundle'));
  const last = await writeLora(join(at.path, 'c.safetensors'), 'c');
  vanish = () => rename(bundle, `${bundle} elsewhere`);
  const before = await snapshot(bundle);
  const { task_id } = at.library.import([first, bundle, last].map((path) => ({ path, mode: 'copy' as const })));
  const { results } = await at.library.waitForTask(task_id, 20_000);
  expect(results.map(({ status }) => status)).toEqual(['imported', 'failed', 'imported']);
  expect(results[1]?.failure?.code).toMatch(/^(path_not_found|unreadable)$/);
  expect([await snapshot(`${bundle} elsewhere`), await readdir(join(at.root, '.incoming'))]).toEqual([before, []]);
  expect(at.all().map(({ validation_state }) => validation_state)).toEqual(['valid', 'valid']);
});
