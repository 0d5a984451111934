import type { Registration } from '../../contract/library/model.ts';
import type { LibraryContext } from '../context.ts';
import { deriveModelId } from '../metadata/model-id.ts';
import { newRecord } from '../record.ts';
import { findMissing, nameOf, pickSource, readSource } from './read-source.ts';
import { placeAt } from './relocate.ts';

/**
 * Makes a diffusers folder or a file of weights a model, in place: nothing is written outside the library. The same files again give the
 * same model, also when they are those of a model that is missing from its old place. To be called in a turn.
 */
export async function registerModel(
  context: LibraryContext,
  path: string,
  name: string | undefined,
): Promise<Registration> {
  const { store } = context;
  const source = await pickSource(context, path);
  const known = store.registeredAt(source.real);
  if (known !== null) return { model_id: known, status: 'already_registered' };
  const read = await readSource(context, source);
  const { facts, sourceAt } = read;
  const missing = await findMissing(context, facts.fingerprint);
  if (missing !== null) {
    await placeAt(context, missing, source, read);
    return { model_id: missing, status: 'already_registered' };
  }
  const modelName = nameOf(name, facts);
  const modelId = await deriveModelId({ type: facts.modelType, family: facts.family, name: modelName }, (id) =>
    store.isTaken(id),
  );
  const record = newRecord(facts, {
    modelId,
    name: modelName,
    storageKind: 'external_reference',
    sourcePath: source.given,
    entryPath: facts.entryPath,
    matchSource: 'external_reference',
    now: store.addedAt(),
  });
  await store.write(record, sourceAt);
  return { model_id: modelId, status: 'registered' };
}
