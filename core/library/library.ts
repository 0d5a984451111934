import { mkdir, realpath, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Catalog, openCatalog } from '../catalog/catalog.ts';
import type { ExecutionDescriptor } from '../contract/descriptor.ts';
import { Failed } from '../contract/failure.ts';
import { type FindingCode, stateOf } from '../contract/finding.ts';
import type { ModelId } from '../contract/ids.ts';
import type { Metadata } from '../contract/metadata.ts';
import type { Classification, ListQuery, ModelPage, Registration, Verdict } from '../contract/model.ts';
import { type DiffusersFacts, readDiffusersFolder } from '../formats/diffusers-folder.ts';
import { classifyPath, defaultNameOf } from './classify.ts';
import { resolveDependencies } from './execution/dependency-resolution.ts';
import { describeModel, reasonOf } from './execution/descriptor.ts';
import { acceptanceOf, healthOf, refusalOf } from './health/health.ts';
import type { LibraryHost } from './host.ts';
import { writeFailure } from './metadata/metadata-file.ts';
import { deriveModelId } from './metadata/model-id.ts';
import { ModelStore } from './model-store.ts';
import { newRecord, refreshedRecord } from './record.ts';
import { resolveSource } from './source-path.ts';
import { placeCopy } from './starter/starter-copy.ts';
import { type StarterFacts, vitrineStarter } from './starter/starter-facts.ts';
import { readStarterRecord, writeStarterRecord } from './starter/starter-record.ts';
import { Turns } from './turns.ts';

/**
 * Opens the library at `host.rootPath`, making it when there is none. A new or unusable index is filled from the metadata.json files before
 * this answers; then every model's health is checked anew behind it (`settled` tells when). Throws `database_unusable`, `write_failed`.
 */
export async function openLibrary(host: LibraryHost): Promise<Library> {
  const rootPath = await prepareRoot(host.rootPath);
  const catalog = openCatalog(join(rootPath, 'models.db'));
  const store = new ModelStore({ ...host, rootPath }, catalog);
  try {
    if (catalog.isNew) await store.rebuildIndex();
    const library = new Library({ ...host, rootPath }, catalog, store, await readStarterRecord(rootPath));
    library.startReconcile();
    return library;
  } catch (error) {
    catalog.close();
    throw error;
  }
}

async function prepareRoot(rootPath: string): Promise<string> {
  try {
    await mkdir(join(rootPath, 'models'), { recursive: true });
    return await realpath(rootPath);
  } catch (error) {
    throw writeFailure(rootPath, error);
  }
}

/**
 * The models of one library folder. What is on disk is the truth: a record is read from its metadata.json, changed, written back and only
 * then put into the index. Changes are made one at a time; readings don't wait.
 */
export class Library {
  readonly #host: LibraryHost;
  readonly #catalog: Catalog;
  readonly #store: ModelStore;
  readonly #turns = new Turns();
  #starterId: ModelId | null;
  #isClosing = false;
  #reconciling: Promise<void> = Promise.resolve();

  /** Takes over an open catalog; use {@link openLibrary}. */
  constructor(host: LibraryHost, catalog: Catalog, store: ModelStore, starterId: ModelId | null) {
    this.#host = host;
    this.#catalog = catalog;
    this.#store = store;
    this.#starterId = starterId;
  }

  list(query: ListQuery): ModelPage {
    return this.#catalog.page(query);
  }

  count(): number {
    return this.#catalog.count();
  }

