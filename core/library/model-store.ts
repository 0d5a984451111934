import type { Catalog } from '../catalog/catalog.ts';
import { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Metadata } from '../contract/library/metadata.ts';
import { type ModelFacts, readModelFacts } from '../formats/model-facts.ts';
import { DriveProbe } from './health/drive-probe.ts';
import { healthOf, notFound } from './health/health.ts';
import { isVolumeOffline } from './health/volume.ts';
import type { LibraryHost } from './host.ts';
import { parseMetadata, readMetadataFile, writeMetadataFile } from './metadata/metadata-file.ts';
import { ownFileNames } from './metadata/own-files.ts';
import { corruptRecord, entryOf } from './metadata/projection.ts';
import { RegistryFolders } from './metadata/registry-folder.ts';
import { payloadPath } from './payload-path.ts';
import { fileStamp, missingStamp, modelStamp, sourceStamp, sourceStampIn } from './reconcile/stamp.ts';
import { changeBetween, isKnownFormat, refreshedRecord } from './record.ts';

const rememberedStamps = 1000;

/** A model as its metadata.json has it; `isCorrupt` when that file is damaged and this is what was last known. */
interface Known {
  readonly record: Metadata;
  readonly isCorrupt: boolean;
}

/** What a look at a model found. */
export interface Refreshed {
  readonly record: Metadata;
  /** Against what the index had. */
  readonly change: 'added' | 'updated' | 'unchanged';
  /** Why, in a clause; empty when nothing changed. */
  readonly reason: string;
}

/**
 * The road from disk to the index to the events, and no other: a record is read from its metadata.json, checked against its files, written
 * back, and only then put into the index and told of. Acts on one model must not overlap; whoever calls takes turns.
 */
export class ModelStore {
  readonly folders: RegistryFolders;
  readonly drives: DriveProbe;
  readonly #host: Pick<LibraryHost, 'emit' | 'now' | 'log' | 'refusal'>;
  readonly #catalog: Catalog;
  #newestAddedMs: number | null = null;
  /** Stamps of models that this process published, the latest last: a change that is our own is no news to the watcher. */
  readonly #published = new Map<ModelId, string>();

  constructor(host: LibraryHost, catalog: Catalog) {
    this.folders = new RegistryFolders(host.rootPath);
    this.drives = new DriveProbe(host.drives);
    this.#host = host;
    this.#catalog = catalog;
  }

