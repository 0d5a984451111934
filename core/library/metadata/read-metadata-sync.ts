import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { codeOf } from '../system-error.ts';
import { type MetadataRead, maxMetadataBytes, parseMetadata } from './metadata-file.ts';

/** Not there on Windows, where nothing waits at an open either. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** `readMetadataFile` for a worker thread, where waiting is no matter and calls that don't wait are far slower. */
export function readMetadataSync(path: string): MetadataRead {
  try {
    const file = openSync(path, openFlags);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return { kind: 'corrupt', reason: 'is not a file' };
      if (stats.size > maxMetadataBytes)
        return { kind: 'corrupt', reason: `has ${stats.size} bytes, too many for a record` };
      const bytes = Buffer.allocUnsafe(stats.size);
      return parseMetadata(bytes.toString('utf8', 0, readSync(file, bytes)));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    if (code === null) throw error;
    return { kind: 'corrupt', reason: `could not be read (${code})` };
  }
}
