import { mkdir, opendir, readdir, realpath, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import { ModelId } from '../../contract/ids.ts';
import { codeOf } from '../system-error.ts';
import { metadataFileName, writeFailure } from './metadata-file.ts';
import { isLeftoverName } from './own-files.ts';

/** `<type>/<family>/<name>`, and room for folders that people sort their own models into. */
export const maxDepth = 12;

/** The folder `models/` of a library and the registry folders below it. */
export class RegistryFolders {
  readonly modelsPath: string;

  constructor(rootPath: string) {
    this.modelsPath = join(rootPath, 'models');
  }

  /** Where a model's metadata.json and, if the library owns it, its payload are. */
  folderOf(id: ModelId): string {
    return join(this.modelsPath, ...id.split('/'));
  }

  /** Whether a path, links resolved, is `models/` or lies in it. */
  contains(path: string): boolean {
    return path === this.modelsPath || path.startsWith(this.modelsPath + sep);
  }

  metadataPathOf(id: ModelId): string {
    return join(this.folderOf(id), metadataFileName);
  }

  /**
   * The folder of an id, proven to lie in `models/` with all links on the way resolved. For everything that removes or moves: a link
   * planted inside `models/` must not lead it elsewhere. Throws `forbidden`.
   */
  async containedFolderOf(id: ModelId): Promise<string> {
    const folder = this.folderOf(id);
    try {
      const real = await realpath(folder);
      const expected = join(await realpath(this.modelsPath), relative(this.modelsPath, folder));
      // Compared as the file system names them: NFD and case on macOS are the same folder.
      if (real.normalize('NFC').toLowerCase() === expected.normalize('NFC').toLowerCase()) return folder;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return folder;
      throw error;
    }
    throw new Failed('forbidden', {
      reason: `"${folder}" is a link that leads out of the library. Remove the link by hand; what it leads to is left alone.`,
    });
  }

  /** Whether a new model can't have this id: its folder holds something already. */
  async isTaken(id: ModelId): Promise<boolean> {
    try {
      const names = await readdir(this.folderOf(id));
      // What a write that was killed left beside metadata.json is no model.
      return names.some((name) => !isLeftoverName(name));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return false;
      if (code === 'ENOTDIR') return true;
      throw error;
    }
  }

  /** The ids of every folder that holds a metadata.json. Links are not followed, hidden folders not entered. */
  async *scan(): AsyncGenerator<ModelId> {
    yield* this.#scanBelow(this.modelsPath, 0);
  }

  async *#scanBelow(folder: string, depth: number): AsyncGenerator<ModelId> {
    const below: string[] = [];
    try {
      for await (const child of await opendir(folder)) {
        if (child.name === metadataFileName) {
          const id = ModelId.safeParse(relative(this.modelsPath, folder).split(sep).join('/').normalize('NFC'));
          if (id.success) yield id.data;
          // What lies beside a metadata.json is that model's payload.
          return;
        }
        if (child.isDirectory() && !child.name.startsWith('.') && depth < maxDepth)
          below.push(join(folder, child.name));
      }
    } catch (error) {
      if (codeOf(error) === null) throw error;
      return;
    }
    for (const path of below) yield* this.#scanBelow(path, depth + 1);
  }

  /** Makes the place of a new model free for a rename: its parents are there, it is not. Throws `write_failed`. */
  async makeRoom(id: ModelId): Promise<string> {
    const folder = this.folderOf(id);
    try {
      await mkdir(dirname(folder), { recursive: true });
      await this.containedFolderOf(id);
      const names = await readdir(folder).catch((error: unknown) =>
        codeOf(error) === 'ENOENT' ? null : Promise.reject(error),
      );
      for (const name of names ?? []) if (isLeftoverName(name)) await unlink(join(folder, name));
      if (names !== null) await rmdir(folder);
      return folder;
    } catch (error) {
      throw writeFailure(folder, error);
    }
  }

  /** Removes a folder and its parents up to `models/`, as far as they are empty; says whether the folder itself went. */
  async removeEmpty(folder: string): Promise<boolean> {
    let isGone = false;
    for (let path = folder; path !== this.modelsPath && this.contains(path); path = dirname(path)) {
      try {
        await rmdir(path);
        if (path === folder) isGone = true;
      } catch (error) {
        if (codeOf(error) === null) throw error;
        if (codeOf(error) !== 'ENOENT') break;
      }
    }
    return isGone;
  }
}
