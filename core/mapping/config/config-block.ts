import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { type ConfigEntry, ConfigUnusable } from './config-entry.ts';

/** The name of our part of the file. */
const sectionName = 'vitrine';
const mark = '# >>> Vitrine';
const begin = `${mark}: made by it and taken away by it; leave as it is`;
const end = '# <<< Vitrine';
/** What stood before ours, so that taking ours away gives back every byte: nothing at all, a text with a line break at its end, or one without. */
const openings = { fresh: ' (file)', whole: '', unended: ' (line)' } as const;

/** Our part of a config file, and what is the app's or the user's around it. */
interface Parts {
  readonly entries: readonly ConfigEntry[];
  readonly before: string;
  readonly after: string;
  readonly opening: keyof typeof openings;
}

/**
 * Gives the text of ComfyUI's extra_model_paths.yaml with these entries as our part of it, in place of what was our part before; null for no
 * file at all. All other bytes stay. Throws `ConfigUnusable`.
 */
export function withEntries(text: string | null, entries: readonly ConfigEntry[]): string | null {
  const { before, after, opening } = partsOf(text);
  if (entries.length === 0) {
    const rest = before + after;
    return opening === 'fresh' && rest === '' ? null : rest;
  }
  const block = blockOf(entries, opening);
  const result = before + block + after;
  checkWhole(before + after, result, entries);
  return result;
}

/** The entries that our part of the file holds; none where there is no such part. Throws `ConfigUnusable`. */
export function entriesIn(text: string | null): readonly ConfigEntry[] {
  return partsOf(text).entries;
}

/** Whether entries can be added to a file and taken away again. Throws `ConfigUnusable` where not. */
export function checkUsable(text: string | null): void {
  withEntries(text, [...entriesIn(text), { key: 'checkpoints', folder: '/' }]);
}

function partsOf(text: string | null): Parts {
  if (text === null) return { entries: [], before: '', after: '', opening: 'fresh' };
  const from = text.indexOf(mark);
  if (from < 0) {
    const opening = text === '' || text.endsWith('\n') ? 'whole' : 'unended';
    return { entries: [], before: text, after: '', opening };
  }
  const to = text.indexOf(`${end}\n`, from);
  const firstLine = text.slice(from, text.indexOf('\n', from));
  const opening = (Object.keys(openings) as (keyof typeof openings)[]).find(
    (key) => firstLine === begin + openings[key],
  );
  if (to < 0 || opening === undefined) throw changedByHand();
  const start = opening === 'unended' ? from - 1 : from;
  const stop = to + end.length + 1;
  const own = text.slice(start, stop);
  const entries = entriesOf(own);
  if (own !== blockOf(entries, opening) || text.indexOf(mark, stop) >= 0) throw changedByHand();
  return { entries, before: text.slice(0, start), after: text.slice(stop), opening };
}

function entriesOf(block: string): ConfigEntry[] {
  const section = Section.safeParse(parsed(block)[sectionName]);
  if (!section.success) throw changedByHand();
  return Object.entries(section.data).flatMap(([key, folders]) =>
    folders
      .split('\n')
      .filter((folder) => folder !== '')
      .map((folder) => ({ key, folder })),
  );
}

const Section = z.record(z.string(), z.string());

function changedByHand(): ConfigUnusable {
  return new ConfigUnusable('our part of it was changed by hand.');
}

function blockOf(entries: readonly ConfigEntry[], opening: keyof typeof openings): string {
  const byKey = new Map<string, string[]>();
  for (const { key, folder } of entries) byKey.set(key, [...(byKey.get(key) ?? []), folder]);
  const section = Object.fromEntries(
    [...byKey]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, folders]) => [key, `${[...folders].sort().join('\n')}\n`]),
  );
  const yaml = stringify({ [sectionName]: section }, { blockQuote: 'literal', lineWidth: 0 });
  return `${opening === 'unended' ? '\n' : ''}${begin}${openings[opening]}\n${yaml}${end}\n`;
}

/** The rest of the file must say what it said, and ours what is meant: an indentation or an open bracket before it could make it another thing. */
function checkWhole(rest: string, result: string, entries: readonly ConfigEntry[]): void {
  const others = parsed(rest);
  if (Object.hasOwn(others, sectionName)) throw new ConfigUnusable(`it has a part named "${sectionName}" already.`);
  const { [sectionName]: _, ...othersAfter } = parsed(result);
  const isOwnWhole = isDeepStrictEqual(sortedEntries(entriesIn(result)), sortedEntries(entries));
  if (!isDeepStrictEqual(othersAfter, others) || !isOwnWhole)
    throw new ConfigUnusable('nothing can be put at its end without changing what it says.');
}

function sortedEntries(entries: readonly ConfigEntry[]): string[] {
  return entries.map(({ key, folder }) => `${key}\n${folder}`).sort();
}

function parsed(text: string): Record<string, unknown> {
  const document = parseDocument(text, { logLevel: 'error', stringKeys: true });
  if (document.errors.length > 0) throw new ConfigUnusable('it is not YAML that can be read.');
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw new ConfigUnusable('it is not a list of named parts.');
  try {
    return document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
  } catch (error) {
    // More aliases than any file that people write.
    if (error instanceof ReferenceError) throw new ConfigUnusable('it is not YAML that can be read.');
    throw error;
  }
}
