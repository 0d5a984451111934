import { Worker } from 'node:worker_threads';
import { hashControl, WorkerReply, type WorkerRequest } from './messages.ts';

/**
 * What a survey holds lives as long as it or for one step: a larger nursery only delays its collection. The old generation's bound is far above
 * what a million models take; with one, V8 lets it grow in smaller steps (75 MB less at the peak of a first look at 100,000 models).
 */
const resourceLimits = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 8 };
const endPatienceMs = 2000;

/** A worker thread of the library: it reads drives, so that the thread which answers people never waits for one. */
export class LibraryWorker {
  readonly #worker: Worker;
  readonly #control = new SharedArrayBuffer(4);
  #listener: ((reply: WorkerReply) => void) | null = null;
  #reject: ((error: Error) => void) | null = null;
  #hasEnded = false;

  constructor(entryPath: string) {
    this.#worker = new Worker(entryPath, { workerData: { work: 'serve', control: this.#control }, resourceLimits });
    // A thread in the middle of a file is no reason for the program to live on.
    this.#worker.unref();
    this.#worker.on('message', (message: unknown) => this.#listener?.(WorkerReply.parse(message)));
    this.#worker.on('error', (error) => this.#reject?.(error));
    this.#worker.on('exit', () => {
      this.#hasEnded = true;
      this.#reject?.(ended());
    });
  }

  send(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }

  /**
   * Sends a request and answers with the first reply that `take` makes something of. Rejects when the thread failed at it or ended. One at a
   * time.
   */
  async ask<Answer>(request: WorkerRequest, take: (reply: WorkerReply) => Answer | undefined): Promise<Answer> {
    // It may have been closed between two requests: nobody would answer the second.
    if (this.#hasEnded) throw ended();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#reject = reject;
    this.#listener = (reply) => {
      if (reply.kind === 'failed') reject(new Error(reply.reason));
      const answer = take(reply);
      if (answer !== undefined) resolve(answer);
    };
    this.send(request);
    try {
      return await promise;
    } finally {
      this.#reject = null;
      this.#listener = null;
    }
  }

  /** Lets the hashing of a file wait, or go on. */
  pause(isPaused: boolean): void {
    this.#set(isPaused ? hashControl.pause : hashControl.run);
  }

  async close(): Promise<void> {
    this.#hasEnded = true;
    this.#set(hashControl.stop);
    this.#reject?.(ended());
    // One that hangs in a call to a drive which doesn't answer ends with the program.
    await Promise.race([
      this.#worker.terminate(),
      new Promise((resolve) => setTimeout(resolve, endPatienceMs).unref()),
    ]);
  }

  #set(value: number): void {
    const control = new Int32Array(this.#control);
    Atomics.store(control, 0, value);
    Atomics.notify(control, 0);
  }
}

function ended(): Error {
  return new Error('the worker thread ended');
}
