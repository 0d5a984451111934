import type { KeptAnswers } from './kept-answers.ts';
import { pairToken } from './pair-tokens.ts';
import { RowSet, selectRows } from './row-set.ts';
import { phraseOf, probeOf, type SearchTerms } from './search-text.ts';

/** So few candidates are compared with the search letter by letter: the longer it is, the dearer would be all its trigrams. */
const candidatesPerLetter = 25;
const maxCandidates = 300;
/** From so many letters on, a few trigrams tell a rare term from a common one at a fraction of the price of all of them. */
const probedLength = 6;

/** Reading the text of one model costs as much as so many rows of the index of letters. */
const comparedCost = 20;
/** A Latin letter stands in nearly every text, a pair of them in a quarter or less. */
const pairedPart = 4;

/** Three milliseconds' work, of a word that stands in half of all models. */
const rowsPerPart = 20_000;
/** A term in fewer of all models than this part is rare: all of them are found in a few milliseconds. */
const rarePart = 10;
/** A search whose rows aren't known goes on for the time that so many texts take to read, a millisecond. */
const maxRead = 1000;
/** Meeting so many rows in line costs as much as to read the text of one. */
const metPerRead = 5;

/** A search for common words, before all rows are found that it finds. */
export interface OpenSearch {
  /** Rows among which those are; null: all. */
  readonly among: RowSet | null;
  /** Those of some rows that it finds, in their order; null once that would take too long. */
  readonly found: (rows: readonly number[]) => readonly number[] | null;
}

/** Finds rows by their text. */
export class TextSearch {
  readonly #index: KeptAnswers;

  constructor(index: KeptAnswers) {
    this.#index = index;
  }

