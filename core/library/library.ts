import { join } from 'node:path';
import type { CatalogFiles } from '../catalog/catalog.ts';
import type { Cause, CauseQuery, FindingPage } from '../contract/cause.ts';
import { Failed } from '../contract/failure.ts';
import type { ModelId } from '../contract/ids.ts';
import type { ExecutionDescriptor } from '../contract/library/descriptor.ts';
import type { FindingCode } from '../contract/library/finding.ts';
import type { Metadata } from '../contract/library/metadata.ts';
import type {
  Classification,
  ListQuery,
  ModelCounts,
  ModelEdit,
  ModelPage,
  Registration,
  RemovalPreview,
  TrashEntry,
  Verdict,
} from '../contract/library/model.ts';
import type { ReconcileReport } from '../contract/library/reconcile.ts';
import type { ImportItem, Task } from '../contract/library/task.ts';
import { readModelFacts } from '../formats/model-facts.ts';
import { acceptFinding, revokeFinding } from './acts/accept.ts';
import { type DuplicateGroup, findDuplicates } from './acts/duplicates.ts';
import { editModel } from './acts/edit.ts';
import { registerModel } from './acts/register.ts';
import { relocateModel } from './acts/relocate.ts';
import { classifyPath } from './classification/classify-path.ts';
import { lookupsOf } from './classification/library-lookups.ts';
import type { LibraryContext } from './context.ts';
import { resolveDependencies } from './execution/dependency-resolution.ts';
import { describeModel } from './execution/descriptor.ts';
import { healthOf } from './health/health.ts';
import { ImportTasks } from './import/import-tasks.ts';
import { previewFileName } from './metadata/own-files.ts';
import { adoptStarter } from './starter/adopt-starter.ts';
import { type StarterFacts, vitrineStarter } from './starter/starter-facts.ts';
import type { Trash } from './trash/trash.ts';
import type { Upkeep } from './upkeep.ts';

/** Models read from the index at a time. */
const filesSlice = 2000;

/** A model as a program sees it that reads its files: `path` is its file or folder. */
export interface ModelFiles extends Omit<CatalogFiles, 'entry_path'> {
  readonly path: string;
}

/** What an open library holds beside its context. */
interface Holdings {
  readonly trash: Trash;
  readonly upkeep: Upkeep;
  readonly starterId: ModelId | null;
  /** Closes the index. */
  readonly dispose: () => Promise<void>;
}

/**
 * The models of one library folder. What is on disk is the truth: a record is read from its metadata.json, changed, written back and only
 * then put into the index. Changes are made one at a time; readings don't wait. Every method is a command of the table.
 */
export class Library {
  readonly #context: LibraryContext;
  readonly #trash: Trash;
  readonly #upkeep: Upkeep;
  readonly #dispose: () => Promise<void>;
  readonly #tasks: ImportTasks;
  #starterId: ModelId | null;

  /** Takes over an open index; use `openLibrary`. */
  constructor(context: LibraryContext, { trash, upkeep, starterId, dispose }: Holdings) {
    this.#context = context;
    this.#trash = trash;
    this.#upkeep = upkeep;
    this.#dispose = dispose;
    this.#tasks = new ImportTasks(context);
    this.#starterId = starterId;
  }

  /** Why the library is open for reading only; null where it may be written. */
  get refusal(): Failed | null {
    return this.#context.refusal;
  }

  list(query: ListQuery): ModelPage {
    return this.#context.catalog.page(query);
  }

  /** {@link list} for whoever can wait for its turns. */
  listInTurns(query: ListQuery): Promise<ModelPage> {
    return this.#context.catalog.pageInTurns(query);
  }

  counts(query: ListQuery): Promise<ModelCounts> {
    return this.#context.catalog.countsInTurns(query);
  }

  /** What is wrong, by cause: errors first, then warnings, drives that are away last; of each the one with the most models first. */
  causes(): Cause[] {
    return this.#context.catalog.causes();
  }

