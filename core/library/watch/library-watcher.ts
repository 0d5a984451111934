import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { openIndexedRows } from '../../catalog/indexed-rows.ts';
import { ModelId } from '../../contract/ids.ts';
import { ListQuery, type ModelSummary } from '../../contract/library/model.ts';
import { findMissing, readSource } from '../acts/read-source.ts';
import { placeAt } from '../acts/relocate.ts';
import type { LibraryContext } from '../context.ts';
import { timingOf } from '../host.ts';
import { isThere } from '../is-there.ts';
import { isLeftoverName } from '../metadata/own-files.ts';
import { sourceStamp } from '../reconcile/stamp.ts';
import { resolveSource } from '../source-path.ts';
import { FlatWatch } from './flat-watch.ts';
import { FolderWatch } from './folder-watch.ts';
import { Quiet } from './quiet.ts';

const pageSize = 200;
const sliceMs = 5;
/**
 * External bundles that are watched with the folders of their components, some seven each; of those beyond, the own folder is watched, and the
 * rest is looked at with the whole.
 */
const maxBundles = 500;
/** Where not everything can be watched, the whole is looked at now and then. */
const unwatchedReconcileMs = 10 * 60_000;

type WatchedModel = Pick<ModelSummary, 'model_id' | 'storage_kind' | 'bundle_format' | 'entry_path'>;

/**
 * Sees changes of the library's own folder and of every external source, and has what changed looked at when it is quiet: one model alone, or
 * the whole where it can't be told. Looks now and then whether drives that were away are back.
 */
export class LibraryWatcher {
  readonly #context: LibraryContext;
  readonly #reconcile: () => void;
  readonly #quiet: Quiet;
  readonly #registry: FolderWatch;
  /** Bundles, and the folders of their components. */
  readonly #bundles: FlatWatch;
  readonly #bundleFolders = new Map<ModelId, Set<string>>();
  /** The folders that single files and bundles lie in: that one went, came, or has another name now. */
  readonly #parents: FlatWatch;
  /** Of those the ones that are not there: looked for now and then. */
  readonly #goneParents = new Set<string>();
  readonly #offlineTimer: NodeJS.Timeout;
  /** Changed places below `models/` that belong to no model that the index has. */
  readonly #unknownPaths = new Set<string>();
  #isClosed = false;
  #unwatchedTimer: NodeJS.Timeout | null = null;