  /**
   * The rows in which every term stands, were it inside a word; null without terms. Those of single terms are kept: who then filters, sorts or
   * adds a word asks for them again.
   */
  rows(terms: SearchTerms): RowSet | null {
    const { known, asked } = this.#knownOf(terms);
    const [first, ...others] = [...asked.long, ...asked.short];
    if (first === undefined) return inAll(known);
    const find = () => this.#found(asked);
    const narrowed = inAll(known);
    if (narrowed !== null && this.#areFew(narrowed, asked)) return this.#compared(narrowed, asked);
    return inAll([...known, others.length === 0 ? this.#index.keep(keyOf(first), find) : find()]);
  }

  /** The search for terms whose rows take long to find; null where that is soon done. */
  open(terms: SearchTerms): OpenSearch | null {
    this.#keepRare(terms);
    const { known, asked } = this.#knownOf(terms);
    const among = inAll(known);
    const areKnown = asked.long.length + asked.short.length === 0;
    if (areKnown || (among !== null && among.size <= maxCandidates)) return null;
    let left = maxRead;
    const found = (rows: readonly number[]) => {
      const candidates = among === null ? rows : rows.filter((row) => among.has(row));
      left -= candidates.length + rows.length / metPerRead;
      return left < 0 ? null : this.#comparedRows(candidates, asked);
    };
    return { among, found };
  }

  /**
   * What {@link TextSearch.rows} would read for a single term that isn't kept, a part of the index at a time: others may come in between. Kept at
   * the end, unless the index changed meanwhile. Empty where it is read at once.
   */
  partsOf(terms: SearchTerms): (() => void)[] {
    const [term] = terms.long;
    if (term === undefined || terms.long.length + terms.short.length > 1) return [];
    const mark = this.#index.mark();
    const last = this.#lastRow();
    if (last <= rowsPerPart || this.#index.known(keyOf(term)) !== undefined || this.#candidates(terms) !== null)
      return [];
    const sql = 'SELECT rowid FROM model_text WHERE model_text MATCH ? AND rowid > ? AND rowid <= ?';
    const found: number[][] = [];
    const parts = Array.from({ length: Math.ceil(last / rowsPerPart) }, (_, index) => () => {
      const range = [index * rowsPerPart, (index + 1) * rowsPerPart];
      found.push(selectRows(this.#index.statement(sql), [phraseOf(term), ...range]));
    });
    const keep = () => {
      if (this.#index.mark() === mark) this.#index.keep(keyOf(term), () => new RowSet(found.flat()));
    };
    return [...parts, keep];
  }

  #found(terms: SearchTerms): RowSet {
    const candidates = this.#candidates(terms);
    if (candidates !== null) return this.#compared(candidates, terms);
    const { long, short } = terms;
    const byLong =
      long.length === 0
        ? null
        : this.#rowsOf('SELECT rowid FROM model_text WHERE model_text MATCH ?', [long.map(phraseOf).join(' AND ')]);
    if (short.length === 0 && byLong !== null) return byLong;
    if (byLong !== null && this.#areFew(byLong, { long: [], short }))
      return this.#compared(byLong, { long: [], short });
    const tokens = short.map((term) => `"${pairToken(term)}"`).join(' AND ');
    const byShort = this.#rowsOf('SELECT rowid FROM model_pairs WHERE model_pairs MATCH ?', [tokens]);
    return byLong === null ? byShort : byLong.and(byShort);
  }

  /** The rows of each term that are kept, and the terms whose rows aren't. */
  #knownOf({ long, short }: SearchTerms): { readonly known: readonly RowSet[]; readonly asked: SearchTerms } {
    const known = [...long, ...short].flatMap((term) => this.#index.known<RowSet>(keyOf(term)) ?? []);
    const isAsked = (term: string) => this.#index.known(keyOf(term)) === undefined;
    return { known, asked: { long: long.filter(isAsked), short: short.filter(isAsked) } };
  }

  /** Finds the rows of rare terms, as far as they aren't kept. */
  #keepRare(terms: SearchTerms): void {
    const most = Math.ceil(this.#lastRow() / rarePart);
    const { long, short } = this.#knownOf(terms).asked;
    const keep = (term: string, table: string, phrase: string) => {
      const rows = this.#rowsOf(`SELECT rowid FROM ${table} WHERE ${table} MATCH ? LIMIT ?`, [phrase, most]);
      if (rows.size < most) this.#index.keep(keyOf(term), () => rows);
    };
    for (const term of long) keep(term, 'model_text', phraseOf(term));
    for (const term of short) keep(term, 'model_pairs', `"${pairToken(term)}"`);
  }

  /** Whether the texts of some rows are read sooner than the index finds all rows with these terms. */
  #areFew({ size }: RowSet, { long, short }: SearchTerms): boolean {
    if (size <= maxCandidates) return true;
    if (long.length > 0 || short.some((term) => !/^[a-z]{1,2}$/.test(term))) return false;
    const part = short.some((term) => term.length > 1) ? pairedPart : 1;
    return size * comparedCost * part <= this.#lastRow();
  }

  #lastRow(): number {
    return Number(this.#index.statement('SELECT max(row) FROM models').pluck().get());
  }

  /** Few rows among which all that match are, where a long and rare term gives such; null where none does. */
  #candidates({ long }: SearchTerms): RowSet | null {
    const probed = long.filter((term) => term.length >= probedLength).sort((a, b) => b.length - a.length);
    for (const term of probed) {
      const sql = 'SELECT rowid FROM model_text WHERE model_text MATCH ? LIMIT ?';
      const most = Math.min(maxCandidates, term.length * candidatesPerLetter);
      const found = this.#rowsOf(sql, [probeOf(term), most + 1]);
      if (found.size <= most) return found;
    }
    return null;
  }

  #compared(candidates: RowSet, terms: SearchTerms): RowSet {
    if (candidates.size === 0 || terms.long.length + terms.short.length === 0) return candidates;
    return new RowSet(this.#comparedRows([...candidates.list], terms));
  }

  /** Those of some rows whose texts hold all terms, in their order. */
  #comparedRows(rows: readonly number[], { long, short }: SearchTerms): number[] {
    const terms = [...long, ...short];
    const conditions = terms.map(() => 'instr(search_text, ?) > 0').join(' AND ');
    const sql = `SELECT row FROM json_each(?) AS listed CROSS JOIN models ON models.row = listed.value WHERE ${conditions}`;
    return selectRows(this.#index.statement(sql), [JSON.stringify(rows), ...terms]);
  }

  #rowsOf(sql: string, values: readonly (string | number)[]): RowSet {
    return new RowSet(selectRows(this.#index.statement(sql), values));
  }
}

const keyOf = (term: string) => `term ${term}`;

/** The rows that are in every set; null of none. The smallest comes first: each costs what is left by then. */
function inAll(sets: readonly RowSet[]): RowSet | null {
  const [first, ...others] = sets.toSorted((left, right) => left.size - right.size);
  return first === undefined ? null : others.reduce((rows, set) => rows.and(set), first);
}
