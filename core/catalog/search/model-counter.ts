import { z } from 'zod';
import type { ListQuery, ModelCounts } from '../../contract/library/model.ts';
import { type Facet, type FacetDimension, facetValue, passes } from './facets.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { jsonOf, type Match, type Matches, sum } from './matches.ts';
import { type RowSet, selectRows } from './row-set.ts';

/** A smaller part of the library than this is looked up model by model. */
const lookedUpPart = 10;

/** The columns of a hundred thousand models, each read in some ten milliseconds. */
const columns = {
  byFacet: 'SELECT row FROM models ORDER BY facet, row',
  size: 'SELECT size_bytes FROM model_filters ORDER BY row',
  byTag: 'SELECT row FROM model_tags ORDER BY tag, row',
} as const;

/** Counts what queries would leave. */
export class ModelCounter {
  readonly #index: KeptAnswers;
  readonly #rowSets: KeptAnswers;
  readonly #matches: Matches;

  /** `rowSets` keeps columns of rows. */
  constructor(index: KeptAnswers, rowSets: KeptAnswers, matches: Matches) {
    this.#index = index;
    this.#rowSets = rowSets;
    this.#matches = matches;
  }

  /** How many models each value of each filter would leave, the other filters as they are. */
  counts(query: ListQuery): ModelCounts {
    return this.#index.keep(`counts ${keyOf(query)}`, () => {
      const all = this.#matches.facets();
      const rows = this.#matches.rowsOf(this.#withoutFacets(query));
      const facets = rows === null ? all : this.#facetsOf(rows, all);
      const countsOf = (dimension: FacetDimension) => {
        const sums = new Map<string, number>();
        for (const facet of facets)
          if (passes(facet, query, dimension))
            sums.set(facetValue(facet, dimension), (sums.get(facetValue(facet, dimension)) ?? 0) + facet.model_count);
        return [...sums].map(([value, count]) => ({ value, count })).sort(mostFirst);
      };
      const passing = facets.filter((facet) => passes(facet, query));
      const flagged = (dimension: 'favourite' | 'offline') =>
        countsOf(dimension).find(({ value }) => value === '1')?.count ?? 0;
      return {
        type: countsOf('type'),
        family: countsOf('family'),
        state: countsOf('state'),
        storage: countsOf('storage'),
        precision: countsOf('precision'),
        tag: this.#tagCounts(this.#withoutTag(query)),
        favourite: flagged('favourite'),
        offline: flagged('offline'),
        total: sum(passing.map(({ model_count }) => model_count)),
        size_bytes: sum(passing.map(({ size_bytes }) => size_bytes)),
      };
    });
  }

  /** What `counts` of a query would read that isn't kept: done before it, one after the other, others may come in between. */
  partsOf(query: ListQuery): (() => void)[] {
    if (this.#index.known(`counts ${keyOf(query)}`) !== undefined) return [];
    const whereLarge = (match: Match, read: () => void) => () => {
      const rows = this.#matches.rowsOf(match);
      if (rows !== null && this.#isLarge(rows)) read();
    };
    const withoutFacets = this.#withoutFacets(query);
    return [
      () => this.#matches.rowsOf(withoutFacets),
      whereLarge(withoutFacets, () => this.#rows('byFacet')),
      whereLarge(withoutFacets, () => this.#places()),
      whereLarge(withoutFacets, () => this.#sizes()),
      whereLarge(this.#withoutTag(query), () => this.#rows('byTag')),
    ];
  }

  #withoutFacets(query: ListQuery): Match {
    return { ...this.#matches.matchOf(query), facets: undefined };
  }

  #withoutTag(query: ListQuery): Match {
    return { ...this.#matches.matchOf(query), tag: undefined };
  }

  #isLarge(rows: RowSet): boolean {
    return rows.size * lookedUpPart > this.#matches.modelsIn(undefined);
  }

  /** The facets of some rows, with how many of them have each. */
  #facetsOf(rows: RowSet, all: readonly Facet[]): Facet[] {
    const byId = new Map(all.map((facet) => [facet.facet, facet]));
    const sums = this.#isLarge(rows) ? this.#countedFacets(rows) : this.#lookedUpFacets(rows);
    return sums.flatMap((sum) => {
      const facet = byId.get(sum.facet);
      return facet === undefined || sum.model_count === 0 ? [] : [{ ...facet, ...sum }];
    });
  }

  #lookedUpFacets(rows: RowSet): FacetSums {
    const sql = `SELECT facet, count(*) AS model_count, sum(size_bytes) AS size_bytes FROM json_each(?) AS listed
      CROSS JOIN model_filters ON model_filters.row = listed.value GROUP BY facet`;
    return FacetSums.parse(this.#index.statement(sql).all(jsonOf(rows)));
  }

  /** Those of a large part of all models: every model is met once, those of one facet in line. */
  #countedFacets(rows: RowSet): FacetSums {
    const byFacet = this.#rows('byFacet');
    const sizes = this.#sizes();
    const places = this.#places();
    const sql = 'SELECT facet, model_count, size_bytes FROM facets WHERE model_count > 0 ORDER BY facet';
    let at = 0;
    return FacetSums.parse(this.#index.statement(sql).all()).map(({ facet, model_count }) => {
      const sums = { facet, model_count: 0, size_bytes: 0 };
      for (const end = at + model_count; at < end; at += 1) {
        const row = byFacet[at] ?? 0;
        if (!rows.has(row)) continue;
        sums.model_count += 1;
        sums.size_bytes += sizes[places[row] ?? 0] ?? 0;
      }
      return sums;
    });
  }

  #rows(name: 'byFacet' | 'byTag'): Uint32Array {
    return this.#rowSets.keep(`column ${name}`, () => new Uint32Array(this.#read(columns[name])));
  }

  #sizes(): Float64Array {
    return this.#rowSets.keep('column size', () => new Float64Array(this.#read(columns.size)));
  }

  #read(sql: string): number[] {
    return selectRows(this.#index.statement(sql), []);
  }

  #places(): Uint32Array {
    return this.#rowSets.keep('places', () => placesOf(this.#rows('byFacet')));
  }

  #tagCounts(match: Match): { value: string; count: number }[] {
    const rows = this.#matches.rowsOf(match);
    const ofFacets = match.facets === undefined ? '' : 'WHERE facet IN (SELECT value FROM json_each(?))';
    const totals = () =>
      TagCounts.parse(
        this.#index
          .statement(`SELECT tag AS value, sum(model_count) AS count FROM facet_tags ${ofFacets} GROUP BY tag`)
          .all(...(match.facets === undefined ? [] : [JSON.stringify(match.facets)])),
      );
    if (rows === null) return totals().sort(mostFirst);
    if (this.#isLarge(rows)) return this.#countedTags(rows).sort(mostFirst);
    const sql = `SELECT tag AS value, count(*) AS count FROM json_each(?) AS listed
      CROSS JOIN model_tags ON model_tags.row = listed.value GROUP BY tag`;
    return TagCounts.parse(this.#index.statement(sql).all(jsonOf(rows))).sort(mostFirst);
  }

  /** The tags of a large part of all models: every tag of every model is met once, those of one tag in line. */
  #countedTags(rows: RowSet): { value: string; count: number }[] {
    const sql = 'SELECT tag AS value, sum(model_count) AS count FROM facet_tags GROUP BY tag ORDER BY tag';
    const tagged = this.#rows('byTag');
    let at = 0;
    return TagCounts.parse(this.#index.statement(sql).all()).flatMap(({ value, count }) => {
      let found = 0;
      for (const end = at + count; at < end; at += 1) if (rows.has(tagged[at] ?? 0)) found += 1;
      return found === 0 ? [] : [{ value, count: found }];
    });
  }
}

const FacetSums = z.array(z.object({ facet: z.number(), model_count: z.number(), size_bytes: z.number() }));
type FacetSums = z.infer<typeof FacetSums>;
const TagCounts = z.array(z.object({ value: z.string(), count: z.number() }));

/** The place of each row among all rows, by its number. */
function placesOf(rows: Uint32Array): Uint32Array {
  const sorted = rows.toSorted();
  const places = new Uint32Array((sorted.at(-1) ?? 0) + 1);
  for (let place = 0; place < sorted.length; place += 1) places[sorted[place] ?? 0] = place;
  return places;
}

function keyOf({ sort: _, limit: __, cursor: ___, offset: ____, total: _____, ...filters }: ListQuery): string {
  return JSON.stringify(filters);
}

function mostFirst(left: { value: string; count: number }, right: { value: string; count: number }): number {
  return right.count - left.count || (left.value < right.value ? -1 : 1);
}
