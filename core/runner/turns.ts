import { Failed } from '../contract/failure.ts';
import type { CancelSignal } from '../contract/generate/runner.ts';

interface Waiting {
  readonly begin: () => void;
  readonly refuse: (reason: Failed) => void;
}

/** One at a time, in the order of asking. Whoever waits can be canceled; `refuseAll` ends the line for good. */
export class Turns {
  #isTaken = false;
  #refusal: Failed | null = null;
  readonly #waiting: Waiting[] = [];

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Runs `work` when its turn has come. Rejects with `canceled` when the signal comes first. */
  async take<Result>(work: () => Promise<Result>, signal?: CancelSignal): Promise<Result> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next.begin();
      else this.#isTaken = false;
    }
  }

  refuseAll(reason: Failed): void {
    this.#refusal = reason;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(reason);
  }

  async #turn(signal: CancelSignal | undefined): Promise<void> {
    if (this.#refusal) throw this.#refusal;
    if (signal?.aborted) throw new Failed('canceled');
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const cancel = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Failed('canceled'));
      };
      const waiting: Waiting = {
        begin: () => {
          signal?.removeEventListener('abort', cancel);
          resolve();
        },
        refuse: (reason) => {
          signal?.removeEventListener('abort', cancel);
          reject(reason);
        },
      };
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', cancel);
    });
  }
}
