import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { ListQuery, ModelCounts, ModelPage, ModelSummary } from '../../contract/model.ts';
import { CauseFinder } from './cause-finder.ts';
import { Facet, type FacetDimension, facetValue, hasFacetFilter, passes } from './facets.ts';
import { KeptAnswers } from './kept-answers.ts';
import { decodeCursor, encodeCursor } from './list-order.ts';
import { RowOrder, type RowPage, walksCheaply } from './row-order.ts';
import { RowSet, selectRows } from './row-set.ts';
import { type SearchTerms, searchForm, searchTerms } from './search-text.ts';
import { TextSearch } from './text-search.ts';

const keptAnswers = 200;
/** A set of half of a hundred thousand rows has 200 KB. */
const keptRowBytes = 6 * 2 ** 20;
/** A smaller part of the library than this is looked up model by model. */
const lookedUpPart = 10;

/** What a query asks for, apart from order and page. */
interface Match {
  readonly terms: SearchTerms;
  readonly tag: string | undefined;
  readonly minSizeBytes: number | undefined;
  readonly maxSizeBytes: number | undefined;
  /** The facets that pass, when a filter asks for any. */
  readonly facets: readonly number[] | undefined;
}

/**
 * Answers queries. What matches is found as a set of rows, whole, so that totals are exact; a page of it is then met in the order of an index, or
 * sorted where it is small. Sets and counts are kept until the index changes, by this connection or another.
 */
export class ModelFinder {
  readonly #index: KeptAnswers;
  readonly #rowSets: KeptAnswers;
  readonly #text: TextSearch;
  readonly #order: RowOrder;
  /** What is wrong, by cause. */
  readonly causes: CauseFinder;