  /** The record of a model. Throws `not_found`. */
  async show(id: ModelId): Promise<Metadata> {
    return (await this.#store.read(id)).record;
  }

  /** What a path holds; nothing is changed. Throws `path_not_found`, `unreadable`, `unsupported_path`, `invalid_input`. */
  async classify(path: string): Promise<Classification> {
    const source = await resolveSource(path);
    return classifyPath(source.real, source.isFolder, (entryPath) => this.#store.registeredAt(entryPath));
  }

  /**
   * Makes a diffusers folder a model, in place: nothing is written outside the library. The same folder again gives the same model.
   * Throws `path_not_found`, `unreadable`, `unsupported_path` for what is no folder, `invalid_bundle` with the findings for a folder that
   * can't run; nothing is left behind then.
   */
  register(path: string, { name }: { readonly name?: string | undefined } = {}): Promise<Registration> {
    return this.#turns.take(async () => {
      const source = await resolveSource(path);
      const known = this.#store.registeredAt(source.real);
      if (known !== null) return { model_id: known, status: 'already_registered' };
      this.#assertRegistrable(source.given, source.real, source.isFolder);
      const facts = await readDiffusersFolder(source.real);
      const errors = facts.findings.filter(({ severity }) => severity === 'error');
      if (errors.length > 0)
        throw new Failed('invalid_bundle', {
          path,
          reason: reasonOf(errors.map(({ message }) => message)),
          findings: facts.findings,
        });
      const modelName = (name ?? defaultNameOf(source.real)).normalize('NFC').trim() || 'model';
      const modelId = await deriveModelId({ type: 'diffusion', family: facts.family, name: modelName }, (id) =>
        this.#store.isTaken(id),
      );
      const record = newRecord(facts, {
        modelId,
        name: modelName,
        storageKind: 'external_reference',
        sourcePath: source.given,
        entryPath: facts.rootPath,
        matchSource: 'external_reference',
        now: this.#host.now(),
      });
      await this.#store.write(record);
      return { model_id: modelId, status: 'registered' };
    });
  }

  /** The health of a model, checked now and recorded, or of a path that is in no library. */
  async validate(target: { readonly model_id: ModelId } | { readonly path: string }): Promise<Verdict> {
    if ('model_id' in target) return verdictOf(await this.#turns.take(() => this.#store.refresh(target.model_id)));
    if (target.path.includes('\0')) throw new Failed('invalid_input', { field: 'path', reason: 'it is no path.' });
    const facts = await readDiffusersFolder(target.path);
    const isOffline = await this.#store.isOffline(facts, target.path);
    return healthOf(
      { hashes: { fingerprint: facts.fingerprint }, accepted_findings: [], entry_path: target.path },
      { findings: facts.findings, fingerprint: facts.fingerprint, isOffline },
    );
  }

  /** Accepts a warning of a model. Throws `not_found` when the model has no such finding now, `conflict` when it can't be accepted. */
  accept(id: ModelId, code: FindingCode, path?: string): Promise<Metadata> {
    return this.#turns.take(async () => {
      const record = await this.#store.refresh(id);
      const matching = record.validation_errors.filter(
        (finding) => finding.code === code && (path === undefined || finding.path === path),
      );
      if (matching.length === 0)
        throw new Failed('not_found', {
          what: `finding of ${id} called`,
          id: path === undefined ? code : `${code} ${path}`,
        });
      const refusal = matching.map(refusalOf).find((reason) => reason !== null);
      if (refusal != null) throw new Failed('conflict', { reason: `This finding can't be accepted: ${refusal}` });
      const facts = await this.#store.facts(record);
      const added = matching
        .filter(({ accepted }) => accepted !== true)
        .map((finding) => acceptanceOf(finding, facts.fingerprint));
      if (added.length === 0) return record;
      const kept = record.accepted_findings.filter(
        (old) => !added.some((next) => next.code === old.code && next.path === old.path),
      );
      const accepted = { ...record, accepted_findings: [...kept, ...added] };
      const changed = { ...refreshedRecord(accepted, facts, false), updated_at: this.#host.now().toISOString() };
      await this.#store.write(changed);
      return changed;
    });
  }

  /** The execution descriptor, the health checked anew. Throws `not_found`, `asset_not_executable` with the findings. */
  async describe(id: ModelId): Promise<ExecutionDescriptor> {
    const record = await this.#turns.take(() => this.#store.refresh(id));
    const dependencies = resolveDependencies(
      { bundleFormat: record.bundle_format, pipelineClass: record.pipeline_class },
      { ...this.#host, executionProviders: this.#host.executionProviders() },
    );
    return describeModel(record, dependencies);
  }

  /**
   * Takes a model out of the library. Of an external folder only our record goes; a payload that the library owns is moved to `.trash/`.
   * Throws `not_found`, `forbidden` when a link leads out of the library, `write_failed`.
   */
  unregister(id: ModelId): Promise<{ readonly removed: string[] }> {
    return this.#turns.take(async () => {
      const { record } = await this.#store.read(id);
      const removed =
        record.storage_kind === 'library_owned'
          ? [await this.#moveToTrash(id)]
          : await this.#store.folders.removeArtifacts(id);
      this.#store.forget(id);
      return { removed };
    });
  }

