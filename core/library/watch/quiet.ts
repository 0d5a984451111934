interface Waiting {
  timer: NodeJS.Timeout;
  mark: Promise<string>;
}

/**
 * Waits until something has been quiet: no call for it for a while, and the same mark at both ends of that while. A file that is still being
 * written changes its mark even where the system tells nothing of it.
 */
export class Quiet {
  readonly #quietMs: number;
  readonly #waiting = new Map<string, Waiting>();

  constructor(quietMs: number) {
    this.#quietMs = quietMs;
  }

  /** Calls `act` once when `key` is quiet; calls in between begin the while anew. */
  wait(key: string, markOf: () => Promise<string>, act: () => void): void {
    const before = this.#waiting.get(key);
    if (before !== undefined) clearTimeout(before.timer);
    const waiting: Waiting = {
      mark: before?.mark ?? markOf(),
      timer: setTimeout(() => void this.#look(key, waiting, markOf, act), this.#quietMs).unref(),
    };
    this.#waiting.set(key, waiting);
  }

  close(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  async #look(key: string, waiting: Waiting, markOf: () => Promise<string>, act: () => void): Promise<void> {
    const [before, now] = await Promise.all([waiting.mark, markOf()]);
    // Called again meanwhile, or closed.
    if (this.#waiting.get(key) !== waiting) return;
    this.#waiting.delete(key);
    if (before === now) act();
    else {
      this.wait(key, markOf, act);
    }
  }
}