  constructor(context: LibraryContext, reconcile: () => void) {
    this.#context = context;
    this.#reconcile = reconcile;
    const timing = timingOf(context.host);
    this.#quiet = new Quiet(timing.debounceMs);
    this.#registry = new FolderWatch({
      onChange: (path) => this.#registryChanged(path),
      onLimit: (reason) => this.#limited(reason),
    });
    this.#bundles = new FlatWatch({
      onChange: (path) => {
        if (!isIgnored(path)) this.#sourceChanged(path);
      },
      onGone: (folder) => this.#bundleGone(folder),
      onLimit: (reason) => this.#limited(reason),
    });
    this.#parents = new FlatWatch({
      onChange: (path) => this.#sourceChanged(path),
      onGone: (folder) => this.#parentGone(folder),
      onLimit: (reason) => this.#limited(reason),
    });
    this.#offlineTimer = setInterval(() => {
      this.#lookForDrives().catch((error: unknown) =>
        context.host.log('drives could not be looked for', { error: String(error) }),
      );
    }, timing.offlineCheckMs).unref();
  }

  /** Begins to watch the sources of all models. Resolves when the system has been asked to tell of them. */
  async start(): Promise<void> {
    await this.#watchSources();
    if (this.#isClosed) return;
    await this.#registry.start(this.#context.store.folders.modelsPath);
  }

  /**
   * The source of a model that came, or changed, is from now on watched, where it is now. What happened to it between its being read and its being
   * watched nobody told of: it is compared once.
   */
  async watchModel(model: WatchedModel): Promise<void> {
    if (await this.#watchModel(model)) this.#modelChanged(model.model_id);
  }

  /** The folder that a source lies in is watched on: others may lie there, and what comes there is looked at. */
  forgetModel(id: ModelId): void {
    for (const folder of this.#bundleFolders.get(id) ?? []) this.#bundles.remove(folder);
    this.#bundleFolders.delete(id);
  }

  /** Nothing is told of from now on; resolves when the system was asked for the last time. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#offlineTimer);
    if (this.#unwatchedTimer !== null) clearInterval(this.#unwatchedTimer);
    this.#quiet.close();
    await Promise.all([this.#registry, this.#parents, this.#bundles].map((watch) => watch.close()));
  }

  /** Says whether that is new. Nothing is asked of a drive that doesn't answer: it is looked for as one that is away. */
  async #watchModel({ model_id, storage_kind, bundle_format, entry_path }: WatchedModel): Promise<boolean> {
    if (storage_kind !== 'external_reference' || entry_path === '') return false;
    const isNewFolder = await this.#watchFolder(dirname(entry_path));
    if (this.#isClosed || !(await this.#context.store.drives.answers(entry_path))) return isNewFolder;
    if (bundle_format !== 'diffusers_directory' || this.#bundleFolders.get(model_id)?.has(entry_path))
      return isNewFolder;
    this.forgetModel(model_id);
    if (this.#bundleFolders.size < maxBundles) {
      this.#bundleFolders.set(model_id, new Set());
      await this.#watchBundle(model_id, entry_path);
    } else {
      this.#watchParent(entry_path);
      this.#limited(`more than ${maxBundles} external bundles`);
    }
    return true;
  }

  /** In pieces: the system goes through all files of a folder that it is to watch, a millisecond or three for a thousand. */
  async #watchSources(): Promise<void> {
    const { rows, close } = openIndexedRows(this.#context.catalog.path);
    let sliceEndMs = performance.now() + sliceMs;
    const turn = async () => {
      if (performance.now() < sliceEndMs) return;
      await new Promise(setImmediate);
      sliceEndMs = performance.now() + sliceMs;
    };
    try {
      for (const { folders, bundles } of rows.sources()) {
        await turn();
        for (const folder of folders) await this.#watchFolder(folder).then(turn);
        for (const bundle of bundles) await this.#watchModel(bundle).then(turn);
        if (this.#isClosed) return;
      }
    } finally {
      close();
    }
  }

  /** Again whenever the bundle changed: a component may have come, or come back. */
  async #watchBundle(id: ModelId, path: string): Promise<void> {
    const folders = this.#bundleFolders.get(id);
    if (folders === undefined) return;
    const children = await readdir(path, { withFileTypes: true }).catch(() => []);
    const below = children.filter((child) => child.isDirectory() && !child.name.startsWith('.'));
    // Closed meanwhile, or forgotten.
    if (this.#isClosed || this.#bundleFolders.get(id) !== folders) return;
    for (const folder of [path, ...below.map(({ name }) => join(path, name))]) {
      this.#bundles.add(folder);
      folders.add(folder);
    }
  }

  /** With a folder go those in it: their notices would be of what is elsewhere now. What is there is watched when the model is looked at. */
  #bundleGone(folder: string): void {
    for (const folders of this.#bundleFolders.values()) {
      if (!folders.has(folder)) continue;
      for (const path of folders) if (path.startsWith(folder + sep)) this.#bundles.remove(path);
    }
    this.#sourceChanged(folder);
  }

  /** Says whether that is new. */
  async #watchFolder(folder: string): Promise<boolean> {
    if (this.#parents.has(folder) || this.#isClosed) return false;
    if (!(await this.#context.store.drives.answers(folder)) || this.#isClosed) return false;
    this.#watchParent(folder);
    return true;
  }

  #watchParent(folder: string): void {
    if (!this.#parents.add(folder)) this.#goneParents.add(folder);
  }

  #parentGone(folder: string): void {
    this.#goneParents.add(folder);
    this.#allBelow(folder);
  }

  /** Every model whose files are in a folder, or are that folder, is looked at. */
  #allBelow(folder: string): void {
    const { catalog, store } = this.#context;
    const own = store.registeredAt(folder);
    for (const id of [...(own === null ? [] : [own]), ...catalog.idsBelow(folder)]) this.#modelChanged(id);
  }

  #limited(reason: string): void {
    // The system's limit on watched folders, most of all: reconciling finds what watching misses.
    if (this.#unwatchedTimer !== null || this.#isClosed) return;
    this.#unwatchedTimer = setInterval(this.#reconcile, unwatchedReconcileMs).unref();
    this.#context.host.log('not all folders can be watched', { reason });
  }

  #registryChanged(path: string): void {
    if (isIgnored(path)) return;
    const id = this.#registeredBelow(path);
    if (id !== null) {
      this.#modelChanged(id);
      return;
    }
    this.#unknownPaths.add(path);
    this.#quiet.wait(
      'registry',
      () => sourceStamp(path, false),
      () => {
        const isUnknown = [...this.#unknownPaths].some((at) => this.#registeredBelow(at) === null);
        this.#unknownPaths.clear();
        // What this process put there is in the index by now.
        if (isUnknown) this.#reconcile();
      },
    );
  }

  #sourceChanged(path: string): void {
    // A file of a component of a bundle is the deepest.
    for (const at of [path, dirname(path), dirname(dirname(path))]) {
      const id = this.#context.store.registeredAt(at);
      if (id === null) continue;
      this.#modelChanged(id);
      return;
    }
    if (isIgnored(path)) return;
    this.#quiet.wait(
      path,
      () => sourceStamp(path, false),
      () => this.#attempt(() => this.#findAt(path)),
    );
  }

  #modelChanged(id: ModelId): void {
    if (this.#isClosed) return;
    const { store, turns } = this.#context;
    const markOf = async () => {
      const record = store.lastKnown(id);
      return record === null ? '' : store.sourceStampOf(record);
    };
    this.#quiet.wait(id, markOf, () =>
      this.#attempt(() =>
        turns.take(async () => {
          const bundle = store.lastKnown(id)?.entry_path;
          if (bundle !== undefined && (await store.drives.answers(bundle))) await this.#watchBundle(id, bundle);
          if (!(await store.isCurrent(id))) await store.look(id);
        }),
      ),
    );
  }

  /** Whether what came beside a source is that of a model that is missing: it has another name now. */
  async #findAt(path: string): Promise<void> {
    if (!(await isThere(path))) return;
    const known = this.#context.store.registeredAt(path);
    if (known !== null) {
      // It came in after its change was told of, and may have been read before.
      this.#modelChanged(known);
      return;
    }
    const source = await resolveSource(path);
    const read = await readSource(this.#context, source);
    await this.#context.turns.take(async () => {
      const id = await findMissing(this.#context, read.facts.fingerprint);
      if (id !== null) await placeAt(this.#context, id, source, read);
    });
  }

  async #lookForDrives(): Promise<void> {
    const { catalog, store, turns } = this.#context;
    for (const folder of this.#goneParents) {
      if (!(await store.drives.answers(folder)) || this.#isClosed || !this.#parents.add(folder)) continue;
      this.#goneParents.delete(folder);
      this.#allBelow(folder);
    }
    for (let cursor: string | undefined; ; ) {
      const query = ListQuery.parse({ offline: true, limit: pageSize, ...(cursor !== undefined && { cursor }) });
      const { models, next_cursor } = catalog.page(query);
      for (const { model_id, entry_path } of models) {
        if (this.#isClosed) return;
        if (await store.isDriveAway(entry_path)) continue;
        await turns.take(() => store.look(model_id));
      }
      if (next_cursor === null) return;
      cursor = next_cursor;
    }
  }

  /** The longest beginning of a path that is a model's folder. */
  #registeredBelow(path: string): ModelId | null {
    const { store, catalog } = this.#context;
    const segments = relative(store.folders.modelsPath, path).split(sep);
    for (let length = segments.length; length >= 3; length -= 1) {
      const id = ModelId.safeParse(segments.slice(0, length).join('/').normalize('NFC'));
      if (id.success && catalog.get(id.data) !== null) return id.data;
    }
    return null;
  }

  #attempt(act: () => Promise<unknown>): void {
    // A model that is gone, a file that is no model, a drive that went: none is the watcher's matter.
    act().catch((error: unknown) =>
      this.#context.host.log('a change could not be looked at', { error: String(error) }),
    );
  }
}

/** Hidden names, and what writes of ours leave for a moment. */
function isIgnored(path: string): boolean {
  const name = basename(path);
  return isLeftoverName(name) || name.startsWith('.');
}