  /** The record of a model, as last known when its file is damaged. Throws `not_found`, and takes it out of the index then. */
  async read(id: ModelId): Promise<Known> {
    const read = await readMetadataFile(this.folders.metadataPathOf(id));
    // The place is the id: a record that was moved by hand belongs to where it is now.
    if (read.kind === 'read') return { record: { ...read.metadata, model_id: id }, isCorrupt: false };
    if (read.kind === 'missing') {
      this.forget(id);
      throw new Failed('not_found', { what: 'model', id });
    }
    return { record: corruptRecord(id, this.lastKnown(id), read.reason, this.#host.now()), isCorrupt: true };
  }

  /** The record as {@link read}, for a change of it. Throws `conflict` when its file is damaged: writing would lose what is still in there. */
  async readWhole(id: ModelId): Promise<Metadata> {
    const { record, isCorrupt } = await this.read(id);
    if (!isCorrupt) return record;
    throw new Failed('conflict', {
      reason: record.validation_errors[0]?.message ?? `The metadata.json of "${id}" is damaged.`,
    });
  }

  /** The record as the index has it. */
  lastKnown(id: ModelId): Metadata | null {
    const indexed = this.#catalog.get(id);
    const last = indexed === null ? null : parseMetadata(indexed.record);
    return last?.kind === 'read' ? last.metadata : null;
  }

  /** Reads a model, checks its files, and records what changed. Throws `not_found`. */
  async refresh(id: ModelId): Promise<Metadata> {
    return (await this.look(id)).record;
  }

  /** {@link refresh}, with what it changed. */
  async look(id: ModelId): Promise<Refreshed> {
    const indexed = this.#catalog.get(id)?.record ?? null;
    const { record, isCorrupt } = await this.read(id);
    // Taken before the files are read: what changes in between is looked at again the next time.
    const recordAt = await fileStamp(this.folders.metadataPathOf(id));
    const sourceAt = await this.sourceStampOf(record);
    if (isCorrupt || !isKnownFormat(record)) {
      this.publish(record, modelStamp(recordAt, sourceAt));
      return this.#refreshed(indexed, record);
    }
    const current = await this.#current(record, sourceAt);
    if (changeBetween(record, current) === null) {
      this.publish(record, modelStamp(recordAt, sourceAt));
      return this.#refreshed(indexed, record);
    }
    const changed = { ...current, updated_at: this.#host.now().toISOString() };
    await this.write(changed, sourceAt).catch((error: unknown) => {
      // Health is known even where it can't be written down: a library on a read-only drive.
      if (!(error instanceof Failed)) throw error;
      this.#host.log('health could not be recorded', { model_id: id, failure: error.failure });
      this.publish(changed, modelStamp(recordAt, sourceAt));
    });
    return this.#refreshed(indexed, changed);
  }

  /** Where a model's files are: a payload that the library owns moves with the library. */
  payloadPathOf(record: Pick<Metadata, 'model_id' | 'storage_kind' | 'bundle_format' | 'entry_path'>): string {
    return payloadPath(this.folders.folderOf(record.model_id), record);
  }

  /** What a model's files are now. Throws `unreadable` where their drive does not answer. */
  async facts(record: Metadata): Promise<ModelFacts> {
    const path = this.payloadPathOf(record);
    if (record.storage_kind === 'library_owned') return readModelFacts(path, { ignore: ownFileNames });
    return this.drives.whileAnswering(record.entry_path, () => readModelFacts(path));
  }

  async sourceStampOf(record: Metadata): Promise<string> {
    if (!(await this.#answers(record))) return missingStamp;
    return sourceStamp(this.payloadPathOf(record), record.storage_kind === 'library_owned');
  }

  /** The stamp of a model's files as they were when its health was last checked: for a change that does not look at them. */
  checkedSourceStamp(id: ModelId): string {
    return sourceStampIn(this.#catalog.stampOf(id));
  }

  /** Whether files that were not found are on a drive that is not mounted. */
  async isOffline(facts: Pick<ModelFacts, 'findings'>, path: string): Promise<boolean> {
    return facts.findings.some(({ code }) => code === 'path_not_found') && (await this.isDriveAway(path));
  }

  /** Whether the drive of a path is not mounted, or does not answer. */
  async isDriveAway(path: string): Promise<boolean> {
    return !(await this.drives.answers(path)) || (await isVolumeOffline(path));
  }

  /**
   * Writes a record and publishes it; `sourceAt` is the stamp of its files from before they were read for it: what changed since is looked at
   * again. Throws `disk_full`, `write_failed`, and the refusal of a library that is only read; leaves no empty folder then.
   */
  async write(record: Metadata, sourceAt: string): Promise<void> {
    if (this.#host.refusal !== undefined) throw this.#host.refusal;
    const path = this.folders.metadataPathOf(record.model_id);
    try {
      await writeMetadataFile(path, record);
    } catch (error) {
      await this.folders.removeEmpty(this.folders.folderOf(record.model_id));
      throw error;
    }
    this.publish(record, modelStamp(await fileStamp(path), sourceAt));
  }

  /** Puts a record into the index and tells of it, when it is news. */
  publish(record: Metadata, stamp: string): void {
    this.#remember(record.model_id, stamp);
    const entry = entryOf(record, stamp);
    if (this.#catalog.get(record.model_id)?.record === entry.record) {
      this.#catalog.setStamp(record.model_id, stamp);
      return;
    }
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

  /** The time of a model that is added now: after that of every other, so that the newest stands first were the clock set back. */
  addedAt(): Date {
    this.#newestAddedMs ??= Date.parse(this.#catalog.newestAddedAt() ?? '') || 0;
    this.#newestAddedMs = Math.max(this.#host.now().getTime(), this.#newestAddedMs + 1);
    return new Date(this.#newestAddedMs);
  }

  /** Whether a model's files are those that this process last saw. */
  async isCurrent(id: ModelId): Promise<boolean> {
    const stamp = this.#published.get(id);
    const record = stamp === undefined ? null : this.lastKnown(id);
    if (record === null) return false;
    const recordAt = await fileStamp(this.folders.metadataPathOf(id));
    return stamp === modelStamp(recordAt, await this.sourceStampOf(record));
  }

  /** A record brought up to what its files are now; of files on a drive that doesn't answer only that is known. */
  async #current(record: Metadata, sourceStamp: string): Promise<Metadata> {
    if (!(await this.#answers(record)))
      return { ...record, ...healthOf(record, { findings: [notFound], fingerprint: '', isOffline: true }) };
    const facts = await this.facts(record);
    const isOffline = await this.isOffline(facts, record.entry_path);
    return refreshedRecord(record, facts, { isOffline, sourceStamp });
  }

  async #answers({ storage_kind, entry_path }: Metadata): Promise<boolean> {
    return storage_kind === 'library_owned' || (await this.drives.answers(entry_path));
  }

  #remember(id: ModelId, stamp: string): void {
    this.#published.delete(id);
    this.#published.set(id, stamp);
    const oldest = this.#published.keys().next();
    if (this.#published.size > rememberedStamps && !oldest.done) this.#published.delete(oldest.value);
  }

  #refreshed(indexed: string | null, record: Metadata): Refreshed {
    if (indexed === null) return { record, change: 'added', reason: 'its record was not in the index' };
    if (indexed === JSON.stringify(record)) return { record, change: 'unchanged', reason: '' };
    const before = parseMetadata(indexed);
    const reason = before.kind === 'read' ? changeBetween(before.metadata, record) : null;
    return { record, change: 'updated', reason: reason ?? 'its record is another' };
  }
}
