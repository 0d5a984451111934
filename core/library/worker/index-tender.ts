import type { LibraryContext } from '../context.ts';
import { workerEntryOf } from '../host.ts';
import { LibraryWorker } from './library-worker.ts';

/** Some ten megabytes of log. */
const changesBetween = 100;

/** Sees to it that no change of a model waits for the drive that the index lies on: the log of the index is tended in a thread of its own. */
export class IndexTender {
  readonly #context: LibraryContext;
  #changes = 0;
  #worker: LibraryWorker | null = null;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(context: LibraryContext) {
    this.#context = context;
  }

  /** To be told of every change of a model. */
  changed(): void {
    this.#changes += 1;
    if (this.#changes >= changesBetween) void this.tend();
  }

  /** Tends it now; resolves when that is done, were it in vain. */
  tend(): Promise<void> {
    if (this.#worker !== null || this.#isClosed) return this.#running;
    this.#changes = 0;
    const worker = new LibraryWorker(workerEntryOf(this.#context.host));
    this.#worker = worker;
    const request = { kind: 'tend' as const, catalogPath: this.#context.catalog.path };
    this.#running = worker
      .ask(request, (reply) => (reply.kind === 'tended' ? true : undefined))
      // The log is longer then, and tended the next time.
      .catch((error: unknown) => this.#context.host.log('the index was not tended', { error: String(error) }))
      .then(() => worker.close())
      .finally(() => {
        this.#worker = null;
      });
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }
}
