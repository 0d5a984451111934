import { isDeepStrictEqual } from 'node:util';
import { isMap, parseDocument, stringify } from 'yaml';

/** A model's folder under one of the app's names for folders (`checkpoints`, `loras`, ...). */
export interface ConfigEntry {
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
}

/** The name of our part of the file. */
const sectionName = 'vitrine';
const begin = '# >>> Vitrine: made by it and taken away by it; leave as it is';
const end = '# <<< Vitrine';
/** What stood before ours, so that taking ours away gives back every byte: nothing at all, a text with a line break at its end, or one without. */
const openings = { fresh: ' (file)', whole: '', unended: ' (line)' } as const;

/** Our part of a config file, and what is the app's or the user's. `block` is null where there is none of ours. */
interface Parts {
  readonly own: string | null;
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
export function entriesIn(text: string | null): ConfigEntry[] {
  const { own } = partsOf(text);
  if (own === null) return [];
  const section: unknown = parsed(own)[sectionName];
  if (typeof section !== 'object' || section === null) throw new ConfigUnusable('our part of it was changed by hand.');
  return Object.entries(section).flatMap(([key, folders]) => {
    if (typeof folders !== 'string') throw new ConfigUnusable('our part of it was changed by hand.');
    return folders
      .split('\n')
      .filter((folder) => folder !== '')
      .map((folder) => ({ key, folder }));
  });
}

/** Whether a folder can be named in the file: one a line, and nothing that the app would read otherwise. */
export function canBeEntry(folder: string): boolean {
  return !/[\n\r\0]/.test(folder) && folder === folder.trim();
}

/** The file can't be added to; the message is a sentence that begins in lower case. */
export class ConfigUnusable extends Error {
  override readonly name = 'ConfigUnusable';
}

function partsOf(text: string | null): Parts {
  if (text === null) return { own: null, before: '', after: '', opening: 'fresh' };
  const from = text.indexOf(begin);
  if (from < 0) {
    const opening = text === '' || text.endsWith('\n') ? 'whole' : 'unended';
    return { own: null, before: text, after: '', opening };
  }
  const to = text.indexOf(end, from);
  if (to < 0 || text.indexOf(begin, from + 1) >= 0) throw new ConfigUnusable('our part of it was changed by hand.');
  const firstLine = text.slice(from, text.indexOf('\n', from));
  const kind = (Object.keys(openings) as (keyof typeof openings)[]).find((key) => firstLine === begin + openings[key]);
  if (kind === undefined) throw new ConfigUnusable('our part of it was changed by hand.');
  const start = kind === 'unended' ? from - 1 : from;
  const stop = to + end.length + (text[to + end.length] === '\n' ? 1 : 0);
  return { own: text.slice(from, stop), before: text.slice(0, start), after: text.slice(stop), opening: kind };
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
  const document = parseDocument(text, { logLevel: 'silent', stringKeys: true });
  if (document.errors.length > 0) throw new ConfigUnusable('it is not YAML that can be read.');
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw new ConfigUnusable('it is not a list of named parts.');
  return document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
}
