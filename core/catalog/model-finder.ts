import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type ListQuery, type ModelCounts, type ModelPage, ModelSummary } from '../contract/model.ts';
import { Facet, type FacetDimension, facetValue, hasFacetFilter, passes } from './facets.ts';
import { KeptAnswers } from './kept-answers.ts';
import {
  ascending,
  decodeCursor,
  encodeCursor,
  type ListOrder,
  listOrders,
  relevanceTier,
  relevanceTiers,
  type SortKey,
} from './list-order.ts';
import {
  counted,
  type Driver,
  drivenBy,
  isFacetsOnly,
  isTagOnly,
  isTextOnly,
  listed,
  type Match,
  matchOf,
  type Piece,
  valuesOf,
  walked,
  whereOf,
} from './match.ts';
import { searchForm } from './search-text.ts';

/** Rows that are found once and taken along from their count to their page. */
const maxRows = 4000;

interface Found {
  readonly row: number;
  readonly keys: readonly SortKey[];
}

interface Plan {
  readonly match: Match;
  readonly total: number;
  readonly driver: Driver;
  /** All that match, when they are few. */
  readonly rows: readonly number[] | null;
  /** Whether rows are met in the order of an index until the page is full, instead of found first and sorted then. */
  readonly isWalked: boolean;
}

/** Answers queries. Totals and counts are kept until the index changes, by this connection or another. */
export class ModelFinder {
  readonly #index: KeptAnswers;

  constructor(database: Database.Database) {
    this.#index = new KeptAnswers(database);
  }

  /** One page. Throws `invalid_input` for a cursor that isn't of this order. */
  page(query: ListQuery): ModelPage {
    // Without a search all names fit it alike.
    const sort = query.sort === 'relevance' && !query.query?.trim() ? 'newest' : query.sort;
    const position = query.cursor === undefined ? null : decodeCursor(sort, query.cursor);
    const offset = query.offset ?? 0;
    const plan = this.#plan(query);
    const wanted = query.limit + 1;
    const found =
      plan.total <= offset
        ? []
        : sort === 'relevance'
          ? this.#byRelevance(plan, searchForm(query.query ?? '').trim(), position, wanted, offset)
          : this.#inOrder(plan, listOrders[sort], position, wanted, offset);
    const shown = found.slice(0, query.limit);
    const last = shown.at(-1);
    const contents = this.#index.statement('SELECT summary FROM model_summaries WHERE row = ?');
    return {
      models: shown.map(({ row }) => summaryOf(contents.get(row))),
      total: plan.total,
      next_cursor: found.length > query.limit && last !== undefined ? encodeCursor(sort, last.keys) : null,
    };
  }

