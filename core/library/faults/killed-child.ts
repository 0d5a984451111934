import { cp, readdir, rename, rm } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { basename, join } from 'node:path';
import { ListQuery } from '../../contract/library/model.ts';
import type { ImportMode } from '../../contract/library/task.ts';
import { isThere } from '../is-there.ts';
import { openLibrary } from '../open-library.ts';

/** Imports, moves, removes, restores and reconciles without end, until it is killed. Arguments: the library, the folder of sources, a seed. */
const [, , rootPath = '', sources = '', seed = '1'] = process.argv;

let state = Number(seed) >>> 0;
const random = (count: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
};

const library = await openLibrary({
  rootPath,
  platform: 'linux-x64',
  runtimeVersion: '1.30.0',
  executionProviders: () => ['cpu'],
  emit: () => {},
  now: () => new Date(),
  log: () => {},
  drawPreview: async (bytes) => bytes,
  watches: false,
  timing: { settleMs: -1000 },
});
// Compiled code is kept when a process ends by itself.
flushCompileCache();
process.stdout.write('ready\n');
const names = (process.argv[5] ?? '').split(',');

for (;;) {
  const act = random(10);
  try {
    // No more than a check after each kill can read.
    if (library.count() > 8) await remove();
    else if (act < 3) await bring('copy');
    else if (act < 6) await bring('move');
    else if (act < 8) await remove();
    else if (act === 8) await restore();
    else await library.reconcile();
    if (random(4) === 0) await takeOut();
  } catch {
    // What is refused here is no matter: that nothing is lost is asked after the kill.
  }
}

async function bring(mode: ImportMode): Promise<void> {
  const present = (await readdir(sources)).filter((name) => names.includes(name));
  const name = present[random(present.length)];
  if (name === undefined) return;
  const { task_id } = library.import([{ path: join(sources, name), mode, name: basename(name, '.safetensors') }]);
  await library.waitForTask(task_id, 10_000);
}

async function remove(): Promise<void> {
  const { models } = library.list(ListQuery.parse({}));
  const model = models[random(models.length)];
  if (model !== undefined) await library.unregister(model.model_id);
}

async function restore(): Promise<void> {
  const entries = await library.listTrash();
  const entry = entries[random(entries.length)];
  if (entry !== undefined) await library.restore(entry.trash_id);
}

/** A source that was moved in is put back, so that there is something to move again: a copy, whole or not there. */
async function takeOut(): Promise<void> {
  for (const { name, entry_path, storage_kind } of library.list(ListQuery.parse({})).models) {
    const source = names.find((known) => known.startsWith(name));
    if (source === undefined || storage_kind !== 'library_owned' || (await isThere(join(sources, source)))) continue;
    const half = join(sources, `.${source}.half`);
    await rm(half, { recursive: true, force: true });
    await cp(entry_path, half, { recursive: true, filter: (path) => basename(path) !== 'metadata.json' });
    await rename(half, join(sources, source));
  }
}
