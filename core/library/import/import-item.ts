import { lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import type { Metadata } from '../../contract/library/metadata.ts';
import type { ImportItem, ImportResult } from '../../contract/library/task.ts';
import { type ModelFacts, readModelFacts } from '../../formats/model-facts.ts';
import { nameOf, pickSource, readSource } from '../acts/read-source.ts';
import { registerModel } from '../acts/register.ts';
import type { LibraryContext } from '../context.ts';
import { assertFits } from '../free-space.ts';
import type { ContentDigests } from '../hashing/content-hash.ts';
import { hashesOfModel } from '../hashing/model-hash.ts';
import { isThere } from '../is-there.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { ownFileNames } from '../metadata/own-files.ts';
import type { SourcePath } from '../source-path.ts';
import { codeOf } from '../system-error.ts';
import { bringHome } from './bring-home.ts';
import { type CopyHooks, copyFile } from './copy-file.ts';
import { copyPrefix, dropIntent, movePrefix, newArrival, writeIntent } from './incoming.ts';
import { type Payload, payloadOf, targetNameOf } from './payload-files.ts';
import { type Placement, placeModel } from './place-model.ts';
import { removeMoved } from './remove-moved.ts';

type Outcome = Pick<ImportResult, 'model_id' | 'status'>;

/** One source on its way in, with all that was found out before anything happens to it. */
interface Incoming {
  readonly source: SourcePath;
  readonly facts: ModelFacts;
  readonly payload: Payload;
  readonly placement: Placement;
}

/**
 * Brings one source into the library. Copies and moves leave the source whole until the model is whole in its place; a failure, a cancel or
 * a kill before that leaves no model. Takes its own turns. Throws `Failed`.
 */
export async function importItem(context: LibraryContext, item: ImportItem, hooks: CopyHooks): Promise<Outcome> {
  if (context.refusal !== null) throw context.refusal;
  if (item.mode === 'reference') return context.turns.take(() => registerModel(context, item.path, item.name));
  const source = await pickSource(context, item.path);
  const known = context.store.registeredAt(source.real);
  if (known !== null) return { model_id: known, status: 'already_registered' };
  const { facts } = await readSource(context, source);
  const payload = await payloadOf(source, facts);
  const placement: Placement = {
    name: nameOf(item.name, facts),
    sourcePath: source.given,
    payloadName: facts.bundleFormat === 'single_file' ? (payload.files[0]?.target ?? null) : null,
    matchSource: 'import',
  };
  const incoming: Incoming = { source, facts, payload, placement };
  const isMove = item.mode === 'move';
  if (isMove) await assertMovable(incoming);
  const record =
    (isMove && (await isOnLibraryDrive(context, incoming)) ? await moveByRename(context, incoming, hooks) : null) ??
    (await copyIn(context, incoming, hooks, isMove));
  return { model_id: record.model_id, status: 'imported' };
}

async function assertMovable({ source, payload }: Incoming): Promise<void> {
  if (payload.hasLinks || (await lstat(source.given)).isSymbolicLink())
    throw new Failed('unsupported_path', {
      path: source.given,
      reason:
        'it is or holds links, as the Hugging Face cache does, and moving would tear them off. Copy it, or reference it in place.',
    });
}

async function isOnLibraryDrive({ host }: LibraryContext, { payload }: Incoming): Promise<boolean> {
  const { dev } = await stat(host.rootPath);
  for (const { realPath } of payload.files) if ((await stat(realPath)).dev !== dev) return false;
  return true;
}

/** Null when the system can't rename from there after all. */
async function moveByRename(
  context: LibraryContext,
  { source, facts, payload, placement }: Incoming,
  hooks: CopyHooks,
): Promise<Metadata | null> {
  const { host, turns } = context;
  if (hooks.signal.aborted) throw new Failed('canceled');
  const arrival = await newArrival(host.rootPath, movePrefix);
  const isFolder = facts.bundleFormat === 'diffusers_directory';
  const files = isFolder
    ? [{ path: source.real, target: '' }]
    : payload.files.map(({ path, target }) => ({ path, target }));
  return turns.take(async () => {
    await writeIntent(arrival, { kind: 'rename', files });
    try {
      if (!(await renameIn(files, arrival.folder))) return null;
      if (isFolder) await renameOwnNames(arrival.folder);
      const moved = await readModelFacts(isFolder ? arrival.folder : join(arrival.folder, placement.payloadName ?? ''));
      if (moved.fingerprint !== facts.fingerprint) throw changedMeanwhile(source);
      const record = await placeModel(context, arrival.folder, moved, placement);
      hooks.onBytes(payload.sizeBytes);
      return record;
    } catch (error) {
      await bringHome(arrival.folder, files);
      throw error;
    } finally {
      // While files of the user are still in there, the next start needs to know where they came from.
      if (!(await isThere(arrival.folder))) await dropIntent(arrival);
    }
  });
}

async function renameIn(
  files: readonly { readonly path: string; readonly target: string }[],
  folder: string,
): Promise<boolean> {
  for (const { path, target } of files) {
    const to = target === '' ? folder : join(folder, target);
    try {
      if (target !== '') await mkdir(dirname(to), { recursive: true });
      await rename(path, to);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw writeFailure(path, error);
      await bringHome(folder, files);
      return false;
    }
  }
  return true;
}

/** Names that are ours in a model's folder are set free, and given back by {@link bringHome}. */
async function renameOwnNames(folder: string): Promise<void> {
  for (const name of ownFileNames) {
    if (!(await isThere(join(folder, name)))) continue;
    const original = join(folder, targetNameOf(name));
    if (await isThere(original))
      throw new Failed('conflict', {
        reason: `It holds both "${name}" and "${targetNameOf(name)}". Rename one, then try again.`,
      });
    await rename(join(folder, name), original);
  }
}

async function copyIn(
  context: LibraryContext,
  { source, facts, payload, placement }: Incoming,
  hooks: CopyHooks,
  isMove: boolean,
): Promise<Metadata> {
  const { host, turns } = context;
  await assertFits(host.rootPath, payload.sizeBytes);
  const arrival = await newArrival(host.rootPath, copyPrefix);
  try {
    const digests = new Map<string, ContentDigests>();
    for (const file of payload.files)
      digests.set(file.target, await copyFile(file, join(arrival.folder, file.target), hooks));
    const copyPath = placement.payloadName === null ? arrival.folder : join(arrival.folder, placement.payloadName);
    const copied = await readModelFacts(copyPath);
    if (copied.fingerprint !== facts.fingerprint) throw changedMeanwhile(source);
    const hashes = await hashesOfModel(copyPath, digests, placement.payloadName);
    const record = await turns.take(() =>
      placeModel(
        context,
        arrival.folder,
        { ...copied, ...originOf(facts) },
        { ...placement, hashes },
        async (modelId) => {
          if (hooks.signal.aborted) throw new Failed('canceled');
          if (!isMove) return;
          await writeIntent(arrival, {
            kind: 'remove_source',
            model_id: modelId,
            files: payload.files.map(({ path, target, sizeBytes, mtimeMs }) => ({
              path,
              target,
              size_bytes: sizeBytes,
              mtime_ms: mtimeMs,
            })),
            folders: [...payload.folders],
          });
        },
      ),
    );
    if (isMove) {
      await removeMoved(context.store.folders.folderOf(record.model_id), {
        files: payload.files.map((file) => ({ ...file, size_bytes: file.sizeBytes, mtime_ms: file.mtimeMs })),
        folders: payload.folders,
      }).catch((error: unknown) => {
        // The model is whole, and so is its source: nothing is lost, and the next start tries again.
        host.log('a source that was moved could not be removed', { path: source.given, error: String(error) });
      });
    }
    return record;
  } finally {
    await rm(arrival.folder, { recursive: true, force: true });
    await dropIntent(arrival);
  }
}

/** What only the old place tells. */
function originOf({ repoId, revision }: ModelFacts): Pick<ModelFacts, 'repoId' | 'revision'> {
  return { repoId, revision };
}

function changedMeanwhile({ given }: SourcePath): Failed {
  return new Failed('unreadable', {
    path: given,
    reason: 'it changed while it was brought in. Wait until whatever writes it is done, then try again.',
  });
}
