import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What a start of the program was given. */
export interface StartArguments {
  readonly folders: { readonly library?: string; readonly data?: string };
  /** Files and folders to add: absolute. */
  readonly paths: readonly string[];
}

/**
 * Reads the arguments that follow the executable. Chromium's own switches are among them, so unknown ones are let through.
 *
 * @param hasAppPath outside a package the first word names the app itself
 */
export function readStartArguments(
  words: readonly string[],
  { hasAppPath, workingPath }: { readonly hasAppPath: boolean; readonly workingPath: string },
): StartArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { library: { type: 'string' }, data: { type: 'string' } },
    strict: false,
    allowPositionals: true,
  });
  const { library, data } = values;
  return {
    folders: { ...(typeof library === 'string' && { library }), ...(typeof data === 'string' && { data }) },
    paths: positionals.slice(hasAppPath ? 1 : 0).map((word) => resolve(workingPath, pathOf(word))),
  };
}

/** File managers of Linux name what they open by its URL. One that is no path of this machine stays a word, and is found to be nothing. */
function pathOf(word: string): string {
  if (!word.startsWith('file:')) return word;
  try {
    return fileURLToPath(word);
  } catch {
    return word;
  }
}
