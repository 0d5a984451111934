import { realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { Failed } from '../contract/failure.ts';
import { systemCode } from './system-error.ts';

/** Throws `invalid_input`, with the name of the field, for a path that is none. */
export function checkAbsolute(field: string, path: string): void {
  if (!isAbsolute(path) || path.includes('\0'))
    throw new Failed('invalid_input', { field, reason: `"${path}" is not an absolute path.` });
}

/** An app's folder, links resolved. Throws `invalid_input`, `path_not_found`, `unreadable`. */
export async function resolveRoot(root: string): Promise<string> {
  checkAbsolute('root', root);
  try {
    const real = await realpath(root);
    if (!(await stat(real)).isDirectory())
      throw new Failed('unreadable', { path: root, reason: 'it is not a folder.' });
    return real;
  } catch (error) {
    if (error instanceof Failed) throw error;
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failed('path_not_found', { path: root }, { cause: error });
    throw new Failed('unreadable', { path: root, reason: `the system answered ${code}.` }, { cause: error });
  }
}
