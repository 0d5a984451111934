import { constants } from 'node:fs';
import { type OpenFile, open } from './file-calls.ts';

/** Why a file could not be opened or read, without the file's name. */
export type ReadProblem = 'missing' | 'not_a_file' | 'link_loop' | 'denied' | 'too_large' | 'changed' | 'failed';

export class ReadFault extends Error {
  override readonly name = 'ReadFault';
  readonly problem: ReadProblem;
  /** A clause that can follow the file's name: "is not a file". */
  readonly reason: string;

  constructor(problem: ReadProblem, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.problem = problem;
    this.reason = reason;
  }
}

/**
 * Opens a regular file for reading and hands its handle to `use`. Anything else (folder, FIFO, socket, device) is refused:
 * without O_NONBLOCK the open of a FIFO would wait for a writer for ever.
 */
export async function withRegularFile<Result>(
  path: string,
  use: (handle: OpenFile, sizeBytes: number) => Promise<Result>,
): Promise<Result> {
  let handle: OpenFile;
  try {
    // O_NONBLOCK is missing on Windows, where there are no FIFOs to wait for.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw readFaultOf(error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new ReadFault('not_a_file', 'is not a file');
    return await use(handle, stats.size);
  } catch (error) {
    throw isSystemError(error) ? readFaultOf(error) : error;
  } finally {
    await handle.close();
  }
}

/** Reads exactly `lengthBytes` at `offsetBytes`. A file that shrank meanwhile is a `changed` fault, never a short buffer. */
export async function readExactly(handle: OpenFile, offsetBytes: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(lengthBytes);
  let done = 0;
  while (done < lengthBytes) {
    const { bytesRead } = await handle.read(buffer, done, lengthBytes - done, offsetBytes + done);
    if (bytesRead === 0) throw new ReadFault('changed', 'became shorter while it was read');
    done += bytesRead;
  }
  return buffer;
}

/** The whole of a small file. Throws `ReadFault`; `too_large` past the limit, before anything is read. */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer> {
  return withRegularFile(path, (handle, sizeBytes) => {
    if (sizeBytes > maxBytes)
      throw new ReadFault('too_large', `has ${sizeBytes} bytes, more than the ${maxBytes} that are allowed here`);
    return readExactly(handle, 0, sizeBytes);
  });
}

/** The parsed JSON of a small file. A byte order mark is let pass: some editors on Windows write one. Throws `ReadFault` or `SyntaxError`. */
export async function readSmallJson(path: string, maxBytes: number): Promise<unknown> {
  const bytes = await readSmallFile(path, maxBytes);
  return parseJsonBytes(bytes);
}

export function parseJsonBytes(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new SyntaxError('it is not UTF-8 text', { cause: error });
  }
  return JSON.parse(text);
}

export function readFaultOf(error: unknown): ReadFault {
  if (error instanceof ReadFault) return error;
  const code = isSystemError(error) ? error.code : undefined;
  const options = { cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ReadFault('missing', 'is not there', options);
  if (code === 'ELOOP') return new ReadFault('link_loop', 'is a link that leads to itself', options);
  if (code === 'EACCES' || code === 'EPERM') return new ReadFault('denied', 'may not be read by this user', options);
  if (code === 'EISDIR' || code === 'ENXIO') return new ReadFault('not_a_file', 'is not a file', options);
  if (code !== undefined) return new ReadFault('failed', `could not be read (${code})`, options);
  throw error;
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
