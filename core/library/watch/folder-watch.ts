import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { codeOf } from '../system-error.ts';
import { closeWatchers } from './close-watchers.ts';

export interface FolderWatchHooks {
  /** Something at this path came, went or changed. */
  readonly onChange: (path: string) => void;
  /** Not all is watched: the system's limit, or ours, or a drive that can't tell. */
  readonly onLimit: (reason: string) => void;
}

/** Each costs some 2 KB of memory, and the system has a limit on all programs together. */
const maxFolders = 15_000;
const maxDepth = 14;
/** A tree is taken in in pieces: whoever waits meanwhile for an answer gets it. */
const sliceMs = 10;

/**
 * Watches a folder of many thousands of folders by the system's own notices: one for the whole where the system has such (macOS, Windows),
 * else one a folder. A mark of every file, as chokidar keeps it, would be 20 times the memory, with pauses of a second.
 */
export class FolderWatch {
  readonly #hooks: FolderWatchHooks;
  readonly #watchers = new Map<string, FSWatcher>();
  #isClosed = false;
  #isLimited = false;

  constructor(hooks: FolderWatchHooks) {
    this.#hooks = hooks;
  }

  /** Resolves when the whole tree is watched. */
  async start(root: string): Promise<void> {
    if (process.platform === 'linux') await this.#take(root, false);
    else this.#watch(root, true);
  }

  /** Tells of nothing more from now on. */
  close(): Promise<void> {
    this.#isClosed = true;
    return closeWatchers(this.#watchers);
  }

  /** Watches a folder and those below; `isNew` tells of what is in them, which came before they were watched. */
  async #take(root: string, isNew: boolean): Promise<void> {
    const waiting: [string, number][] = [[root, 0]];
    let sliceEndMs = performance.now() + sliceMs;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [folder, depth] = next;
      if (this.#isClosed || !this.#watch(folder, false)) return;
      for (const child of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (child.name.startsWith('.')) continue;
        if (!child.isDirectory()) {
          if (isNew) this.#hooks.onChange(join(folder, child.name));
        } else if (this.#watchers.size + waiting.length >= maxFolders) this.#limited(`more than ${maxFolders} folders`);
        else if (depth < maxDepth) waiting.push([join(folder, child.name), depth + 1]);
      }
      if (performance.now() < sliceEndMs) continue;
      await new Promise(setImmediate);
      sliceEndMs = performance.now() + sliceMs;
    }
  }

  /** Says whether more can be watched. */
  #watch(folder: string, recursive: boolean): boolean {
    if (this.#watchers.has(folder)) return true;
    if (this.#watchers.size >= maxFolders) {
      this.#limited(`more than ${maxFolders} folders`);
      return false;
    }
    try {
      const watcher = watch(folder, { persistent: false, recursive }, (_, name) => {
        if (name !== null) void this.#changed(join(folder, name), recursive);
      });
      watcher.on('error', () => this.#drop(folder));
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const code = codeOf(error);
      // Gone before it could be watched.
      if (code === 'ENOENT' || code === 'ENOTDIR') return true;
      this.#limited(String(error));
      return false;
    }
  }

  async #changed(path: string, isRecursive: boolean): Promise<void> {
    if (this.#isClosed) return;
    const stats = await stat(path).catch(() => null);
    if (stats === null && this.#watchers.has(path)) this.#drop(path);
    if (stats?.isDirectory() && !isRecursive) {
      if (!this.#watchers.has(path)) await this.#take(path, true);
      return;
    }
    if (!this.#isClosed) this.#hooks.onChange(path);
  }

  /** A folder that is gone takes those below with it: their notices would go on under names that are no more. */
  #drop(folder: string): void {
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  #limited(reason: string): void {
    if (this.#isLimited) return;
    this.#isLimited = true;
    this.#hooks.onLimit(reason);
  }
}
