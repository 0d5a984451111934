import { stat } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import type { ModelId } from '../../contract/ids.ts';
import type { Hashes, Metadata } from '../../contract/library/metadata.ts';
import type { LibraryContext } from '../context.ts';
import { timingOf, workerEntryOf } from '../host.ts';
import { payloadOf } from '../import/payload-files.ts';
import { codeOf } from '../system-error.ts';
import { LibraryWorker } from '../worker/library-worker.ts';
import { isSafetensorsName } from './content-hash.ts';
import type { HashedFile } from './hash-file.ts';
import { HashProgress } from './hash-progress.ts';
import { componentsOf, hashesOfModel, isBundlePart } from './model-hash.ts';

/** An external model larger than this isn't read by itself: it may lie on a network drive, and nobody asked to read it whole. */
const maxExternalBytes = 16 * 2 ** 30;
const pageSize = 200;

interface Job {
  readonly id: ModelId;
  readonly payloadPath: string;
  readonly sourceAt: string;
}

/**
 * Hashes the contents of models in the background: one reader a physical disk, at the lowest priority, file by file, going on after a restart
 * where it was. What it finds is written into the record's hashes, with the stamp of the files that they are of.
 */
export class HashQueue {
  readonly #context: LibraryContext;
  readonly #progress: HashProgress;
  readonly #workers = new Map<number, LibraryWorker>();
  /** Models that were tried in this life of the program, with the stamp they had then. */
  readonly #tried = new Map<ModelId, string>();
  #isClosing = false;
  #isPaused = false;
  #waiting: Set<ModelId> | 'all' = new Set();
  #running: Promise<void> | null = null;
  #wake: NodeJS.Timeout | null = null;

  constructor(context: LibraryContext) {
    this.#context = context;
    this.#progress = new HashProgress(context.host.rootPath);
  }