  /** How many models each value of each filter would leave, the other filters as they are. */
  counts(query: ListQuery): ModelCounts {
    return this.#index.keep(`counts ${keyOf(query)}`, () => {
      const all = this.#facets();
      const free = matchOf(query, undefined);
      const facets = isFacetsOnly(free) ? all : this.#facetsOf(free, all);
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
        tag: this.#tagCounts(query, all),
        favourite: flagged('favourite'),
        offline: flagged('offline'),
        total: sum(passing.map(({ model_count }) => model_count)),
        size_bytes: sum(passing.map(({ size_bytes }) => size_bytes)),
      };
    });
  }

  count(): number {
    return sum(this.#facets().map(({ model_count }) => model_count));
  }

  #plan(query: ListQuery): Plan {
    const all = this.#facets();
    const passing = hasFacetFilter(query) ? all.filter((facet) => passes(facet, query)) : undefined;
    const match = matchOf(
      query,
      passing?.map(({ facet }) => facet),
    );
    const count = this.count();
    const sizes: { driver: Driver; size: number }[] = [
      { driver: 'filters', size: sum((passing ?? all).map(({ model_count }) => model_count)) },
    ];
    const hits = match.terms.match === null ? null : this.#hits(match.terms.match);
    if (match.terms.match !== null)
      sizes.push({ driver: 'text', size: hits?.length ?? this.#textCount(match.terms.match) });
    if (match.tag !== undefined) sizes.push({ driver: 'tag', size: this.#tagCount(match.tag) });
    // Of equals the later: filters without a facet among them are found by reading every row.
    const { driver, size } = sizes.reduce((best, next) => (next.size <= best.size ? next : best));
    const rows = size > maxRows ? null : this.#matching(match, driver, hits);
    const total = rows?.length ?? this.#total(match, driver, size);
    // Rows that a walk would meet until a page is full, against rows that must be found and sorted.
    return { match, total, driver, rows, isWalked: ((query.limit + 1) * count) / Math.max(1, total) < size };
  }

  /** All that match, from a set that is small. */
  #matching(match: Match, driver: Driver, hits: readonly number[] | null): readonly number[] {
    if (driver === 'text' && hits !== null && isTextOnly(match)) return hits;
    return this.#index.keep(`rows ${JSON.stringify(match)}`, () => {
      const { from, pieces } = drivenBy(driver, match);
      return Rows.parse(
        this.#index
          .statement(`SELECT models.row FROM ${from} ${whereOf(pieces)}`)
          .pluck()
          .all(...valuesOf(pieces)),
      );
    });
  }

  #total(match: Match, driver: Driver, size: number): number {
    if (isFacetsOnly(match) || (driver === 'text' && isTextOnly(match))) return size;
    return this.#index.keep(`total ${JSON.stringify(match)}`, () => {
      if (isTagOnly(match)) {
        const pieces = [{ sql: 'tag = ?', values: [match.tag ?? ''] }, ...inFacets(match.facets)];
        const sql = `SELECT coalesce(sum(model_count), 0) AS result FROM facet_tags ${whereOf(pieces)}`;
        return this.#index.number(sql, valuesOf(pieces));
      }
      const { from, pieces } = counted(driver, match);
      return this.#index.number(`SELECT count(*) AS result FROM ${from} ${whereOf(pieces)}`, valuesOf(pieces));
    });
  }

  #inOrder(plan: Plan, order: ListOrder, position: readonly SortKey[] | null, wanted: number, offset: number): Found[] {
    const { from, pieces } = rowsOf(plan);
    return this.#rows(from, withPosition(pieces, order, position), order, plan.isWalked, wanted, offset);
  }

  #byRelevance(
    plan: Plan,
    phrase: string,
    position: readonly SortKey[] | null,
    wanted: number,
    offset: number,
  ): Found[] {
    const { name } = listOrders;
    if (!plan.isWalked) {
      const order = ascending([relevanceTier.replaceAll('@phrase', 'given.phrase'), ...name.keys]);
      const { from, pieces } = rowsOf(plan);
      const given: Piece = { sql: 'true', values: [phrase] };
      const all = withPosition([given, ...pieces], order, position);
      return this.#rows(`(SELECT ? AS phrase) AS given CROSS JOIN ${from}`, all, order, false, wanted, offset);
    }
    const tierSql = relevanceTier.replaceAll('@phrase', '?');
    const phrases = Array.from({ length: tierSql.split('?').length - 1 }, () => phrase);
    const [firstTier = 0, ...namePosition] = position ?? [];
    const found: Found[] = [];
    // A tier after the other, each in the order of names: few of many results are ever looked at.
    for (let tier = Number(firstTier); tier < relevanceTiers && found.length < offset + wanted; tier += 1) {
      const { from, pieces } = walked(plan.match);
      const inTier: Piece[] = [...pieces, { sql: `${tierSql} = ?`, values: [...phrases, tier] }];
      // A range of the index of names, where there is one.
      if (tier < 2) inTier.push({ sql: 'name_key >= ? AND name_key <= ?', values: [phrase, `${phrase}\u{10ffff}`] });
      const after = tier === firstTier && position !== null ? namePosition : null;
      const rows = this.#rows(from, withPosition(inTier, name, after), name, true, offset + wanted - found.length);
      found.push(...rows.map(({ row, keys }) => ({ row, keys: [tier, ...keys] })));
    }
    return found.slice(offset);
  }

  #rows(
    from: string,
    pieces: readonly Piece[],
    { keys, orderBy }: ListOrder,
    isWalked: boolean,
    limit: number,
    offset = 0,
  ): Found[] {
    const sql = `SELECT models.row, ${keys.join(', ')} FROM ${from} ${whereOf(pieces)}
      ORDER BY ${isWalked ? '' : '+'}${orderBy} LIMIT ? OFFSET ?`;
    return this.#index
      .statement(sql)
      .raw()
      .all(...valuesOf(pieces), limit, offset)
      .map((values) => {
        const [row, ...found] = FoundRow.parse(values);
        return { row, keys: found };
      });
  }

  #facets(): Facet[] {
    return this.#index.keep('facets', () =>
      Facet.array().parse(this.#index.statement('SELECT * FROM facets WHERE model_count > 0').all()),
    );
  }

  /** The facets of the models that a search, tag or size leaves. */
  #facetsOf(match: Match, all: readonly Facet[]): Facet[] {
    const byId = new Map(all.map((facet) => [facet.facet, facet]));
    const { from, table, pieces } = counted(driverWithoutFacets(match), match);
    const sql = `SELECT ${table}.facet, count(*) AS model_count, sum(${table}.size_bytes) AS size_bytes FROM ${from} ${whereOf(pieces)}
      GROUP BY ${table}.facet`;
    return FacetSums.parse(this.#index.statement(sql).all(...valuesOf(pieces))).flatMap((sums) => {
      const facet = byId.get(sums.facet);
      return facet === undefined ? [] : [{ ...facet, ...sums }];
    });
  }

  #tagCounts(query: ListQuery, all: readonly Facet[]): { value: string; count: number }[] {
    const facets = hasFacetFilter(query)
      ? all.filter((facet) => passes(facet, query)).map(({ facet }) => facet)
      : undefined;
    const match = { ...matchOf(query, facets), tag: undefined };
    if (isFacetsOnly(match)) {
      const pieces = inFacets(facets);
      const sql = `SELECT tag AS value, sum(model_count) AS count FROM facet_tags ${whereOf(pieces)} GROUP BY tag`;
      return TagCounts.parse(this.#index.statement(sql).all(...valuesOf(pieces))).sort(mostFirst);
    }
    const { from, table, pieces } = counted(driverWithoutFacets(match), match);
    const sql = `SELECT model_tags.tag AS value, count(*) AS count FROM ${from} CROSS JOIN model_tags ON model_tags.row = ${table}.row
      ${whereOf(pieces)} GROUP BY model_tags.tag`;
    return TagCounts.parse(this.#index.statement(sql).all(...valuesOf(pieces))).sort(mostFirst);
  }

  /** The rows that the full text finds; null when they are too many to be handed around. */
  #hits(match: string): readonly number[] | null {
    return this.#index.keep(`hits ${match}`, () => {
      const found = this.#index
        .statement('SELECT rowid FROM model_text WHERE model_text MATCH ? LIMIT ?')
        .pluck()
        .all(match, maxRows + 1);
      return found.length > maxRows ? null : Rows.parse(found);
    });
  }

  #textCount(match: string): number {
    return this.#index.keep(`text ${match}`, () =>
      this.#index.number('SELECT count(*) AS result FROM model_text WHERE model_text MATCH ?', [match]),
    );
  }

  #tagCount(tag: string): number {
    return this.#index.keep(`tag ${tag}`, () =>
      this.#index.number('SELECT coalesce(sum(model_count), 0) AS result FROM facet_tags WHERE tag = ?', [tag]),
    );
  }
}

