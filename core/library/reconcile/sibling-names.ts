import { readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Some twenty megabytes. */
const mostNames = 200_000;

/** The names in the folders that files lie in, each folder read once while it stays as it is: a thousand LoRAs have one between them. */
export class SiblingNames {
  readonly #folders = new Map<string, { readonly changedMs: number; readonly names: ReadonlySet<string> }>();
  #count = 0;

  /** Those beside a file; undefined where they can't be read. Blocks. */
  beside(path: string): ReadonlySet<string> | undefined {
    const folder = dirname(path);
    try {
      const { mtimeMs: changedMs } = statSync(folder);
      const known = this.#folders.get(folder);
      if (known?.changedMs === changedMs) return known.names;
      const names = new Set(readdirSync(folder));
      if (this.#count > mostNames) this.#forget();
      this.#folders.set(folder, { changedMs, names });
      this.#count += names.size;
      return names;
    } catch {
      return undefined;
    }
  }

  #forget(): void {
    this.#folders.clear();
    this.#count = 0;
  }
}
