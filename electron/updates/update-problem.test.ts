import { expect, test } from 'vitest';
import { NotUpdatable, updateProblem } from './update-problem.ts';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

test.each([
  [new Error('net::ERR_INTERNET_DISCONNECTED'), 'unreachable'],
  [coded('ECONNREFUSED'), 'unreachable'],
  [coded('ENOTFOUND'), 'unreachable'],
  [coded('ERR_UPDATER_CHANNEL_FILE_NOT_FOUND'), 'bad_answer'],
  [coded('ERR_UPDATER_INVALID_UPDATE_INFO'), 'bad_answer'],
  [coded('HTTP_ERROR_500'), 'bad_answer'],
  [coded('ERR_CHECKSUM_MISMATCH'), 'damaged'],
  [coded('ERR_UPDATER_INVALID_SIGNATURE'), 'damaged'],
  [coded('ERR_UPDATER_OLD_FILE_NOT_FOUND'), 'not_updatable'],
  [new NotUpdatable('a folder'), 'not_updatable'],
  [coded('ENOSPC'), 'not_written'],
  [coded('EACCES'), 'not_written'],
  [new TypeError('x is not a function'), 'other'],
  ['text', 'other'],
  [null, 'other'],
] as const)('%s is the problem %s', (error, problem) => expect(updateProblem(error)).toBe(problem));
