import { Failed } from '../../contract/failure.ts';
import { codeOf } from '../system-error.ts';

/** The failure of what we wrote into our own folder; anything that the system did not answer is passed on as it is. */
function writeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failed('disk_full', { path }, { cause: error });
  const reason =
    code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
      ? 'this user may not write there. Change the permissions, or choose another data folder.'
      : `the system answered ${code}.`;
  return new Failed('write_failed', { path, reason }, { cause: error });
}

/** Acts on our own folder: what the system refuses there is a failure, not a bug. */
export async function inOwnFolder<Result>(path: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw writeFailure(path, error);
  }
}
