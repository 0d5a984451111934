import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import { ModelId } from '../../contract/ids.ts';
import type { Registration, RemovalPreview, TrashEntry } from '../../contract/library/model.ts';
import type { LibraryContext } from '../context.ts';
import { isThere, namesIn } from '../is-there.ts';
import { metadataFileName, readMetadataFile, writeFailure, writeMetadataFile } from '../metadata/metadata-file.ts';
import { deriveModelId } from '../metadata/model-id.ts';
import { isLeftoverName, isOwnFileName } from '../metadata/own-files.ts';
import { syncFolder } from '../sync-folder.ts';
import { codeOf } from '../system-error.ts';

/** How long what was removed can be brought back. */
const keptMs = 30 * 24 * 3600 * 1000;
const manifestName = 'manifest.json';

/** Written before anything is moved, so that what a kill left between is known and put back. */
const Manifest = z.looseObject({
  model_id: ModelId,
  name: z.string(),
  size_bytes: z.number(),
  is_whole_folder: z.boolean().describe('The folder as a whole, or only what is ours in it'),
  removed_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
type Manifest = z.infer<typeof Manifest>;

/** What was removed from the library, for 30 days: `<root>/.trash/<trash_id>/`, with the model's folder as `model/` and a manifest. */
export class Trash {
  readonly #context: Pick<LibraryContext, 'host' | 'store'>;
  readonly #path: string;

  constructor(context: Pick<LibraryContext, 'host' | 'store'>) {
    this.#context = context;
    this.#path = join(context.host.rootPath, '.trash');
  }

  /** Exactly what {@link remove} would take. */
  async preview(id: ModelId): Promise<RemovalPreview> {
    const { store, host } = this.#context;
    const { record } = await store.read(id);
    const isOwned = record.storage_kind === 'library_owned';
    const folder = await store.folders.containedFolderOf(id);
    const names = await readdir(folder);
    const removed = [];
    const kept = isOwned ? [] : [record.entry_path];
    for (const name of names.sort()) {
      const path = join(folder, name);
      if (isOwned || isOwnFileName(name)) removed.push({ path, size_bytes: await sizeOf(path) });
      else kept.push(path);
    }
    return {
      model_id: id,
      storage_kind: record.storage_kind,
      removed,
      kept,
      links: [...((await host.linksTo?.(id)) ?? [])],
    };
  }

  /**
   * Takes a model out of the library. Of an external one only what is ours goes, a payload that the library owns goes whole: by renames inside the
   * library, so that nothing is copied and nothing lost. Gives the paths that are gone. Throws `not_found`, `forbidden`, `write_failed`.
   */
  async remove(id: ModelId): Promise<string[]> {
    const { store, host } = this.#context;
    const { record } = await store.read(id);
    const folder = await store.folders.containedFolderOf(id);
    const isWhole = record.storage_kind === 'library_owned';
    // Not before it was added, were the clock set back meanwhile: it would be purged at once when the clock is right again.
    const removedMs = Math.max(host.now().getTime(), Date.parse(record.added_at), Date.parse(record.updated_at));
    const manifest: Manifest = {
      model_id: id,
      name: record.name,
      size_bytes: isWhole ? record.size_bytes : 0,
      is_whole_folder: isWhole,
      removed_at: new Date(removedMs).toISOString(),
      expires_at: new Date(removedMs + keptMs).toISOString(),
    };
    const trashId = `${manifest.removed_at.replaceAll(/[:.-]/g, '')}-${randomBytes(4).toString('hex')}`;
    const entry = join(this.#path, trashId);
    try {
      await mkdir(entry, { recursive: true });
      await writeFileAtomic(join(entry, manifestName), JSON.stringify(manifest), { fsync: true });
      await syncFolder(entry);
      const removed = await this.#moveOut(folder, entry, isWhole);
      await syncFolder(dirname(folder));
      store.forget(id);
      if (await store.folders.removeEmpty(isWhole ? dirname(folder) : folder)) if (!isWhole) removed.push(folder);
      return removed;
    } catch (error) {
      await this.#putBack(trashId).catch(() => undefined);
      throw writeFailure(folder, error);
    }
  }

  async list(): Promise<TrashEntry[]> {
    const entries: TrashEntry[] = [];
    for (const [trashId, manifest] of await this.#manifests())
      entries.push({
        trash_id: trashId,
        model_id: manifest.model_id,
        name: manifest.name,
        size_bytes: manifest.size_bytes,
        removed_at: manifest.removed_at,
        expires_at: manifest.expires_at,
      });
    return entries.sort((a, b) => (a.removed_at < b.removed_at ? 1 : -1));
  }

  /** Brings a removed model back, under its own id unless another has it now. Throws `not_found`, `write_failed`. */
  async restore(trashId: string): Promise<Registration> {
    const { store } = this.#context;
    const manifest = (await this.#manifests()).get(trashId);
    if (manifest === undefined) throw new Failed('not_found', { what: 'removed model', id: trashId });
    const entry = join(this.#path, trashId);
    const [type = '', family = '', ...name] = manifest.model_id.split('/');
    const isTaken = await store.isTaken(manifest.model_id);
    const id = isTaken
      ? await deriveModelId({ type, family, name: name.join('-') }, (other) => store.isTaken(other))
      : manifest.model_id;
    const recordPath = join(entry, 'model', metadataFileName);
    if (isTaken) {
      const read = await readMetadataFile(recordPath);
      if (read.kind === 'read') await writeMetadataFile(recordPath, { ...read.metadata, model_id: id });
    }
    const folder = await store.folders.makeRoom(id);
    try {
      await rename(join(entry, 'model'), folder);
      await syncFolder(dirname(folder));
      await rm(entry, { recursive: true, force: true });
    } catch (error) {
      throw writeFailure(folder, error);
    }
    await store.refresh(id);
    return { model_id: id, status: 'registered' };
  }

  /** Puts back what a kill left half removed, and ends what has expired. Called at the start. */
  async tidy(): Promise<void> {
    const nowMs = this.#context.host.now().getTime();
    for (const trashId of await namesIn(this.#path)) {
      try {
        await this.#putBack(trashId);
      } catch (error) {
        this.#context.host.log('a removal that was interrupted could not be undone', { trashId, error: String(error) });
      }
    }
    for (const [trashId, { expires_at }] of await this.#manifests())
      if (Date.parse(expires_at) <= nowMs)
        await rm(join(this.#path, trashId), { recursive: true, force: true }).catch((error: unknown) =>
          this.#context.host.log('what has expired could not be removed', { trashId, error: String(error) }),
        );
  }

  /** Moves a model's folder, or what is ours in it, into an entry of the trash; the record last. */
  async #moveOut(folder: string, entry: string, isWhole: boolean): Promise<string[]> {
    const target = join(entry, 'model');
    if (isWhole) {
      await rename(folder, target);
      return [folder];
    }
    await mkdir(target);
    const names = (await readdir(folder)).filter(isOwnFileName).sort((a, b) => recordLast(a) - recordLast(b));
    const removed: string[] = [];
    for (const name of names) {
      const path = join(folder, name);
      if (isLeftoverName(name)) await rm(path, { force: true });
      else {
        await rename(path, join(target, name));
        removed.push(path);
      }
    }
    return removed;
  }

  /** Undoes a removal of which the record was not reached; drops an entry that holds nothing. */
  async #putBack(trashId: string): Promise<void> {
    const entry = join(this.#path, trashId);
    const manifest = await readManifest(entry);
    const model = join(entry, 'model');
    if (await isThere(join(model, metadataFileName))) return;
    if (manifest !== null) {
      const folder = this.#context.store.folders.folderOf(manifest.model_id);
      if (await isThere(join(folder, metadataFileName)))
        for (const name of await namesIn(model))
          if (!(await isThere(join(folder, name)))) await rename(join(model, name), join(folder, name));
    }
    await rmdir(model).catch(ignoreSystem);
    if (await isThere(model)) return;
    await rm(join(entry, manifestName), { force: true });
    await rmdir(entry).catch(ignoreSystem);
  }

  async #manifests(): Promise<Map<string, Manifest>> {
    const found = new Map<string, Manifest>();
    for (const trashId of await namesIn(this.#path)) {
      const manifest = await readManifest(join(this.#path, trashId));
      if (manifest !== null && (await isThere(join(this.#path, trashId, 'model')))) found.set(trashId, manifest);
    }
    return found;
  }
}

function recordLast(name: string): number {
  return name === metadataFileName ? 1 : 0;
}

async function readManifest(entry: string): Promise<Manifest | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(entry, manifestName), 'utf8')));
  } catch (error) {
    if (codeOf(error) !== null || error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return stats.size;
  let size = 0;
  for (const name of await readdir(path)) size += await sizeOf(join(path, name));
  return size;
}

function ignoreSystem(error: unknown): void {
  if (codeOf(error) === null) throw error;
}