  /** The findings of one cause, one page. */
  findings(query: CauseQuery): FindingPage {
    return this.#context.catalog.findings(query);
  }

  count(): number {
    return this.#context.catalog.count();
  }

  /** Every model and where its files are, once the library is known to be as its disk is. In slices: others come in between. */
  async files(): Promise<ModelFiles[]> {
    await this.#upkeep.settled();
    const { catalog, store } = this.#context;
    const all: ModelFiles[] = [];
    for (let slice = catalog.filesAfter(null, filesSlice); slice.length > 0; ) {
      for (const { entry_path, ...model } of slice)
        all.push({ ...model, path: store.payloadPathOf({ ...model, entry_path }) });
      await new Promise((resolve) => setImmediate(resolve));
      slice = catalog.filesAfter(slice.at(-1)?.model_id ?? null, filesSlice);
    }
    return all;
  }

  /** The record of a model. Throws `not_found`. */
  async show(id: ModelId): Promise<Metadata> {
    return (await this.#context.store.read(id)).record;
  }

  /** What a path holds; nothing is changed. Throws `path_not_found`, `unreadable`, `unsupported_path`, `invalid_input`. */
  async classify(path: string): Promise<Classification> {
    const { drives } = this.#context.store;
    return drives.whileAnswering(path, () => classifyPath(path, lookupsOf(this.#context)));
  }

  /**
   * Makes a diffusers folder or a file of weights a model, in place: nothing is written outside the library. The same again gives the same
   * model. Throws `path_not_found`, `unreadable`, `unsupported_path`, `invalid_bundle` with the findings for one that can't run; nothing is
   * left behind then.
   */
  register(path: string, { name }: { readonly name?: string | undefined } = {}): Promise<Registration> {
    return this.#change(() => registerModel(this.#context, path, name));
  }

  /** Brings models in, one after the other, of a folder of many each one. Answers at once with the task that does it. */
  import(items: readonly ImportItem[]): Task {
    return this.#tasks.start(items);
  }

  showTask(id: string): Task {
    return this.#tasks.show(id);
  }

  waitForTask(id: string, timeoutMs: number): Promise<Task> {
    return this.#tasks.wait(id, timeoutMs);
  }

  /** Leaves items out of an import that have not come in yet. Throws `not_found`. */
  leaveOut(taskId: string, paths: readonly string[]): Task {
    return this.#tasks.leaveOut(taskId, paths);
  }

  cancelTask(id: string): Promise<Task> {
    return this.#tasks.cancel(id);
  }

  /** The health of a model, checked now and recorded, or of a path that is in no library. */
  async validate(target: { readonly model_id: ModelId } | { readonly path: string }): Promise<Verdict> {
    const { store, turns } = this.#context;
    if ('model_id' in target) {
      const { validation_state, validation_errors } = await turns.take(() => store.refresh(target.model_id));
      return { validation_state, validation_errors };
    }
    if (target.path.includes('\0')) throw new Failed('invalid_input', { field: 'path', reason: 'it is no path.' });
    const facts = await store.drives.whileAnswering(target.path, () => readModelFacts(target.path));
    const isOffline = await store.isOffline(facts, target.path);
    return healthOf(
      { hashes: { fingerprint: facts.fingerprint }, accepted_findings: [], entry_path: target.path },
      { findings: facts.findings, fingerprint: facts.fingerprint, isOffline },
    );
  }

  /** Accepts a warning of a model. Throws `not_found` when the model has no such finding now, `conflict` when it can't be accepted. */
  accept(id: ModelId, code: FindingCode, path?: string): Promise<Metadata> {
    return this.#change(() => acceptFinding(this.#context, id, code, path));
  }

  /** Takes back that a warning was accepted. Throws `not_found` when none was. */
  revoke(id: ModelId, code: FindingCode, path?: string): Promise<Metadata> {
    return this.#change(() => revokeFinding(this.#context, id, code, path));
  }

  /** Changes what is the user's own: a field that is left out stays. */
  edit(id: ModelId, edit: ModelEdit): Promise<Metadata> {
    return this.#change(() => editModel(this.#context, id, edit));
  }

  /** Says where a model's files are now. Throws `source_mismatch` for other files, unless forced. */
  relocate(id: ModelId, path: string, force = false): Promise<Metadata> {
    return this.#change(() => relocateModel(this.#context, id, path, force));
  }

  /** The execution descriptor, the health checked anew. Throws `not_found`, `asset_not_executable` with the findings. */
  async describe(id: ModelId): Promise<ExecutionDescriptor> {
    const { store, turns, host } = this.#context;
    const record = await turns.take(() => store.refresh(id));
    const engines = { ...host, executionProviders: host.executionProviders() };
    return describeModel(record, resolveDependencies(record.runtime_engine_hints, engines));
  }

  previewRemoval(id: ModelId): Promise<RemovalPreview> {
    return this.#trash.preview(id);
  }

  /**
   * Takes a model out of the library, into its trash. Of an external one only our record goes, and its files are not touched; a payload that
   * the library owns goes with it. `delete` is the same act. Throws `not_found`, `forbidden` when a link leads out of the library,
   * `write_failed`.
   */
  async unregister(id: ModelId): Promise<{ readonly removed: string[] }> {
    return { removed: await this.#change(() => this.#trash.remove(id)) };
  }

  listTrash(): Promise<TrashEntry[]> {
    return this.#trash.list();
  }

  restore(trashId: string): Promise<Registration> {
    return this.#change(() => this.#trash.restore(trashId));
  }

  duplicates(): DuplicateGroup[] {
    return findDuplicates(this.#context);
  }

  /** Brings index and disk together, and says what changed and why. */
  reconcile(): Promise<ReconcileReport> {
    return this.#upkeep.reconcile();
  }

  /** The report of the last reconcile, were it that of an earlier process. */
  lastReconcile(): Promise<ReconcileReport | null> {
    return this.#upkeep.lastReconcile();
  }

  /** Lets the hashing in the background wait, while a picture is made, or go on. */
  pauseHashing(isPaused: boolean): void {
    this.#upkeep.pauseHashing(isPaused);
  }

  /** Hashes now all that has no hashes, and resolves when that is done. */
  hashAll(): Promise<void> {
    return this.#upkeep.hashAll();
  }

  /** The file of a model's preview picture, or null. */
  async previewPath(id: ModelId): Promise<string | null> {
    const { store } = this.#context;
    const { record } = await store.read(id);
    return record.preview === previewFileName ? join(store.folders.folderOf(id), previewFileName) : null;
  }

  /**
   * Copies the model that ships with the program into the library, once in its life: a user who removed it doesn't get it again. Gives its id,
   * or null when it was removed.
   */
  adoptStarter(bundlePath: string, facts: StarterFacts = vitrineStarter): Promise<ModelId | null> {
    return this.#change(async () => {
      if (this.#starterId !== null) return this.starterModelId();
      this.#starterId = await adoptStarter(this.#context, bundlePath, facts);
      return this.#starterId;
    });
  }

  /** The starter model, while it is in the library. */
  starterModelId(): ModelId | null {
    return this.#starterId !== null && this.#context.catalog.get(this.#starterId) !== null ? this.#starterId : null;
  }

  /** Resolves when the reconcile that was begun at the start is over. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  /** Resolves when files are watched; at once where they are not. */
  watching(): Promise<void> {
    return this.#upkeep.watching();
  }

  async close(): Promise<void> {
    await Promise.all([this.#tasks.close(), this.#upkeep.close()]);
    await this.#context.turns.take(() => this.#dispose());
  }

  /** An act that changes the library, in its turn. */
  async #change<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.refusal !== null) throw this.refusal;
    return this.#context.turns.take(act);
  }
}
