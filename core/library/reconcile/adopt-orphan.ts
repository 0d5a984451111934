import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { ModelId } from '../../contract/ids.ts';
import { readModelFacts } from '../../formats/model-facts.ts';
import { nameOf } from '../acts/read-source.ts';
import type { LibraryContext } from '../context.ts';
import { reasonOf } from '../execution/descriptor.ts';
import { isThere } from '../is-there.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { deriveModelId } from '../metadata/model-id.ts';
import { ownFileNames } from '../metadata/own-files.ts';
import { newRecord } from '../record.ts';
import { sourceStamp } from './stamp.ts';

export type Adoption =
  | { readonly kind: 'adopted'; readonly id: ModelId }
  | { readonly kind: 'left'; readonly reason: string };

/**
 * Makes a payload below `models/` that has no record a model of the library. One that lies at `<type>/<family>/<name>/` or deeper stays there,
 * another is renamed to its place. One whose record the index still knows gets it back, with what was the user's own. What isn't whole is left
 * alone: it may not be finished. To be called in a turn.
 */
export async function adoptOrphan(context: LibraryContext, path: string, isFolder: boolean): Promise<Adoption> {
  const { store } = context;
  const folder = isFolder ? path : dirname(path);
  if (await isThere(join(folder, 'metadata.json'))) return { kind: 'left', reason: 'it has a record by now' };
  const sourceAt = await sourceStamp(path, true);
  const facts = await readModelFacts(path, isFolder ? { ignore: ownFileNames } : {});
  const errors = facts.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    return { kind: 'left', reason: `it is not whole: ${reasonOf(errors.map(({ message }) => message))}` };

  const placeId = idOfPlace(store.folders.modelsPath, folder);
  const lastKnown = placeId === null ? null : store.lastKnown(placeId);
  if (placeId !== null && lastKnown?.hashes.fingerprint === facts.fingerprint) {
    await store.write({ ...lastKnown, storage_kind: 'library_owned', match_source: 'orphan_recovery' }, sourceAt);
    await store.refresh(placeId);
    return { kind: 'adopted', id: placeId };
  }
  const fileName = isFolder ? null : basename(path);
  const name = nameOf(isFolder ? basename(folder) : basename(path, extname(path)), facts);
  const id =
    placeId ??
    (await deriveModelId({ type: facts.modelType, family: facts.family, name }, (other) => store.isTaken(other)));
  const target = store.folders.folderOf(id);
  if (placeId === null) await moveTo(context, path, target, id, fileName);
  await store.write(
    newRecord(facts, {
      modelId: id,
      name,
      storageKind: 'library_owned',
      sourcePath: path,
      entryPath: fileName === null ? target : join(target, fileName),
      matchSource: 'orphan_recovery',
      now: store.addedAt(),
    }),
    sourceAt,
  );
  return { kind: 'adopted', id };
}

/** A rename, so that a kill leaves the payload whole: with no record at its new place, where the next reconcile finds it. */
async function moveTo(
  { store }: LibraryContext,
  path: string,
  target: string,
  id: ModelId,
  fileName: string | null,
): Promise<void> {
  await store.folders.makeRoom(id);
  try {
    if (fileName !== null) await mkdir(target, { recursive: true });
    await rename(path, fileName === null ? target : join(target, fileName));
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function idOfPlace(modelsPath: string, folder: string): ModelId | null {
  const id = ModelId.safeParse(relative(modelsPath, folder).split(sep).join('/').normalize('NFC'));
  return id.success ? id.data : null;
}
