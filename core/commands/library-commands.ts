import type { Commands } from '../contract/command.ts';
import type { libraryCommands } from '../contract/library/library-commands.ts';
import type { Library } from '../library/library.ts';

/** The library's rows of the command table, carried out; long acts are not only its own: see `commandsOfTasks`. */
export function commandsOfLibrary(
  library: Library,
): Pick<Commands, Exclude<keyof typeof libraryCommands, `tasks.${string}`>> {
  return {
    'models.list': (query) => library.listInTurns(query),
    'models.show': ({ model_id }) => library.show(model_id),
    'models.classify': ({ path }) => library.classify(path),
    'models.register': ({ path, name }) => library.register(path, { name }),
    'models.validate': (target) => library.validate(target),
    'models.accept': ({ model_id, code, path }) => library.accept(model_id, code, path),
    'models.describe': ({ model_id }) => library.describe(model_id),
    'models.unregister': ({ model_id }) => library.unregister(model_id),
    'models.counts': async (query) => library.counts(query),
    'models.causes': async () => ({ causes: library.causes() }),
    'models.findings': async (query) => library.findings(query),
    'models.edit': ({ model_id, ...edit }) => library.edit(model_id, edit),
    'models.revoke': ({ model_id, code, path }) => library.revoke(model_id, code, path),
    'models.relocate': ({ model_id, path, force }) => library.relocate(model_id, path, force),
    'models.import': async ({ items }) => library.import(items),
    'models.previewRemoval': ({ model_id }) => library.previewRemoval(model_id),
    'models.duplicates': async () => ({ groups: library.duplicates() }),
    'library.reconcile': () => library.reconcile(),
    'library.lastReconcile': async () => ({ report: await library.lastReconcile() }),
    'trash.list': async () => ({ entries: await library.listTrash() }),
    'trash.restore': ({ trash_id }) => library.restore(trash_id),
  };
}
