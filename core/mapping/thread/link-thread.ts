import { Worker } from 'node:worker_threads';
import type { LinkState } from '../links/entry-identity.ts';
import {
  type LinkLook,
  type LinkOutcome,
  LinkOutcomes,
  LinkStates,
  type LinkWish,
  type ThreadRequest,
} from './messages.ts';

const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** When a thread of its own is worth its start: from so many links on. */
export interface ThreadUse {
  readonly entryPath: string;
  readonly fromCount: number;
}

/** A thread that makes links, and looks at them, one after the other: each is three questions to a drive, and nobody else waits for them. */
export class LinkThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #failure: Error | null = null;

  constructor(entryPath: string) {
    this.#worker = new Worker(entryPath, { resourceLimits });
    this.#worker.on('message', (message: unknown) => this.#waiting.shift()?.resolve(message));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new Error('the thread that makes links ended')));
  }

  /** What became of each, in their order. Rejects when the thread ended. */
  async make(wishes: readonly LinkWish[]): Promise<LinkOutcome[]> {
    return LinkOutcomes.parse(await this.#ask({ kind: 'make', wishes }));
  }

  /** What each is now, in their order. Rejects when the thread ended. */
  async look(looks: readonly LinkLook[]): Promise<LinkState[]> {
    return LinkStates.parse(await this.#ask({ kind: 'look', looks }));
  }

  #ask(request: ThreadRequest): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    if (this.#failure !== null) waiting.reject(this.#failure);
    else {
      this.#waiting.push(waiting);
      this.#worker.postMessage(request);
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
