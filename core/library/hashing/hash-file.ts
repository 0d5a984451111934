import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { hashControl } from '../worker/messages.ts';
import { type ContentDigests, ContentHash } from './content-hash.ts';

const chunkBytes = 4 * 2 ** 20;

export interface HashedFile extends ContentDigests {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/**
 * Reads a file from start to end and hashes it. For a worker thread: it blocks. `control` holds what is wanted meanwhile: to go on, to
 * wait, or to stop. Throws when it was stopped, or when the file changed while it was read.
 */
export function hashFileSync(path: string, isSafetensors: boolean, control: Int32Array): HashedFile {
  const file = openSync(path, 'r');
  try {
    const before = fstatSync(file);
    if (!before.isFile()) throw new Error('it is not a file');
    const hash = new ContentHash(isSafetensors);
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let done = 0; ; ) {
      while (Atomics.load(control, 0) === hashControl.pause) Atomics.wait(control, 0, hashControl.pause);
      if (Atomics.load(control, 0) === hashControl.stop) throw new Error('it was stopped');
      const count = readSync(file, buffer, 0, chunkBytes, done);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      done += count;
    }
    const after = fstatSync(file);
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw new Error('it changed while it was read');
    return { ...hash.digests(), sizeBytes: after.size, mtimeMs: after.mtimeMs };
  } finally {
    closeSync(file);
  }
}
