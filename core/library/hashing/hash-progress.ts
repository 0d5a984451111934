import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { ModelId } from '../../contract/ids.ts';
import { codeOf } from '../system-error.ts';
import type { HashedFile } from './hash-file.ts';

const Done = z.record(
  z.string(),
  z.object({ sha256: z.string(), payloadSha256: z.string().nullable(), sizeBytes: z.number(), mtimeMs: z.number() }),
);
const Progress = z.record(z.string(), Done);

/**
 * The files of bundles that were hashed before the bundle as a whole is: a restart goes on with the next file. Losing it costs time only.
 */
export class HashProgress {
  readonly #path: string;
  #models: Record<string, Record<string, HashedFile>> | null = null;

  constructor(rootPath: string) {
    this.#path = join(rootPath, '.hashing.json');
  }

  async of(id: ModelId): Promise<Readonly<Record<string, HashedFile>>> {
    return (await this.#load())[id] ?? {};
  }

  async add(id: ModelId, path: string, file: HashedFile): Promise<void> {
    const models = await this.#load();
    models[id] = { ...models[id], [path]: file };
    await this.#save(models);
  }

  async forget(id: ModelId): Promise<void> {
    const models = await this.#load();
    if (models[id] === undefined) return;
    delete models[id];
    await this.#save(models);
  }

  async #load(): Promise<Record<string, Record<string, HashedFile>>> {
    this.#models ??= await read(this.#path);
    return this.#models;
  }

  async #save(models: Record<string, Record<string, HashedFile>>): Promise<void> {
    try {
      if (Object.keys(models).length === 0) await rm(this.#path, { force: true });
      else await writeFileAtomic(this.#path, JSON.stringify(models), { fsync: false });
    } catch (error) {
      if (codeOf(error) === null) throw error;
    }
  }
}

async function read(path: string): Promise<Record<string, Record<string, HashedFile>>> {
  try {
    return Progress.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) !== null || error instanceof SyntaxError || error instanceof z.ZodError) return {};
    throw error;
  }
}
