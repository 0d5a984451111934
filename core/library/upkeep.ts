import type { AppEvent } from '../contract/event.ts';
import type { ReconcileReport } from '../contract/library/reconcile.ts';
import type { LibraryContext } from './context.ts';
import { HashQueue } from './hashing/hash-queue.ts';
import { timingOf } from './host.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { LibraryWatcher } from './watch/library-watcher.ts';
import { IndexTender } from './worker/index-tender.ts';

/** What keeps an open library true by itself: the first reconcile, then watching, hashing, and the care for the index. */
export class Upkeep {
  readonly #context: LibraryContext;
  readonly #listeners: Set<(event: AppEvent) => void>;
  readonly #reconciler: Reconciler;
  readonly #hashes: HashQueue;
  readonly #tender: IndexTender;
  #watcher: LibraryWatcher | null = null;
  /** Somebody waits for what the host put off. */
  readonly #hurry = Promise.withResolvers<void>();
  #isClosing = false;
  #settled: Promise<void> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();

  /** `listeners` are told of every change of a model. */
  constructor(context: LibraryContext, listeners: Set<(event: AppEvent) => void>) {
    this.#context = context;
    this.#listeners = listeners;
    this.#reconciler = new Reconciler(context);
    this.#hashes = new HashQueue(context);
    this.#tender = new IndexTender(context);
  }

  /** Begins when the index can be written. */
  start(isReady: Promise<void>): void {
    const { watches = true, hashes = watches, reconcilesAtStart = true } = this.#context.host;
    const isWritable = this.#context.refusal === null;
    const isTime = isReady.then(() => this.#whenDue());
    this.#settled = isTime
      .then(() => (reconcilesAtStart ? this.#firstReconcile(hashes && isWritable) : undefined))
      .catch((error: unknown) => this.#failed(error));
    if (watches)
      this.#watching = isTime.then(() => this.#startWatching()).catch((error: unknown) => this.#failed(error));
  }

  /** Brings index and disk together. Not while the index is being filled: all that isn't in yet would be told of as added. */
  async reconcile(): Promise<ReconcileReport> {
    await this.settled();
    return this.#reconciler.run();
  }

  /** The report of the last reconcile, were it that of an earlier process. */
  lastReconcile(): Promise<ReconcileReport | null> {
    return this.#reconciler.lastReport();
  }

  /** Lets the hashing in the background wait, while a picture is made, or go on. */
  pauseHashing(isPaused: boolean): void {
    this.#hashes.pause(isPaused);
  }

  /** Hashes now all that has no hashes, and resolves when that is done. */
  hashAll(): Promise<void> {
    return this.#hashes.run();
  }

  /** Resolves when the reconcile of the start is over. */
  settled(): Promise<void> {
    this.#hurry.resolve();
    return this.#settled;
  }

  /** Resolves when files are watched; at once where they are not. */
  watching(): Promise<void> {
    this.#hurry.resolve();
    return this.#watching;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([this.#watcher?.close(), this.#reconciler.close(), this.#hashes.close(), this.#tender.close()]);
    await this.settled();
    await this.#watching;
  }

  /** Resolves after the host's delay, or when somebody waits. */
  async #whenDue(): Promise<void> {
    const { upkeepDelayMs } = timingOf(this.#context.host);
    if (upkeepDelayMs === 0) return;
    const timer = setTimeout(this.#hurry.resolve, upkeepDelayMs);
    await this.#hurry.promise;
    clearTimeout(timer);
  }

  async #startWatching(): Promise<void> {
    if (this.#isClosing) return;
    const watcher = new LibraryWatcher(this.#context, () => {
      this.#reconciler.run().catch((error: unknown) => this.#failed(error));
    });
    this.#watcher = watcher;
    this.#listeners.add((event) => {
      if (event.kind === 'model_changed')
        watcher.watchModel(event.model).catch((error: unknown) => this.#failed(error));
      if (event.kind === 'model_removed') watcher.forgetModel(event.model_id);
      if (event.kind === 'model_changed' || event.kind === 'model_removed') this.#tender.changed();
    });
    await watcher.start();
    // One thread after the other: each has tens of megabytes.
    await this.#settled;
    await this.#tender.tend();
  }

  async #firstReconcile(hashes: boolean): Promise<void> {
    if (this.#isClosing) return;
    await this.#reconciler.run();
    if (!hashes) return;
    this.#hashes.schedule();
    this.#listeners.add((event) => {
      if (event.kind === 'model_changed') this.#hashes.schedule(event.model.model_id);
    });
  }

  /** What goes on by itself has nobody to tell but the log. */
  #failed(error: unknown): void {
    if (!this.#isClosing) this.#context.host.log('keeping the library true failed', { error: String(error) });
  }
}
