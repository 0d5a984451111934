import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { Failed } from '../contract/failure.ts';
import { codeOf } from './system-error.ts';

/** A path that a user picked, as it really is. */
export interface SourcePath {
  /** As picked, links and all, without `..`. */
  readonly given: string;
  /** Links resolved. */
  readonly real: string;
  readonly isFolder: boolean;
}

/** Resolves a picked path. Throws `invalid_input`, `path_not_found`, `unreadable`, `unsupported_path`. */
export async function resolveSource(path: string): Promise<SourcePath> {
  if (!isAbsolute(path) || path.includes('\0'))
    throw new Failed('invalid_input', { field: 'path', reason: `"${path}" is not an absolute path.` });
  try {
    const real = await realpath(path);
    const stats = await stat(real);
    if (!stats.isDirectory() && !stats.isFile())
      throw new Failed('unsupported_path', { path, reason: 'it is neither a file nor a folder.' });
    return { given: resolve(path), real, isFolder: stats.isDirectory() };
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failed('path_not_found', { path }, { cause: error });
    const reason =
      code === 'ELOOP'
        ? 'it is a link that leads to itself.'
        : code === 'EACCES' || code === 'EPERM'
          ? 'this user may not read it.'
          : code === 'ENAMETOOLONG'
            ? 'its name is too long for the system.'
            : `the system answered ${code}.`;
    throw new Failed('unreadable', { path, reason }, { cause: error });
  }
}
