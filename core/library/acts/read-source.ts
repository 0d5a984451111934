import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import { type ModelFacts, readModelFacts } from '../../formats/model-facts.ts';
import type { LibraryContext } from '../context.ts';
import { reasonOf } from '../execution/descriptor.ts';
import { sourceStamp } from '../reconcile/stamp.ts';
import { resolveSource, type SourcePath } from '../source-path.ts';
import { codeOf } from '../system-error.ts';

/** Resolves what a user picked and refuses what can't come in, were it whole. Throws as {@link resolveSource}, and `unsupported_path`. */
export async function pickSource(
  { host, store }: Pick<LibraryContext, 'host' | 'store'>,
  path: string,
): Promise<SourcePath> {
  await store.drives.assertAnswers(path);
  const source = await resolveSource(path);
  const root = host.rootPath;
  if (source.real === root || source.real.startsWith(root + sep))
    throw new Failed('unsupported_path', { path, reason: 'it is inside the library already.' });
  if (root.startsWith(source.real + sep))
    throw new Failed('unsupported_path', { path, reason: 'it holds the library itself.' });
  return source;
}

export interface ReadSource {
  readonly facts: ModelFacts;
  /** The stamp of the files from before they were read. */
  readonly sourceAt: string;
}

/** What a picked path is. Throws `unsupported_path` for what is no model, `invalid_bundle` with the findings for one that can't run. */
export async function readSource(
  { store }: Pick<LibraryContext, 'store'>,
  { given, real, isFolder }: SourcePath,
): Promise<ReadSource> {
  const { facts, sourceAt } = await store.drives.whileAnswering(real, async () => ({
    sourceAt: await sourceStamp(real, false),
    // A file is known by its name, which a link into a cache's blobs doesn't keep.
    facts: await readModelFacts(isFolder ? real : given),
  }));
  if (facts.bundleFormat === 'single_file' && facts.weightsFormat === 'unknown')
    throw new Failed('unsupported_path', {
      path: given,
      reason: reasonOf(facts.findings.map(({ message }) => message)) || 'it is a file, but none that holds a model.',
    });
  const errors = facts.findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new Failed('invalid_bundle', {
      path: given,
      reason: reasonOf(errors.map(({ message }) => message)),
      findings: facts.findings,
    });
  return { facts, sourceAt };
}

/** The name of a new model: as given, else as its files suggest; never empty. */
export function nameOf(given: string | undefined, facts: Pick<ModelFacts, 'suggestedName'>): string {
  return (given ?? facts.suggestedName).normalize('NFC').trim().slice(0, 200) || 'model';
}

/**
 * The external model with these files that is not where it was, and whose drive isn't away: these are its files at their new place.
 * A copy of files that are still there is another model.
 */
export async function findMissing(
  { catalog, store }: Pick<LibraryContext, 'catalog' | 'store'>,
  fingerprint: string,
): Promise<ModelId | null> {
  for (const { model_id, storage_kind, entry_path } of catalog.findByFingerprint(fingerprint)) {
    if (storage_kind !== 'external_reference') continue;
    if ((await store.isDriveAway(entry_path)) || (await isThere(entry_path))) continue;
    return model_id;
  }
  return null;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
