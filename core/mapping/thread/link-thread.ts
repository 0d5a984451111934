import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { LinkState, MadeLink } from '../links/entry-identity.ts';
import {
  type LinkOutcome,
  LinkOutcomes,
  type LinkWish,
  madeLinksOf,
  statesOf,
  type ThreadRequest,
} from './messages.ts';

const resourceLimits = { maxYoungGenerationSizeMb: 8 };

/** An apply mostly follows a preview within this time. */
const idleMs = 30_000;

export interface ThreadUse {
  /** The thread's program. */
  readonly entryPath: string;
  /** It is worth its start from so many links on. */
  readonly fromCount: number;
}

/**
 * A thread that makes links, and looks at them, one after the other: each is three questions to a drive, and nobody else waits for them. It starts
 * when it is first asked, and ends when nobody asked for a while.
 */
export class LinkThread implements AsyncDisposable {
  readonly #use: ThreadUse;
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  readonly #waiting: PromiseWithResolvers<unknown>[] = [];
  #isOver = false;

  constructor(use: ThreadUse) {
    this.#use = use;
  }

  isWorth(count: number): boolean {
    return count >= this.#use.fromCount;
  }

  /** Starts it ahead of so many links, where it is worth that: whoever asks then does not wait for the start. */
  startFor(count: number): void {
    if (this.#isOver || this.#worker !== null || !this.isWorth(count)) return;
    this.#worker = this.#start();
    this.#rest(this.#worker);
  }

  /** What became of each, in their order. Rejects when the thread ended. */
  async make(wishes: readonly LinkWish[]): Promise<LinkOutcome[]> {
    return LinkOutcomes.parse(await this.#ask({ kind: 'make', wishes }));
  }

  /** What each is now, in their order. Rejects when the thread ended. */
  async look(links: readonly MadeLink[]): Promise<LinkState[]> {
    return statesOf(await this.#ask({ kind: 'look', links: madeLinksOf(links) }));
  }

  #ask(request: ThreadRequest): Promise<unknown> {
    if (this.#isOver) return Promise.reject(ended());
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.push(waiting);
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(request);
    return waiting.promise;
  }

  #start(): Worker {
    // A thread keeps compiled code only where its own environment says so.
    const compiled = getCompileCacheDir();
    const env = { ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }), ...process.env };
    const worker = new Worker(this.#use.entryPath, { resourceLimits, env });
    worker.on('message', (message: unknown) => {
      this.#waiting.shift()?.resolve(message);
      if (this.#waiting.length === 0) this.#rest(worker);
    });
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, ended()));
    return worker;
  }

  /** A thread without work is no reason for the program to live on. */
  #rest(worker: Worker): void {
    worker.unref();
    this.#idle = setTimeout(() => {
      this.#worker = null;
      void worker.terminate();
    }, idleMs).unref();
  }

  #lose(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }

  /** Rejects all that is waited for. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#idle);
    await this.#worker?.terminate();
  }
}

function ended(): Error {
  return new Error('the thread that makes links ended');
}