  /**
   * Copies the model that ships with the program into the library, once in its life: a user who removed it doesn't get it again. Gives its id,
   * or null when it was removed.
   */
  adoptStarter(bundlePath: string, facts: StarterFacts = vitrineStarter): Promise<ModelId | null> {
    return this.#turns.take(async () => {
      if (this.#starterId !== null) return this.starterModelId();
      const found = await readDiffusersFolder(bundlePath);
      if (stateOf(found.findings) === 'invalid')
        throw new Failed('invalid_bundle', {
          path: bundlePath,
          reason: reasonOf(found.findings.map(({ message }) => message)),
          findings: found.findings,
        });
      // A copy that was whole before its record could be written is taken as it is.
      const known = this.#catalog
        .page({ query: facts.name, limit: 500 })
        .models.find(
          ({ storage_kind, fingerprint }) => storage_kind === 'library_owned' && fingerprint === found.fingerprint,
        );
      const modelId = known?.model_id ?? (await this.#copyStarter(bundlePath, found, facts));
      await writeStarterRecord(this.#host.rootPath, modelId, this.#host.now());
      this.#starterId = modelId;
      return modelId;
    });
  }

  /** The starter model, while it is in the library. */
  starterModelId(): ModelId | null {
    return this.#starterId !== null && this.#catalog.get(this.#starterId) !== null ? this.#starterId : null;
  }

  startReconcile(): void {
    this.#reconciling = this.#reconcile().catch((error: unknown) => {
      this.#host.log('reconcile failed', { error: String(error) });
    });
  }

  /** Resolves when the check of every model's health, begun at the start, is over. */
  settled(): Promise<void> {
    return this.#reconciling;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#reconciling;
    await this.#turns.take(async () => this.#catalog.close());
  }

  async #reconcile(): Promise<void> {
    const seen = new Set<ModelId>();
    for await (const id of this.#store.folders.scan()) {
      if (this.#isClosing) return;
      seen.add(id);
      await this.#turns
        .take(() => this.#store.refresh(id))
        .catch((error: unknown) =>
          this.#host.log('a model could not be checked', { model_id: id, error: String(error) }),
        );
    }
    for (const id of this.#catalog.ids()) {
      if (this.#isClosing) return;
      // Reading finds that it is gone, and takes it out of the index.
      if (!seen.has(id)) await this.#turns.take(() => this.#store.read(id)).catch(() => undefined);
    }
  }

  #assertRegistrable(given: string, real: string, isFolder: boolean): void {
    if (!isFolder)
      throw new Failed('unsupported_path', {
        path: given,
        reason: 'it is a file. Choose the folder of a diffusers model, the one that holds model_index.json.',
      });
    if (this.#store.folders.contains(real))
      throw new Failed('unsupported_path', { path: given, reason: 'it is inside the library already.' });
  }

  async #moveToTrash(id: ModelId): Promise<string> {
    const folder = await this.#store.folders.containedFolderOf(id);
    const stamp = this.#host.now().toISOString().replaceAll(/[:.-]/g, '');
    const target = join(this.#host.rootPath, '.trash', stamp, ...id.split('/'));
    try {
      await mkdir(dirname(target), { recursive: true });
      await rename(folder, target);
    } catch (error) {
      throw writeFailure(folder, error);
    }
    await this.#store.folders.removeEmpty(dirname(folder));
    return folder;
  }

  async #copyStarter(bundlePath: string, found: DiffusersFacts, facts: StarterFacts): Promise<ModelId> {
    const parts = { type: 'diffusion', family: found.family, name: facts.name };
    const modelId = await deriveModelId(parts, (id) => this.#store.isTaken(id));
    const folder = this.#store.folders.folderOf(modelId);
    const record = await placeCopy(this.#host.rootPath, bundlePath, folder, async (copyPath) =>
      newRecord(await readDiffusersFolder(copyPath), {
        modelId,
        name: facts.name,
        storageKind: 'library_owned',
        sourcePath: bundlePath,
        entryPath: folder,
        matchSource: 'starter',
        generationDefaults: facts.generationDefaults,
        now: this.#host.now(),
      }),
    );
    this.#store.publish(record);
    return modelId;
  }
}

function verdictOf({ validation_state, validation_errors }: Metadata): Verdict {
  return { validation_state, validation_errors };
}
