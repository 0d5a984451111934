/** The trigram index finds nothing for terms under three characters. */
const trigramLength = 3;
/** More words than this don't narrow a list further; each costs a look into the index. */
const maxTerms = 16;

/** The words of a search: every one must be found, anywhere inside a word of the model's text. */
export interface SearchTerms {
  /** For the trigram index, as one FTS5 expression; null when there are none. */
  readonly match: string | null;
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
  const long = terms.filter(isLong);
  return {
    // Each term is a quoted string of FTS5: its operators and column filters have no meaning inside.
    match: long.length === 0 ? null : long.map((term) => `"${term.replaceAll('"', '""')}"`).join(' AND '),
    long,
    short: terms.filter((term) => !isLong(term)),
  };
}
