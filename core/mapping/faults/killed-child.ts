import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import type { Task } from '../../contract/library/task.ts';
import { type LinksAllowed, mappingsOf, moveInLibrary, readDiskLibrary } from '../fixtures/disk-library.ts';

/** Applies, undoes and moves models without end, until it is killed. Arguments: the folder of all, the rules, which links, a seed, the program of a thread that makes them. */
const [, , path = '', rulesPath = '', allowed = 'symlink', seed = '1', threadEntry] = process.argv;

let state = Number(seed) >>> 0;
const random = (count: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
};

// Compiled code is kept when a process ends by itself.
flushCompileCache();
const root = join(path, 'app');
const mappings = mappingsOf(path, rulesPath, allowed as LinksAllowed, threadEntry);

/** Says that a task began, and waits for its end. */
async function follow({ task_id }: Task): Promise<void> {
  process.stdout.write('.');
  await mappings.tasks.wait(task_id, 10_000);
}

for (;;) {
  const act = random(6);
  if (act < 3) {
    const { id } = await mappings.preview('comfyui', root);
    await follow(await mappings.apply(id));
  } else if (act === 3) await follow(await mappings.undo({ app: 'comfyui', root }));
  else if (act === 4) {
    const [newest] = await mappings.applies();
    if (newest !== undefined) await follow(await mappings.undo({ apply_id: newest.apply_id }));
  } else {
    const models = await readDiskLibrary(join(path, 'library'));
    for (let count = 0; count < 8; count += 1) {
      const model = models[random(models.length)];
      if (model !== undefined) await moveInLibrary(join(path, 'library'), model).catch(() => undefined);
    }
  }
}