const Rows = z.array(z.number());
const FoundRow = z.tuple([z.number()], z.union([z.string(), z.number()]));
const FacetSums = z.array(z.object({ facet: z.number(), model_count: z.number(), size_bytes: z.number() }));
const TagCounts = z.array(z.object({ value: z.string(), count: z.number() }));
const SummaryRow = z.object({ summary: z.string() });

export function summaryOf(row: unknown): ModelSummary {
  return ModelSummary.parse(JSON.parse(SummaryRow.parse(row).summary));
}

function inFacets(facets: readonly number[] | undefined): Piece[] {
  if (facets === undefined) return [];
  return [{ sql: 'facet IN (SELECT value FROM json_each(?))', values: [JSON.stringify(facets)] }];
}

function rowsOf({ match, driver, rows, isWalked }: Plan): { readonly from: string; readonly pieces: readonly Piece[] } {
  if (isWalked) return walked(match);
  return rows === null ? drivenBy(driver, match) : listed(rows);
}

function driverWithoutFacets({ terms, tag }: Match): Driver {
  if (terms.match !== null) return 'text';
  return tag === undefined ? 'filters' : 'tag';
}

function withPosition(pieces: readonly Piece[], order: ListOrder, position: readonly SortKey[] | null): Piece[] {
  return position === null ? [...pieces] : [...pieces, order.after(position)];
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
