import { Failed } from '../../contract/failure.ts';
import { formatLimits } from '../../formats/limits.ts';
import { parseJsonBytes, ReadFault, readSmallFile } from '../../formats/read-bounded.ts';
import { checkConfig } from '../graphs/check-config.ts';
import { SchedulerConfig } from './settled-config.ts';

/** Reads and checks a scheduler_config.json. Throws `unreadable` or `unsupported_config`, both with the path. */
export async function readSchedulerConfig(path: string): Promise<SchedulerConfig> {
  try {
    const bytes = await readSmallFile(path, formatLimits.configBytes);
    return checkConfig(SchedulerConfig, parseJsonBytes(withoutInfinities(bytes)), path);
  } catch (error) {
    if (error instanceof ReadFault)
      throw new Failed('unreadable', { path, reason: `It ${error.reason}.` }, { cause: error });
    if (error instanceof SyntaxError)
      throw new Failed('unreadable', { path, reason: 'It is not JSON.' }, { cause: error });
    throw error;
  }
}

/**
 * diffusers saves DPM-Solver's `lambda_min_clipped` as -Infinity, which is Python's JSON but nobody else's. As null it is the class's
 * default, which is the same.
 */
export function withoutInfinities(bytes: Uint8Array): Buffer {
  // Whole strings are matched first, so that one that holds such a word keeps it; one without an end reaches to the file's.
  const words = /"(?:[^"\\]|\\[\s\S])*(?:"|$)|-?Infinity|NaN/g;
  const text = Buffer.from(bytes).toString('latin1');
  return Buffer.from(
    text.replaceAll(words, (word) => (word.startsWith('"') ? word : 'null')),
    'latin1',
  );
}
