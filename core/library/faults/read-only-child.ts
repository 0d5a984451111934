import Database from 'better-sqlite3';
import { failureOf } from '../../contract/failure.ts';
import { ListQuery } from '../../contract/library/model.ts';
import { openLibrary } from '../open-library.ts';

/** Opens a library that this user may not write, and tells what can be done with it. Arguments: the library, a source, whether to become nobody. */
const [, , rootPath = '', source = '', becomes = ''] = process.argv;
// Root may write everywhere. Not before the program is read, which may lie where nobody else looks.
if (becomes === 'nobody') {
  new Database(':memory:').close();
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}

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
});
await library.settled();
const [model] = library.list(ListQuery.parse({})).models;
if (model === undefined) throw new Error('it holds a model');
const { model_id } = model;
const { task_id } = library.import([{ path: source, mode: 'copy' }]);
const task = await library.waitForTask(task_id, 10_000);
const outcome = async (act: () => Promise<unknown>) => {
  try {
    await act();
    return 'done';
  } catch (error) {
    return failureOf(error);
  }
};
process.stdout.write(
  JSON.stringify({
    name: (await library.show(model_id)).name,
    state: (await library.describe(model_id)).validation_state,
    edit: await outcome(() => library.edit(model_id, { notes: 'x' })),
    register: await outcome(() => library.register(source)),
    unregister: await outcome(() => library.unregister(model_id)),
    import: task.results[0]?.failure,
    left: library.count(),
  }),
);
await library.close();
