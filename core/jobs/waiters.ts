import type { JobId } from '../contract/ids.ts';

/** Those who wait for the end of a job. */
export class Waiters {
  readonly #ofJob = new Map<JobId, Set<() => void>>();

  /** Resolves when the job is let go, or when the time is up. */
  async wait(id: JobId, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting = this.#ofJob.get(id) ?? new Set();
      this.#ofJob.set(id, waiting);
      const finish = (): void => {
        clearTimeout(timer);
        waiting.delete(finish);
        if (waiting.size === 0) this.#ofJob.delete(id);
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      waiting.add(finish);
    });
  }

  release(id: JobId): void {
    for (const finish of [...(this.#ofJob.get(id) ?? [])]) finish();
  }

  releaseAll(): void {
    for (const id of [...this.#ofJob.keys()]) this.release(id);
  }
}
