import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import { type ContentDigests, ContentHash, isSafetensorsName } from '../hashing/content-hash.ts';
import { writeFailure } from '../metadata/metadata-file.ts';
import { codeOf } from '../system-error.ts';
import type { PayloadFile } from './payload-files.ts';

/** Large enough for the speed of any drive, small enough that hashing one is no pause for the thread. */
const chunkBytes = 2 ** 20;

export interface CopyHooks {
  readonly signal: AbortSignal;
  readonly onBytes: (count: number) => void;
}

/**
 * Copies a file, synced to disk, its modification time kept; gives the hashes of what was copied. A source that changed meanwhile is refused.
 * Throws `canceled`, `unreadable` (the source), `disk_full` and `write_failed` (the copy).
 */
export async function copyFile(file: PayloadFile, target: string, hooks: CopyHooks): Promise<ContentDigests> {
  const hash = new ContentHash(isSafetensorsName(target));
  await using source = await openSource(file);
  const writing = async <Result>(act: Promise<Result>): Promise<Result> => {
    try {
      return await act;
    } catch (error) {
      throw writeFailure(target, error);
    }
  };
  await writing(mkdir(dirname(target), { recursive: true }));
  await using copy = await writing(open(target, 'wx'));
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let done = 0;
  for (;;) {
    if (hooks.signal.aborted) throw new Failed('canceled');
    const { bytesRead } = await reading(file, source.read(buffer, 0, chunkBytes, done));
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await writing(writeWhole(copy, chunk, done));
    done += bytesRead;
    hooks.onBytes(bytesRead);
  }
  const after = await reading(file, source.stat());
  if (done !== file.sizeBytes || after.size !== file.sizeBytes || after.mtimeMs !== file.mtimeMs) throw changed(file);
  await writing(copy.utimes(after.atime, after.mtime));
  await writing(copy.sync());
  return hash.digests();
}

async function writeWhole(copy: FileHandle, chunk: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < chunk.length)
    done += (await copy.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
}

function openSource(file: PayloadFile): Promise<FileHandle> {
  return reading(file, open(file.realPath, 'r'));
}

async function reading<Result>(file: PayloadFile, act: Promise<Result>): Promise<Result> {
  try {
    return await act;
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    const reason = code === 'ENOENT' ? 'it is not there any more.' : `the system answered ${code}.`;
    throw new Failed('unreadable', { path: file.path, reason }, { cause: error });
  }
}

function changed(file: PayloadFile): Failed {
  return new Failed('unreadable', {
    path: file.path,
    reason: 'it changed while it was copied. Wait until whatever writes it is done, then try again.',
  });
}
