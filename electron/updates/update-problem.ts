import type { UpdateProblem } from '../../core/contract/shell/updates.ts';

/** The updater can't replace this copy of the program: it was not installed by a package of ours. */
export class NotUpdatable extends Error {}

const codes: readonly [RegExp, UpdateProblem][] = [
  [/^(ERR_CHECKSUM_MISMATCH|ERR_UPDATER_INVALID_SIGNATURE)$/, 'damaged'],
  [/^ERR_UPDATER_OLD_FILE_NOT_FOUND$/, 'not_updatable'],
  [/^(ERR_UPDATER_|ERR_DATA_|HTTP_ERROR_)/, 'bad_answer'],
  [/^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT)$/, 'not_written'],
  [/^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|EPIPE)$/, 'unreachable'],
];

/** What an error of electron-updater, of Chromium's network or of the file system means. */
export function updateProblem(error: unknown): UpdateProblem {
  if (error instanceof NotUpdatable) return 'not_updatable';
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error ? String(error.code) : '';
  if (/^net::ERR_/.test(error.message)) return 'unreachable';
  return codes.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}
