import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { LinkOutcome, type LinkWish } from './messages.ts';

const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** A thread that makes links one after the other: each is three questions to a drive, and nobody else waits for them. */
export class LinkThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<LinkOutcome[]>[] = [];
  #failure: Error | null = null;

  constructor(entryPath: string) {
    this.#worker = new Worker(entryPath, { resourceLimits });
    this.#worker.on('message', (message: unknown) =>
      this.#waiting.shift()?.resolve(z.array(LinkOutcome).parse(message)),
    );
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread that makes links ended')));
  }

  /** What became of each, in their order. Rejects when the thread ended. */
  make(wishes: readonly LinkWish[]): Promise<LinkOutcome[]> {
    const waiting = Promise.withResolvers<LinkOutcome[]>();
    // Whoever waits hears of it; a group that nobody waits for any more is nobody's.
    waiting.promise.catch(() => undefined);
    if (this.#failure !== null) waiting.reject(this.#failure);
    else {
      this.#waiting.push(waiting);
      this.#worker.postMessage(wishes);
    }
    return waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #end(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}
