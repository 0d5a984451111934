import {
  closeSync,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import * as waiting from 'node:fs/promises';

/** A file that is open for reading. */
export interface OpenFile {
  readonly stat: () => Promise<Stats>;
  /** At a place of the file, into a place of a buffer. */
  readonly read: (
    buffer: Buffer,
    offset: number,
    lengthBytes: number,
    position: number,
  ) => Promise<{ readonly bytesRead: number }>;
  readonly close: () => Promise<void>;
}

/** What readers ask of files, as `node:fs/promises` has it. */
interface FileCalls {
  readonly open: (path: string, flags: number) => Promise<OpenFile>;
  readonly stat: (path: string) => Promise<Stats>;
  readonly lstat: (path: string) => Promise<Stats>;
  readonly realpath: (path: string) => Promise<string>;
  readonly opendir: (path: string) => Promise<AsyncIterable<Dirent>>;
}

const blocking: FileCalls = {
  async open(path, flags) {
    const file = openSync(path, flags);
    return {
      stat: async () => fstatSync(file),
      read: async (buffer, offset, lengthBytes, position) => ({
        bytesRead: readSync(file, buffer, offset, lengthBytes, position),
      }),
      close: async () => closeSync(file),
    };
  },
  stat: async (path) => statSync(path),
  lstat: async (path) => lstatSync(path),
  realpath: async (path) => realpathSync.native(path),
  opendir: async (path) => childrenOf(path),
};

let calls: FileCalls = waiting;

/**
 * From now on the readers of this thread block it while they wait for a drive, which spares a way through the thread pool for each of some thirty
 * questions a file: for a thread that nobody waits for. Disposed of, they are as before.
 */
export function blockOnFiles(): Disposable {
  const before = calls;
  calls = blocking;
  return {
    [Symbol.dispose]() {
      calls = before;
    },
  };
}

export const open: FileCalls['open'] = (path, flags) => calls.open(path, flags);
export const stat: FileCalls['stat'] = (path) => calls.stat(path);
export const lstat: FileCalls['lstat'] = (path) => calls.lstat(path);
export const realpath: FileCalls['realpath'] = (path) => calls.realpath(path);
export const opendir: FileCalls['opendir'] = (path) => calls.opendir(path);

async function childrenOf(path: string): Promise<AsyncIterable<Dirent>> {
  const folder = opendirSync(path);
  return {
    async *[Symbol.asyncIterator]() {
      try {
        for (let child = folder.readSync(); child !== null; child = folder.readSync()) yield child;
      } finally {
        folder.closeSync();
      }
    },
  };
}
