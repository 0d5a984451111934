import type { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import { formatLimits } from '../formats/limits.ts';
import { ReadFault, readSmallJson } from '../formats/read-bounded.ts';
import { checkConfig } from './graphs/check-config.ts';

/** Reads and checks a JSON file of a bundle. Throws `unreadable` or `unsupported_config`, both with the path. */
export async function readConfig<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
  const config = await readOptionalConfig(schema, path);
  if (config === null) throw new Failed('unreadable', { path, reason: 'It is not there.' });
  return config;
}

/** The same, null where there is no such file. */
export async function readOptionalConfig<Schema extends z.ZodType>(
  schema: Schema,
  path: string,
): Promise<z.output<Schema> | null> {
  let config: unknown;
  try {
    config = await readSmallJson(path, formatLimits.configBytes);
  } catch (error) {
    if (error instanceof ReadFault && error.problem === 'missing') return null;
    if (error instanceof ReadFault)
      throw new Failed('unreadable', { path, reason: `It ${error.reason}.` }, { cause: error });
    if (error instanceof SyntaxError)
      throw new Failed('unreadable', { path, reason: 'It is not JSON.' }, { cause: error });
    throw error;
  }
  return checkConfig(schema, config, path);
}