  /** Hashes a model, or after a start all that have no hashes, when some time has gone. */
  schedule(id?: ModelId): void {
    if (id === undefined) this.#waiting = 'all';
    else if (this.#waiting !== 'all') this.#waiting.add(id);
    if (this.#isClosing || this.#wake !== null) return;
    this.#wake = setTimeout(() => {
      this.#wake = null;
      const models = this.#waiting;
      this.#waiting = new Set();
      void this.run(models);
    }, timingOf(this.#context.host).hashDelayMs).unref();
  }

  /** Hashes what has no hashes and resolves when that is done. */
  async run(models: ReadonlySet<ModelId> | 'all' = 'all'): Promise<void> {
    await this.#running;
    if (this.#isClosing) return;
    this.#running ??= this.#hashAll(models === 'all' ? this.#allIds() : models)
      .catch((error: unknown) => this.#context.host.log('hashing failed', { error: String(error) }))
      .finally(() => {
        this.#running = null;
      });
    await this.#running;
  }

  /** While a picture is made, say: a file in the middle waits, and goes on after. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    for (const worker of this.#workers.values()) worker.pause(isPaused);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#wake !== null) clearTimeout(this.#wake);
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
    await this.#running;
  }

  async #hashAll(ids: Iterable<ModelId> | AsyncIterable<ModelId>): Promise<void> {
    const lanes = new Map<number, Promise<void>>();
    for await (const id of ids) {
      if (this.#isClosing) break;
      const job = await this.#jobOf(id);
      if (job === null) continue;
      if (!(await this.#context.store.drives.answers(job.payloadPath))) continue;
      const disk = await diskOf(job.payloadPath);
      if (disk === null || this.#isClosing) continue;
      const before = lanes.get(disk) ?? Promise.resolve();
      lanes.set(
        disk,
        before.then(() => this.#hashModel(job, disk)),
      );
    }
    await Promise.all(lanes.values());
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
    this.#workers.clear();
  }

  async *#allIds(): AsyncGenerator<ModelId> {
    for (let last: ModelId | null = null; ; ) {
      const rows: readonly { readonly model_id: ModelId }[] = this.#context.catalog.rowsAfter(last, pageSize);
      for (const { model_id } of rows) yield model_id;
      last = rows.at(-1)?.model_id ?? null;
      if (rows.length < pageSize || last === null) return;
      await new Promise(setImmediate);
    }
  }

  /** Null for a model that has its hashes, wants none, or was tried as it is now. */
  async #jobOf(id: ModelId): Promise<Job | null> {
    const { store } = this.#context;
    const record = store.lastKnown(id);
    if (record === null || !wantsHashes(record)) return null;
    const sourceAt = await store.sourceStampOf(record);
    if (this.#tried.get(id) === sourceAt) return null;
    this.#tried.set(id, sourceAt);
    return { id, payloadPath: store.payloadPathOf(record), sourceAt };
  }

  async #hashModel(job: Job, disk: number): Promise<void> {
    if (this.#isClosing) return;
    try {
      const hashes = await this.#hashFiles(job, disk);
      await this.#context.turns.take(() => this.#record(job, hashes));
      await this.#progress.forget(job.id);
    } catch (error) {
      // The drive went, the file changed, the program ends: it is tried again when its files have another stamp, or at the next start.
      this.#context.host.log('a model was not hashed', { model_id: job.id, reason: String(error) });
    }
  }

  async #hashFiles({ id, payloadPath }: Job, disk: number): Promise<Omit<Hashes, 'fingerprint'>> {
    const isFolder = (await stat(payloadPath)).isDirectory();
    const digests = new Map<string, HashedFile>();
    if (!isFolder) {
      const name = basename(payloadPath);
      digests.set(name, await this.#hashFile(disk, payloadPath, isSafetensorsName(name)));
      return hashesOfModel(payloadPath, digests, name);
    }
    const components = await componentsOf(payloadPath);
    const done = await this.#progress.of(id);
    const source = { given: payloadPath, real: payloadPath, isFolder };
    const { files } = await payloadOf(source, { bundleFormat: 'diffusers_directory', files: [] });
    for (const { path, realPath, sizeBytes, mtimeMs } of files) {
      const below = relative(payloadPath, path).split('\\').join('/');
      if (!isBundlePart(below, components)) continue;
      const known = done[below];
      if (known !== undefined && known.sizeBytes === sizeBytes && known.mtimeMs === mtimeMs) {
        digests.set(below, known);
        continue;
      }
      const hashed = await this.#hashFile(disk, realPath, false);
      digests.set(below, hashed);
      await this.#progress.add(id, below, hashed);
    }
    return hashesOfModel(payloadPath, digests, null);
  }

  async #hashFile(disk: number, path: string, isSafetensors: boolean): Promise<HashedFile> {
    // A thread begun now would not be among those that the close ends.
    if (this.#isClosing) throw new Error('the library closes');
    let worker = this.#workers.get(disk);
    if (worker === undefined) {
      worker = new LibraryWorker(workerEntryOf(this.#context.host));
      worker.pause(this.#isPaused);
      this.#workers.set(disk, worker);
    }
    return worker.ask({ kind: 'hash', path, isSafetensors }, (reply) => (reply.kind === 'hashed' ? reply : undefined));
  }

  /** Only while the files are those that were read. */
  async #record({ id, sourceAt }: Job, hashes: Omit<Hashes, 'fingerprint'>): Promise<void> {
    const { store, host } = this.#context;
    try {
      const record = await store.readWhole(id);
      if ((await store.sourceStampOf(record)) !== sourceAt) return;
      await store.write(
        {
          ...record,
          hashes: { ...record.hashes, ...hashes, hashed_source: sourceAt },
          updated_at: host.now().toISOString(),
        },
        sourceAt,
      );
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
    }
  }
}

function wantsHashes({ hashes, storage_kind, size_bytes, validation_errors }: Metadata): boolean {
  if (hashes.sha256 !== undefined) return false;
  if (storage_kind === 'external_reference' && size_bytes > maxExternalBytes) return false;
  return !validation_errors.some(({ severity, code }) => severity === 'error' || code === 'volume_offline');
}

/** `st_dev`; null where the files are not there. */
async function diskOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).dev;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
}
