import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readModelFacts } from '../../formats/model-facts.ts';
import { nameOf } from '../acts/read-source.ts';
import type { LibraryContext } from '../context.ts';
import { isThere, namesIn } from '../is-there.ts';
import { metadataFileName } from '../metadata/metadata-file.ts';
import { isOwnFileName, ownFileNames } from '../metadata/own-files.ts';
import { bringHome } from './bring-home.ts';
import {
  copyPrefix,
  dropIntent,
  incomingPathOf,
  intentPathOf,
  type MoveIntent,
  movePrefix,
  readIntent,
} from './incoming.ts';
import { placeModel } from './place-model.ts';
import { removeMoved } from './remove-moved.ts';

const discarded = [copyPrefix, 'starter-'];
const isIntentName = (name: string) => /^[0-9a-f-]{36}\.json$/.test(name);

/**
 * Finishes or undoes what a kill left on its way into the library: copies go, files of the user go home, or become models where their old
 * place is taken. One that can't be dealt with now is left for the next start.
 */
export async function recoverIncoming(context: LibraryContext): Promise<void> {
  const incoming = incomingPathOf(context.host.rootPath);
  for (const name of await namesIn(incoming)) {
    try {
      if (isIntentName(name)) await recoverMove(context, incoming, name.slice(0, -'.json'.length));
    } catch (error) {
      context.host.log('a move that was interrupted could not be finished', { name, error: String(error) });
    }
  }
  for (const name of await namesIn(incoming)) {
    try {
      if (discarded.some((prefix) => name.startsWith(prefix)) || /\.json\.\d+$/.test(name))
        await rm(join(incoming, name), { recursive: true, force: true });
      // Its intent is lost or damaged: the files are the user's all the same.
      else if (name.startsWith(movePrefix)) await takeIn(context, join(incoming, name));
    } catch (error) {
      context.host.log('files that were on their way in could not be dealt with', { name, error: String(error) });
    }
  }
}

async function recoverMove(context: LibraryContext, incoming: string, id: string): Promise<void> {
  const intentPath = intentPathOf(incoming, id);
  const intent = await readIntent(intentPath);
  if (intent?.kind === 'rename') {
    const folder = join(incoming, movePrefix + id);
    if (!(await bringHome(folder, intent.files))) await takeIn(context, folder);
  }
  if (intent?.kind === 'remove_source') await finishRemoval(context, join(incoming, copyPrefix + id), intent);
  await dropIntent({ intentPath });
}

async function finishRemoval(
  { store }: LibraryContext,
  copyFolder: string,
  intent: Extract<MoveIntent, { kind: 'remove_source' }>,
): Promise<void> {
  // While the copy is here it never became a model.
  if (await isThere(copyFolder)) return;
  const folder = store.folders.folderOf(intent.model_id);
  if (await isThere(join(folder, metadataFileName))) await removeMoved(folder, intent);
}

/** Makes files of the user, whose old place is taken or not known, a model where they are whole, so that they are seen again. */
async function takeIn(context: LibraryContext, folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => !isOwnFileName(name));
  if (names.length === 0) {
    // Nothing of the user's is left in it.
    await rm(folder, { recursive: true, force: true });
    return;
  }
  const isFolder = names.includes('model_index.json');
  const payloadName = isFolder ? null : (names[0] ?? null);
  const facts = await readModelFacts(payloadName === null ? folder : join(folder, payloadName), {
    ignore: ownFileNames,
  });
  await placeModel(context, folder, facts, {
    name: nameOf(isFolder ? basename(folder) : undefined, facts),
    sourcePath: folder,
    payloadName,
    matchSource: 'orphan_recovery',
  });
}
