import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Classification } from '../../contract/library/model.ts';
import { hasModelIndex } from '../../formats/diffusers/diffusers-folder.ts';
import { partialReasonOf } from '../../formats/partial-download.ts';
import { readFaultOf } from '../../formats/read-bounded.ts';
import { formatOfName } from '../../formats/single-file/file-format.ts';

/** How much of a folder is looked at. A home folder chosen by mistake must not be walked whole; a collection of ten thousand must. */
export const surveyLimits = { depth: 8, entries: 200_000, models: 10_000, skipped: 1000 } as const;

/** What is written down of a training run beside its weights. */
const trainingState =
  /^(training_args\.bin|optimizer\.(pt|bin)|scheduler\.(pt|bin)|rng_state.*\.pth|random_states.*|scaler\.pt)$/;
const shard = /-\d{5}-of-\d{5}\.(safetensors|gguf|bin)$/i;

type Skipped = Classification['skipped'][number];

/** Models found below a folder, not opened yet, and what was passed over. */
export class Survey {
  readonly #limits: { readonly depth: number; readonly entries: number; readonly models: number };
  readonly #models: string[] = [];
  readonly #namesIn = new Map<string, ReadonlySet<string>>();
  readonly #skipped: Skipped[] = [];
  /** Links resolved: a link back up, or two links to one file, are followed once. */
  readonly #seen = new Map<string, string>();
  #entryCount = 0;
  #skippedCount = 0;
  #stopped: string | null = null;

  constructor(limits: { readonly depth: number; readonly entries: number; readonly models: number } = surveyLimits) {
    this.#limits = limits;
  }

  /** Diffusers folders and single files, sorted. */
  get models(): readonly string[] {
    return this.#models.toSorted();
  }

  /** The names in a folder that was walked. */
  namesIn(folder: string): ReadonlySet<string> | undefined {
    return this.#namesIn.get(folder);
  }

  /** Sorted; the last one sums up what a limit left out. */
  skipped(rootPath: string): Skipped[] {
    const listed = this.#skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const unlisted = this.#skippedCount - listed.length;
    if (unlisted > 0) listed.push({ path: rootPath, reason: `${unlisted} more were passed over.` });
    if (this.#stopped !== null) listed.push({ path: rootPath, reason: this.#stopped });
    return listed;
  }

  skip(path: string, reason: string): void {
    this.#skippedCount += 1;
    if (this.#skipped.length < surveyLimits.skipped) this.#skipped.push({ path, reason });
  }

  /** Takes one diffusers folder or file as it is. */
  add(path: string): void {
    if (this.#models.length < this.#limits.models) this.#models.push(path);
    else
      this.#stopped = `More than ${this.#limits.models} models are here; the first ${this.#limits.models} are listed. Choose a folder further down for the others.`;
  }

  /** Looks for models in a folder and below it. Nothing is opened but folders. */
  async walk(folder: string, depth = 0): Promise<void> {
    if (!(await this.#isNew(folder))) return;
    const names = await this.#names(folder);
    if (names === null) return;
    this.#namesIn.set(folder, new Set(names.keys()));
    if (names.has('model_index.json') && (await hasModelIndex(folder))) {
      this.add(folder);
      for (const [name, kind] of names)
        if (kind !== 'folder' && formatOfName(name) !== null)
          this.skip(
            join(folder, name),
            'It lies in a diffusers folder. Choose the file itself to add it as a model of its own.',
          );
      return;
    }
    for (const [name, kind] of names) {
      if (this.#stopped !== null) return;
      const path = join(folder, name);
      const actual = kind === 'link' ? await this.#behindLink(path, name) : kind;
      if (actual === 'folder') {
        if (depth < this.#limits.depth) await this.walk(path, depth + 1);
        else
          this.skip(path, `It is more than ${this.#limits.depth} folders down. Choose it, or a folder nearer to it.`);
      } else if (actual !== null) await this.#file(path, name, actual, (sibling) => names.has(sibling));
    }
  }

  async #file(path: string, name: string, kind: EntryKind, hasSibling: (name: string) => boolean): Promise<void> {
    const partial = partialReasonOf(name, hasSibling);
    if (partial !== null) return this.skip(path, partial);
    if (formatOfName(name) === null) return;
    if (kind === 'other') return this.skip(path, 'It is neither a file nor a folder.');
    if (trainingState.test(name)) return this.skip(path, 'It is the state of a training run, not a model.');
    if (shard.test(name))
      return this.skip(
        path,
        'It is one piece of a model in several files. Vitrine takes those in the diffusers layout.',
      );
    if (await this.#isNew(path)) this.add(path);
  }

  /** What a link leads to; null when that is nothing that could be a model. */
  async #behindLink(path: string, name: string): Promise<EntryKind | null> {
    try {
      const stats = await stat(path);
      return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other';
    } catch (error) {
      const { problem, reason } = readFaultOf(error);
      // Of broken links only those count that a model would be behind.
      if (problem !== 'missing') this.skip(path, `It ${reason}.`);
      else if (formatOfName(name) !== null) this.skip(path, 'It is a link to something that is not there.');
      return null;
    }
  }

  async #isNew(path: string): Promise<boolean> {
    let real: string;
    try {
      real = await realpath(path);
    } catch (error) {
      this.skip(path, `It ${readFaultOf(error).reason}.`);
      return false;
    }
    const known = this.#seen.get(real);
    if (known === undefined) {
      this.#seen.set(real, path);
      return true;
    }
    if (known !== path) this.skip(path, `It is the same as "${known}".`);
    return false;
  }

  async #names(folder: string): Promise<ReadonlyMap<string, EntryKind> | null> {
    const names = new Map<string, EntryKind>();
    try {
      for await (const child of await opendir(folder)) {
        if (child.name.startsWith('.')) continue;
        this.#entryCount += 1;
        if (this.#entryCount > this.#limits.entries) {
          this.#stopped = `More than ${this.#limits.entries} files are here; the rest was not looked at. Choose a folder further down.`;
          break;
        }
        names.set(
          child.name,
          child.isSymbolicLink() ? 'link' : child.isDirectory() ? 'folder' : child.isFile() ? 'file' : 'other',
        );
      }
    } catch (error) {
      this.skip(folder, `The folder ${readFaultOf(error).reason}.`);
      return null;
    }
    return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

type EntryKind = 'file' | 'folder' | 'link' | 'other';
