/** The trigram index finds nothing for terms under three characters. */
const trigramLength = 3;
/** More words than this don't narrow a list further; each costs a look into the index. */
const maxTerms = 16;

/** The words of a search: every one must be found, anywhere inside a word of the model's text. */
export interface SearchTerms {
  readonly long: readonly string[];
  /** Too short for trigrams. */
  readonly short: readonly string[];
}

/** Text as it is stored and searched: NFC, lower case, no NUL, which would end it for SQLite. */
export function searchForm(text: string): string {
  return text.toWellFormed().normalize('NFC').toLowerCase().replaceAll('\0', ' ');
}

/** The words of a model's text, each once: one that stands inside another adds nothing to find. */
export function searchWords(texts: readonly string[]): string {
  const words = new Set(searchForm(texts.join('\n')).split(/\s+/));
  let text = '';
  for (const word of [...words].sort((left, right) => right.length - left.length))
    if (!text.includes(word)) text += `${word}\n`;
  return text;
}

export function searchTerms(query: string | undefined): SearchTerms {
  const terms = [...new Set(searchForm(query ?? '').split(/\s+/))].filter((term) => term !== '').slice(0, maxTerms);
  const isLong = (term: string) => [...term].length >= trigramLength;
  return { long: terms.filter(isLong), short: terms.filter((term) => !isLong(term)) };
}

/** A term as FTS5 finds it: a quoted string, inside of which operators and column filters have no meaning. */
export function phraseOf(term: string): string {
  return `"${term.replaceAll('"', '""')}"`;
}

/** What every text with a long term holds, and few others: a few trigrams of it, more of a longer one. */
export function probeOf(term: string): string {
  const letters = [...term];
  const last = letters.length - trigramLength;
  const gaps = Math.min(5, Math.ceil(letters.length / 5));
  const starts = new Set(Array.from({ length: gaps + 1 }, (_, index) => Math.round((last * index) / gaps)));
  return [...starts].map((start) => phraseOf(letters.slice(start, start + trigramLength).join(''))).join(' AND ');
}
