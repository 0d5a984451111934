import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { Metadata } from '../../contract/library/metadata.ts';
import type { LibraryContext } from '../context.ts';
import { currentHashes, refreshedRecord } from '../record.ts';
import type { SourcePath } from '../source-path.ts';
import { pickSource, type ReadSource, readSource } from './read-source.ts';

/**
 * Says where a model's files are now. Other files than those it was registered with are refused, unless forced: they are then what it is
 * made of. To be called in a turn. Throws `source_mismatch`, `conflict`, and what {@link readSource} throws.
 */
export async function relocateModel(
  context: LibraryContext,
  id: ModelId,
  path: string,
  force: boolean,
): Promise<Metadata> {
  const record = await context.store.readWhole(id);
  if (record.storage_kind !== 'external_reference')
    throw new Failed('conflict', { reason: `The files of "${id}" are in the library itself and can't be elsewhere.` });
  const source = await pickSource(context, path);
  const other = context.store.registeredAt(source.real);
  if (other !== null && other !== id)
    throw new Failed('conflict', { reason: `"${path}" is the model "${other}" already.` });
  const read = await readSource(context, source);
  if (read.facts.fingerprint !== record.hashes.fingerprint && !force)
    throw new Failed('source_mismatch', { path, model_id: id });
  return placeAt(context, id, source, read);
}

/** Records the new place of a model's files; what they are was asked already. */
export async function placeAt(
  { store, host }: LibraryContext,
  id: ModelId,
  source: SourcePath,
  { facts, sourceAt }: ReadSource,
): Promise<Metadata> {
  const record = await store.readWhole(id);
  const isSame = facts.fingerprint === record.hashes.fingerprint;
  const placed: Metadata = {
    ...record,
    source_path: source.given,
    entry_path: facts.entryPath,
    bundle_format: facts.bundleFormat,
    // Hashes are those of the content: a copy with other times keeps them only while the fingerprint speaks for it.
    hashes: isSame ? currentHashes(record.hashes, sourceAt) : { fingerprint: facts.fingerprint },
  };
  const changed = {
    ...refreshedRecord(placed, facts, { isOffline: false, sourceStamp: sourceAt }),
    updated_at: host.now().toISOString(),
  };
  await store.write(changed, sourceAt);
  return changed;
}
