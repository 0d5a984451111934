import { z } from 'zod';
import type { ListQuery } from '../../contract/library/model.ts';
import { Facet, hasFacetFilter, passes } from './facets.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { RowSet, selectRows } from './row-set.ts';
import { type SearchTerms, searchTerms } from './search-text.ts';
import { type OpenSearch, TextSearch } from './text-search.ts';

/** What a query asks for, apart from order and page. */
export interface Match {
  readonly terms: SearchTerms;
  readonly tag: string | undefined;
  readonly minSizeBytes: number | undefined;
  readonly maxSizeBytes: number | undefined;
  /** The facets that pass, when a filter asks for any. */
  readonly facets: readonly number[] | undefined;
}

/** Finds what matches, as a set of rows, whole, so that totals are exact. */
export class Matches {
  readonly #index: KeptAnswers;
  readonly #rowSets: KeptAnswers;
  readonly #text: TextSearch;

  /** `rowSets` keeps sets of rows. */
  constructor(index: KeptAnswers, rowSets: KeptAnswers) {
    this.#index = index;
    this.#rowSets = rowSets;
    this.#text = new TextSearch(rowSets);
  }

  matchOf(query: ListQuery): Match {
    return {
      terms: searchTerms(query.query),
      tag: query.tag,
      minSizeBytes: query.min_size_bytes,
      maxSizeBytes: query.max_size_bytes,
      facets: hasFacetFilter(query)
        ? this.facets()
            .filter((facet) => passes(facet, query))
            .map(({ facet }) => facet)
        : undefined,
    };
  }

  /** How many models there are with these facets; undefined: with any. */
  modelsIn(facets: readonly number[] | undefined): number {
    const wanted = facets === undefined ? null : new Set(facets);
    return sum(
      this.facets()
        .filter(({ facet }) => wanted?.has(facet) ?? true)
        .map(({ model_count }) => model_count),
    );
  }

  modelsTagged(tag: string, facets: readonly number[] | undefined): number {
    const sql = 'SELECT facet, model_count FROM facet_tags WHERE tag = ?';
    const counted = FacetTags.parse(this.#index.statement(sql).all(tag));
    const wanted = facets === undefined ? null : new Set(facets);
    return sum(counted.filter(({ facet }) => wanted?.has(facet) ?? true).map(({ model_count }) => model_count));
  }

  /** The rows that match; null where facets alone tell which: their counts are known. */
  rowsOf(match: Match): RowSet | null {
    return this.#rowSets.keep(keyOf(match), () => {
      const rows = this.#text.rows(match.terms);
      if (match.tag === undefined) return this.#filtered(rows, match);
      const tagged = this.#rowsTagged(match.tag);
      return this.#filtered(rows?.and(tagged) ?? tagged, match);
    });
  }

  /** The search of a match that takes long to find all rows of; null where that is soon done. */
  openSearch(match: Match): OpenSearch | null {
    return this.#text.open(match.terms);
  }

  /** Whether {@link Matches.rowsOf} has its answer already. */
  areKnown(match: Match): boolean {
    return this.#rowSets.known(keyOf(match)) !== undefined;
  }

  /** What {@link Matches.rowsOf} would read of the text at once, in parts. */
  textParts({ terms }: Match): (() => void)[] {
    return this.#text.partsOf(terms);
  }

  facets(): Facet[] {
    return this.#index.keep('facets', () =>
      Facet.array().parse(this.#index.statement('SELECT * FROM facets WHERE model_count > 0').all()),
    );
  }

  #filtered(rows: RowSet | null, { facets, minSizeBytes, maxSizeBytes }: Match): RowSet | null {
    const sizes = [
      ...(minSizeBytes === undefined ? [] : [{ sql: 'size_bytes >= ?', value: minSizeBytes }]),
      ...(maxSizeBytes === undefined ? [] : [{ sql: 'size_bytes <= ?', value: maxSizeBytes }]),
    ];
    if (sizes.length === 0 && (rows === null || facets === undefined || rows.size === 0)) return rows;
    const ofFacets =
      facets === undefined ? null : { sql: 'facet IN (SELECT value FROM json_each(?))', value: JSON.stringify(facets) };
    const conditions = [...(ofFacets === null ? [] : [ofFacets]), ...sizes];
    const where = conditions.map(({ sql }) => sql).join(' AND ');
    const values = conditions.map(({ value }) => value);
    if (rows === null) return this.#rowsBy(`SELECT row FROM model_filters WHERE ${where} ORDER BY row`, values);
    if (facets !== undefined && sizes.length === 0) {
      // Of the three sets the smallest is gone through.
      const passing = this.modelsIn(facets);
      if (passing < rows.size) return rows.and(this.#rowsOfFacets(facets));
      const others = this.facets().flatMap(({ facet }) => (facets.includes(facet) ? [] : [facet]));
      if (this.modelsIn(undefined) - passing < rows.size) return rows.without(this.#rowsOfFacets(others));
    }
    const listed = 'json_each(?) AS listed CROSS JOIN model_filters ON model_filters.row = listed.value';
    return this.#rowsBy(`SELECT row FROM ${listed} WHERE ${where}`, [jsonOf(rows), ...values]);
  }

  #rowsTagged(tag: string): RowSet {
    const sql = 'SELECT row FROM model_tags WHERE tag = ? ORDER BY row';
    return this.#rowSets.keep(`tag ${tag}`, () => this.#rowsBy(sql, [tag]));
  }

  #rowsOfFacets(facets: readonly number[]): RowSet {
    const json = JSON.stringify(facets);
    const sql = 'SELECT row FROM models WHERE facet IN (SELECT value FROM json_each(?))';
    return this.#rowSets.keep(`facets ${json}`, () => new RowSet(this.#rowsBy(sql, [json]).list.sort()));
  }

  #rowsBy(sql: string, values: readonly (string | number)[]): RowSet {
    return new RowSet(selectRows(this.#index.statement(sql), values));
  }
}

const keyOf = (match: Match) => JSON.stringify(match);

export function hasTerms({ terms }: Match): boolean {
  return terms.long.length + terms.short.length > 0;
}

export function jsonOf(rows: RowSet): string {
  return `[${rows.list.join(',')}]`;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const FacetTags = z.array(z.object({ facet: z.number(), model_count: z.number() }));
