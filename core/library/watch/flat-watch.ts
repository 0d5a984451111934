import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../system-error.ts';
import { closeWatchers } from './close-watchers.ts';

export interface FlatWatchHooks {
  /** Something of this name in a watched folder came, went or changed. */
  readonly onChange: (path: string) => void;
  /** A watched folder is not there any more, or another is in its place; it is watched no longer. */
  readonly onGone: (folder: string) => void;
  /** Not all is watched: the system's limit, or a drive that can't tell. */
  readonly onLimit: (reason: string) => void;
}

/** Each costs some 2 KB of memory, and the system has a limit on all programs together. */
const maxFolders = 10_000;

/** Watches single folders by the system's own notices, one a folder, and nothing below them. */
export class FlatWatch {
  readonly #hooks: FlatWatchHooks;
  readonly #watchers = new Map<string, FSWatcher>();
  #isClosed = false;

  constructor(hooks: FlatWatchHooks) {
    this.#hooks = hooks;
  }

  has(folder: string): boolean {
    return this.#watchers.has(folder);
  }

  /** Says whether the folder is there. */
  add(folder: string): boolean {
    if (this.#isClosed || this.#watchers.has(folder)) return true;
    if (this.#watchers.size >= maxFolders) {
      this.#hooks.onLimit(`more than ${maxFolders} folders of external models`);
      return true;
    }
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (this.#isClosed) return;
        if (name !== null) this.#hooks.onChange(join(folder, name));
        if (event === 'rename') void this.#lookFor(folder, name === basename(folder));
      });
      watcher.on('error', () => this.#lose(folder));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return false;
      this.#hooks.onLimit(String(error));
      return true;
    }
  }

  remove(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  /** Tells of nothing more from now on. */
  close(): Promise<void> {
    this.#isClosed = true;
    return closeWatchers(this.#watchers);
  }

  /** `isItself`: the notice may be of the folder itself, and another of its name be there by now. */
  async #lookFor(folder: string, isItself: boolean): Promise<void> {
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isThere || isItself) this.#lose(folder);
  }

  #lose(folder: string): void {
    if (!this.#watchers.has(folder)) return;
    this.remove(folder);
    this.#hooks.onGone(folder);
  }
}