  constructor(database: Database.Database) {
    this.#index = new KeptAnswers(database, { most: keptAnswers });
    this.causes = new CauseFinder(this.#index);
    this.#rowSets = new KeptAnswers(database, { most: keptRowBytes, weightOf: bytesOf });
    this.#text = new TextSearch(this.#rowSets);
    this.#order = new RowOrder(this.#index);
  }

  /** One page. Throws `invalid_input` for a cursor that isn't of this order. */
  page(query: ListQuery): ModelPage {
    const match = this.#matchOf(query);
    // Without a search all names fit it alike.
    const sort = query.sort === 'relevance' && !hasTerms(match) ? 'newest' : query.sort;
    const position = query.cursor === undefined ? null : decodeCursor(sort, query.cursor);
    const offset = query.offset ?? 0;
    // Only numbers of rows are met on the way to an offset.
    const wanted = offset + query.limit + 1;
    const page = { sort, position, wanted, phrase: phraseOf(query), modelCount: this.count() };
    const { total, rows } = this.#found(match, page);
    const found = total <= offset ? [] : rows().slice(offset);
    const shown = found.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      models: this.#summariesOf(shown),
      total,
      next_cursor:
        found.length > query.limit && last !== undefined
          ? encodeCursor(sort, this.#order.positionOf(last, sort, phraseOf(query)))
          : null,
    };
  }

  /** How many models each value of each filter would leave, the other filters as they are. */
  counts(query: ListQuery): ModelCounts {
    return this.#index.keep(`counts ${keyOf(query)}`, () => {
      const all = this.#facets();
      const rows = this.#rowsOf({ ...this.#matchOf(query), facets: undefined });
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
        tag: this.#tagCounts({ ...this.#matchOf(query), tag: undefined }),
        favourite: flagged('favourite'),
        offline: flagged('offline'),
        total: sum(passing.map(({ model_count }) => model_count)),
        size_bytes: sum(passing.map(({ size_bytes }) => size_bytes)),
      };
    });
  }

  count(): number {
    return this.#modelsIn(undefined);
  }

  /** In the order of the rows. */
  #summariesOf(rows: readonly number[]): ModelSummary[] {
    const listed = 'json_each(?) AS listed CROSS JOIN model_summaries ON model_summaries.row = listed.value';
    const contents = this.#index.statement(`SELECT summary FROM ${listed} ORDER BY listed.key`).pluck();
    return contents.all(JSON.stringify(rows)).map((summary) => writtenSummary(String(summary)));
  }

  #matchOf(query: ListQuery): Match {
    return {
      terms: searchTerms(query.query),
      tag: query.tag,
      minSizeBytes: query.min_size_bytes,
      maxSizeBytes: query.max_size_bytes,
      facets: hasFacetFilter(query)
        ? this.#facets()
            .filter((facet) => passes(facet, query))
            .map(({ facet }) => facet)
        : undefined,
    };
  }

  #modelsIn(facets: readonly number[] | undefined): number {
    const wanted = facets === undefined ? null : new Set(facets);
    return sum(
      this.#facets()
        .filter(({ facet }) => wanted?.has(facet) ?? true)
        .map(({ model_count }) => model_count),
    );
  }

  #modelsTagged(tag: string, facets: readonly number[] | undefined): number {
    const sql = 'SELECT facet, model_count FROM facet_tags WHERE tag = ?';
    const counted = FacetTags.parse(this.#index.statement(sql).all(tag));
    const wanted = facets === undefined ? null : new Set(facets);
    return sum(counted.filter(({ facet }) => wanted?.has(facet) ?? true).map(({ model_count }) => model_count));
  }

  /** The rows that match; null where facets alone tell which: their counts are known. */
  #rowsOf(match: Match): RowSet | null {
    return this.#rowSets.keep(JSON.stringify(match), () => {
      const rows = this.#text.rows(match.terms);
      if (match.tag === undefined) return this.#filtered(rows, match);
      const tagged = this.#rowsTagged(match.tag);
      return this.#filtered(rows?.and(tagged) ?? tagged, match);
    });
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
      const passing = this.#modelsIn(facets);
      if (passing < rows.size) return rows.and(this.#rowsOfFacets(facets));
      const others = this.#facets().flatMap(({ facet }) => (facets.includes(facet) ? [] : [facet]));
      if (this.count() - passing < rows.size) return rows.without(this.#rowsOfFacets(others));
    }
    const listed = 'json_each(?) AS listed CROSS JOIN model_filters ON model_filters.row = listed.value';
    return this.#rowsBy(`SELECT row FROM ${listed} WHERE ${where}`, [jsonOf(rows), ...values]);
  }

  /** How many match, and the rows of a page of them. */
  #found(match: Match, page: RowPage): { readonly total: number; readonly rows: () => number[] } {
    const { tag, facets } = match;
    if (tag !== undefined && isCounted(match)) {
      const total = this.#modelsTagged(tag, facets);
      if (walksCheaply(total, page)) return { total, rows: () => this.#order.ofTag(tag, facets, page) };
    }
    const rows = this.#rowsOf(match);
    if (rows !== null) return { total: rows.size, rows: () => this.#order.ofRows(rows, page) };
    const total = this.#modelsIn(facets);
    return { total, rows: () => this.#order.ofFacets(facets, total, page) };
  }

  #facets(): Facet[] {
    return this.#index.keep('facets', () =>
      Facet.array().parse(this.#index.statement('SELECT * FROM facets WHERE model_count > 0').all()),
    );
  }

  /** The facets of some rows, with how many of them have each. */
  #facetsOf(rows: RowSet, all: readonly Facet[]): Facet[] {
    const byId = new Map(all.map((facet) => [facet.facet, facet]));
    const sums = rows.size * lookedUpPart > this.count() ? this.#countedFacets(rows) : this.#lookedUpFacets(rows);
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
    const byFacet = this.#column('SELECT row FROM models ORDER BY facet, row');
    const sizes = this.#column('SELECT size_bytes FROM model_filters ORDER BY row');
    const places = this.#rowSets.keep('places', () => placesOf(byFacet));
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

  /** One column of numbers. */
  #column(sql: string): Float64Array {
    return this.#rowSets.keep(sql, () => new Float64Array(selectRows(this.#index.statement(sql), [])));
  }

  #tagCounts(match: Match): { value: string; count: number }[] {
    const rows = this.#rowsOf(match);
    const ofFacets = match.facets === undefined ? '' : 'WHERE facet IN (SELECT value FROM json_each(?))';
    const totals = () =>
      TagCounts.parse(
        this.#index
          .statement(`SELECT tag AS value, sum(model_count) AS count FROM facet_tags ${ofFacets} GROUP BY tag`)
          .all(...(match.facets === undefined ? [] : [JSON.stringify(match.facets)])),
      );
    if (rows === null) return totals().sort(mostFirst);
    if (rows.size * lookedUpPart > this.count()) return this.#countedTags(rows).sort(mostFirst);
    const sql = `SELECT tag AS value, count(*) AS count FROM json_each(?) AS listed
      CROSS JOIN model_tags ON model_tags.row = listed.value GROUP BY tag`;
    return TagCounts.parse(this.#index.statement(sql).all(jsonOf(rows))).sort(mostFirst);
  }

  /** The tags of a large part of all models: every tag of every model is met once, those of one tag in line. */
  #countedTags(rows: RowSet): { value: string; count: number }[] {
    const sql = 'SELECT tag AS value, sum(model_count) AS count FROM facet_tags GROUP BY tag ORDER BY tag';
    const tagged = this.#column('SELECT row FROM model_tags ORDER BY tag, row');
    let at = 0;
    return TagCounts.parse(this.#index.statement(sql).all()).flatMap(({ value, count }) => {
      let found = 0;
      for (const end = at + count; at < end; at += 1) if (rows.has(tagged[at] ?? 0)) found += 1;
      return found === 0 ? [] : [{ value, count: found }];
    });
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

