import { isDeepStrictEqual } from 'node:util';
import type { Catalog, CatalogEntry } from '../catalog/catalog.ts';
import { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Metadata } from '../contract/metadata.ts';
import { type DiffusersFacts, readDiffusersFolder } from '../formats/diffusers-folder.ts';
import { isVolumeOffline } from './health/volume.ts';
import type { LibraryHost } from './host.ts';
import { metadataFileName, parseMetadata, readMetadataFile, writeMetadataFile } from './metadata/metadata-file.ts';
import { corruptRecord, searchTextOf, summaryOf } from './metadata/projection.ts';
import { RegistryFolders } from './metadata/registry-folder.ts';
import { refreshedRecord } from './record.ts';

/** How many records are put into a new index at once: more would hold up everything else for longer than a blink. */
const rebuildBatch = 40;

/** A model as its metadata.json has it; `isCorrupt` when that file is damaged and this is what was last known. */
interface Known {
  readonly record: Metadata;
  readonly isCorrupt: boolean;
}

/**
 * The road from disk to the index to the events, and no other: a record is read from its metadata.json, checked against its files, written
 * back, and only then put into the index and told of. Acts on one model must not overlap; whoever calls takes turns.
 */
export class ModelStore {
  readonly folders: RegistryFolders;
  readonly #host: Pick<LibraryHost, 'emit' | 'now' | 'log'>;
  readonly #catalog: Catalog;

  constructor(host: LibraryHost, catalog: Catalog) {
    this.folders = new RegistryFolders(host.rootPath);
    this.#host = host;
    this.#catalog = catalog;
  }

  /** The record of a model, as last known when its file is damaged. Throws `not_found`, and takes it out of the index then. */
  async read(id: ModelId): Promise<Known> {
    const read = await readMetadataFile(this.folders.metadataPathOf(id));
    // The place is the id: a record that was moved by hand belongs to where it is now.
    if (read.kind === 'read') return { record: { ...read.metadata, model_id: id }, isCorrupt: false };
    const indexed = this.#catalog.get(id);
    if (read.kind === 'missing') {
      if (indexed !== null) this.forget(id);
      throw new Failed('not_found', { what: 'model', id });
    }
    const last = indexed === null ? null : parseMetadata(indexed.record);
    const lastKnown = last?.kind === 'read' ? last.metadata : null;
    return { record: corruptRecord(id, lastKnown, read.reason, this.#host.now()), isCorrupt: true };
  }

  /** Reads a model, checks its files, and records what changed. */
  async refresh(id: ModelId): Promise<Metadata> {
    const { record, isCorrupt } = await this.read(id);
    if (isCorrupt) {
      this.publish(record);
      return record;
    }
    if (record.bundle_format !== 'diffusers_directory') {
      this.publish(record);
      return record;
    }
    const facts = await this.facts(record);
    const current = refreshedRecord(record, facts, await this.isOffline(facts, record.entry_path));
    if (isDeepStrictEqual(current, record)) {
      this.publish(record);
      return record;
    }
    const changed = { ...current, updated_at: this.#host.now().toISOString() };
    await this.write(changed).catch((error: unknown) => {
      // Health is known even where it can't be written down: a library on a read-only drive.
      if (!(error instanceof Failed)) throw error;
      this.#host.log('health could not be recorded', { model_id: id, failure: error.failure });
      this.publish(changed);
    });
    return changed;
  }

  /** What a model's files are now. */
  facts(record: Metadata): Promise<DiffusersFacts> {
    // A payload that the library owns moves with the library.
    return record.storage_kind === 'library_owned'
      ? readDiffusersFolder(this.folders.folderOf(record.model_id), { ignore: [metadataFileName] })
      : readDiffusersFolder(record.entry_path);
  }

  /** Whether files that were not found are on a drive that is not mounted. */
  async isOffline(facts: DiffusersFacts, path: string): Promise<boolean> {
    return facts.findings.some(({ code }) => code === 'path_not_found') && (await isVolumeOffline(path));
  }

  /** Writes a record and publishes it. Throws `disk_full`, `write_failed`; leaves no empty folder then. */
  async write(record: Metadata): Promise<void> {
    try {
      await writeMetadataFile(this.folders.metadataPathOf(record.model_id), record);
    } catch (error) {
      await this.folders.removeEmpty(this.folders.folderOf(record.model_id));
      throw error;
    }
    this.publish(record);
  }

  /** Puts a record into the index and tells of it, when it is news. */
  publish(record: Metadata): void {
    const entry = entryOf(record);
    if (this.#catalog.get(record.model_id)?.record === entry.record) return;
    this.#catalog.upsert([entry]);
    this.#host.emit({ kind: 'model_changed', model: entry.summary });
  }

  /** Takes a model out of the index and tells of it. */
  forget(id: ModelId): void {
    if (this.#catalog.remove(id)) this.#host.emit({ kind: 'model_removed', model_id: id });
  }

  /** The model whose files are at a path, links resolved. */
  registeredAt(entryPath: string): ModelId | null {
    return this.#catalog.findByEntryPath(entryPath)?.model_id ?? null;
  }

  /** Whether a new model can't have this id. */
  async isTaken(id: ModelId): Promise<boolean> {
    return this.#catalog.get(id) !== null || (await this.folders.isTaken(id));
  }

  /** Fills the index from the metadata.json files; health is taken as they have it. */
  async rebuildIndex(): Promise<void> {
    let batch: CatalogEntry[] = [];
    for await (const id of this.folders.scan()) {
      const { record } = await this.read(id);
      batch.push(entryOf(record));
      if (batch.length < rebuildBatch) continue;
      this.#catalog.upsert(batch);
      batch = [];
    }
    this.#catalog.upsert(batch);
    this.#host.log('index rebuilt', { models: this.#catalog.count() });
  }
}

function entryOf(record: Metadata): CatalogEntry {
  return { summary: summaryOf(record), record: JSON.stringify(record), searchText: searchTextOf(record) };
}
