import type { SkipSignal } from '../../contract/generate/runner.ts';

/** The pictures of a job whose steps were told to end, by item. */
export class Skips implements SkipSignal {
  readonly #items = new Set<number>();
  readonly #listeners = new Set<(itemIndex: number) => void>();

  skip(itemIndex: number): void {
    if (this.#items.has(itemIndex)) return;
    this.#items.add(itemIndex);
    for (const listener of this.#listeners) listener(itemIndex);
  }

  listen(listener: (itemIndex: number) => void): () => void {
    this.#listeners.add(listener);
    for (const itemIndex of this.#items) listener(itemIndex);
    return () => void this.#listeners.delete(listener);
  }
}