const FacetSums = z.array(z.object({ facet: z.number(), model_count: z.number(), size_bytes: z.number() }));
type FacetSums = z.infer<typeof FacetSums>;
const FacetTags = z.array(z.object({ facet: z.number(), model_count: z.number() }));
const TagCounts = z.array(z.object({ value: z.string(), count: z.number() }));
const SummaryRow = z.object({ summary: z.string() });

export function summaryOf(row: unknown): ModelSummary {
  return writtenSummary(SummaryRow.parse(row).summary);
}

/** Written by us from a summary that was checked, in an index of this version; not checked again, as every page has a hundred. */
function writtenSummary(summary: string): ModelSummary {
  return JSON.parse(summary) as ModelSummary;
}

/** Whether the tables of facets and tags alone tell how many match. */
function isCounted({ terms, minSizeBytes, maxSizeBytes }: Match): boolean {
  return terms.long.length + terms.short.length === 0 && minSizeBytes === undefined && maxSizeBytes === undefined;
}

/** The place of each row among all rows, by its number. */
function placesOf(rows: Float64Array): Uint32Array {
  const sorted = rows.toSorted();
  const places = new Uint32Array((sorted.at(-1) ?? 0) + 1);
  for (let place = 0; place < sorted.length; place += 1) places[sorted[place] ?? 0] = place;
  return places;
}

/** Of what is kept beside its key: a set with what finds its rows fast, or a column of the index. */
function bytesOf(answer: unknown): number {
  if (answer instanceof RowSet) return answer.byteLength;
  return ArrayBuffer.isView(answer) ? answer.byteLength : 0;
}

function hasTerms({ terms }: Match): boolean {
  return terms.long.length + terms.short.length > 0;
}

function phraseOf({ query }: ListQuery): string {
  return searchForm(query ?? '').trim();
}

function jsonOf(rows: RowSet): string {
  return `[${rows.list.join(',')}]`;
}

function keyOf({ sort: _, limit: __, cursor: ___, offset: ____, ...filters }: ListQuery): string {
  return JSON.stringify(filters);
}

function mostFirst(left: { value: string; count: number }, right: { value: string; count: number }): number {
  return right.count - left.count || (left.value < right.value ? -1 : 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
