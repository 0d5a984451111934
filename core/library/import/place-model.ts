import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Hashes, Metadata } from '../../contract/library/metadata.ts';
import type { ModelFacts } from '../../formats/model-facts.ts';
import type { LibraryContext } from '../context.ts';
import { metadataFileName, writeFailure, writeMetadataFile } from '../metadata/metadata-file.ts';
import { deriveModelId } from '../metadata/model-id.ts';
import { fileStamp, modelStamp, sourceStamp } from '../reconcile/stamp.ts';
import { newRecord } from '../record.ts';
import { syncFolder } from '../sync-folder.ts';

export interface Placement {
  readonly name: string;
  /** What the user picked. */
  readonly sourcePath: string;
  /** Of a single file, below the model's folder. */
  readonly payloadName: string | null;
  readonly matchSource: string;
  readonly hashes?: Omit<Hashes, 'fingerprint'>;
}

/**
 * Makes a folder inside `.incoming/`, whole and synced, a model of the library: its record is written beside the payload, then one rename
 * puts both in place, so that a kill leaves no half model. `beforeRename` is told the id. To be called in a turn.
 */
export async function placeModel(
  { host, store }: Pick<LibraryContext, 'host' | 'store'>,
  folder: string,
  facts: ModelFacts,
  { name, sourcePath, payloadName, matchSource, hashes }: Placement,
  beforeRename: (id: Metadata['model_id']) => Promise<void> = async () => {},
): Promise<Metadata> {
  const modelId = await deriveModelId({ type: facts.modelType, family: facts.family, name }, (id) => store.isTaken(id));
  const target = store.folders.folderOf(modelId);
  const payload = payloadName === null ? folder : join(folder, payloadName);
  const made = newRecord(facts, {
    modelId,
    name,
    storageKind: 'library_owned',
    sourcePath,
    entryPath: payloadName === null ? target : join(target, payloadName),
    matchSource,
    now: store.addedAt(),
  });
  const sourceAt = await sourceStamp(payload, true);
  const record: Metadata =
    hashes === undefined ? made : { ...made, hashes: { ...made.hashes, ...hashes, hashed_source: sourceAt } };
  await writeMetadataFile(join(folder, metadataFileName), record);
  await beforeRename(modelId);
  await store.folders.makeRoom(modelId);
  try {
    await syncFolder(folder);
    await rename(folder, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await store.folders.removeEmpty(dirname(target));
    throw writeFailure(target, error);
  }
  host.log('model placed', { model_id: modelId, from: sourcePath });
  store.publish(record, modelStamp(await fileStamp(store.folders.metadataPathOf(modelId)), sourceAt));
  return record;
}
