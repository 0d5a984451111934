import { z } from 'zod';
import type { HeldNames } from './held-names.ts';
import type { KeptAnswers } from './kept-answers.ts';
import {
  ascending,
  type ListOrder,
  listOrders,
  relevanceTier,
  relevanceTiers,
  type Sort,
  type SortKey,
} from './list-order.ts';
import { RowSet, selectRows } from './row-set.ts';
import type { OpenSearch } from './text-search.ts';

/** What of a set of rows is wanted: `wanted` rows after `position`. */
export interface RowPage {
  readonly sort: Sort;
  readonly position: readonly SortKey[] | null;
  readonly wanted: number;
  /** The search as one text. */
  readonly phrase: string;
  /** Of the whole library. */
  readonly modelCount: number;
}

/** What is picked of the rows that are met, in their order: some `size` of all; null for no more. */
interface Walk {
  readonly picked: (met: readonly number[]) => readonly number[] | null;
  readonly size: number;
}

/** A piece of SQL with its values. */
interface Condition {
  readonly sql: string;
  readonly values: readonly SortKey[];
}

/** Sorting a row costs as much as meeting so many in the order of an index: one is looked up, the others are read in line. */
const sortedCost = 20;
/** Rows met at once while an order is walked; doubled from piece to piece. */
const walkedRows = { least: 256, most: 50_000 } as const;
/** Names that hold a phrase are remembered where they are so few. */
const fewNames = 500;
/** A phrase that is typed grows by no more letters from search to search. */
const typedLetters = 8;

/** Names that hold the phrase and don't begin with it. */
const holdingTier = 2;
/** Names that don't: only the rest of the text fits. */
const textTier = 3;

const models: Condition = { sql: 'models', values: [] };
const tierOf = (phrase: string) => relevanceTier.replaceAll('@phrase', phrase);
const phraseCount = tierOf('?').split('?').length - 1;

/** Puts rows in the orders of the list, a page at a time. */
export class RowOrder {
  readonly #index: KeptAnswers;
  readonly #names: HeldNames;

  constructor(index: KeptAnswers, names: HeldNames) {
    this.#index = index;
    this.#names = names;
  }

  /** Of the models with these facets (undefined: of all); `total` of them. */
  ofFacets(facets: readonly number[] | undefined, total: number, page: RowPage): number[] {
    const order = orderOf(page.sort);
    const isWalked = walksCheaply(total, page);
    const condition = facets === undefined ? [] : [ofAnyFacet(facets, isWalked ? '+' : '')];
    return this.#select(models, [...condition, ...after(order, page.position)], {
      orderBy: `${isWalked ? '' : '+'}${order.orderBy}`,
      limit: page.wanted,
    });
  }

  /** Of the models with a tag and these facets (undefined: any), met in the order: for a tag that many have. */
  ofTag(tag: string, facets: readonly number[] | undefined, page: RowPage): number[] {
    const order = orderOf(page.sort);
    const tagged = {
      sql: 'EXISTS (SELECT 1 FROM model_tags WHERE model_tags.row = models.row AND tag = ?)',
      values: [tag],
    };
    const conditions = facets === undefined ? [tagged] : [ofAnyFacet(facets, '+'), tagged];
    return this.#select(models, [...conditions, ...after(order, page.position)], {
      orderBy: order.orderBy,
      limit: page.wanted,
    });
  }

  /** Of the rows of a set. */
  ofRows(rows: RowSet, page: RowPage): number[] {
    if (rows.size * rows.size * sortedCost <= page.wanted * page.modelCount || rows.size <= page.wanted)
      return this.#sorted(rows, page);
    const picked = (met: readonly number[]) => met.filter((row) => rows.has(row));
    const walk = { picked, size: rows.size };
    if (page.sort !== 'relevance') return this.#walked(walk, orderOf(page.sort), [], page.position, page);
    const [firstTier = 0, ...namePosition] = page.position ?? [];
    const found: number[] = [];
    // A tier after the other, each in the order of names: few of many results are ever looked at.
    for (let tier = Number(firstTier); tier < relevanceTiers && found.length < page.wanted; tier += 1) {
      const position = tier === firstTier && page.position !== null ? namePosition : null;
      const rest = { ...page, wanted: page.wanted - found.length, position };
      const condition = tierCondition(tier, page.phrase);
      const few = tier === holdingTier ? this.#fewHolding(rows, page) : null;
      found.push(
        ...(few === null
          ? this.#walked(walk, listOrders.name, [condition], position, rest)
          : this.#listed(few, listOrders.name, [condition], rest)),
      );
    }
    return found;
  }

  /** Of the models with these facets (undefined: any) those whose names begin with the phrase: who searches finds them first, whatever else. */
  ofBeginnings(facets: readonly number[] | undefined, page: RowPage): number[] {
    const found: number[] = [];
    for (let tier = 0; tier < holdingTier && found.length < page.wanted; tier += 1)
      found.push(...this.#ofNames(tier, facets, page.wanted - found.length, page));
    return found;
  }

  /** The first rows of a search by relevance whose rows aren't known; fewer than are wanted where it takes long to find them. */
  ofOpen(search: OpenSearch, facets: readonly number[] | undefined, page: RowPage): number[] {
    const found = this.ofBeginnings(facets, page);
    const rest = () => ({ position: null, wanted: page.wanted - found.length, modelCount: page.modelCount });
    const conditions = facets === undefined ? [] : [ofAnyFacet(facets, '+')];
    if (found.length < page.wanted) {
      // A name that holds the phrase holds every term.
      const few = this.#fewHolding(search.among, page);
      const holding = [tierCondition(holdingTier, page.phrase), ...conditions];
      found.push(
        ...(few === null
          ? this.#ofNames(holdingTier, facets, rest().wanted, page)
          : this.#listed(few, listOrders.name, holding, rest())),
      );
    }
    if (found.length < page.wanted) {
      const walk = { picked: search.found, size: page.modelCount };
      const others = [tierCondition(textTier, page.phrase), ...conditions];
      found.push(...this.#walked(walk, listOrders.name, others, null, rest()));
    }
    return found;
  }

  /** Where a row stands in an order. */
  positionOf(row: number, sort: Sort, phrase: string): SortKey[] {
    const keys = sort === 'relevance' ? [tierOf('?'), ...listOrders.name.keys] : orderOf(sort).keys;
    const phrases = sort === 'relevance' ? Array.from({ length: phraseCount }, () => phrase) : [];
    return this.#keysOf(row, keys, phrases);
  }

  #sorted(rows: RowSet, { sort, position, wanted, phrase }: RowPage): number[] {
    if (sort !== 'relevance') return this.#listed(rows, orderOf(sort), [], { position, wanted });
    const order = ascending([tierOf('given.phrase'), ...listOrders.name.keys]);
    const { sql, values } = listedIn(rows);
    const from = { sql: `(SELECT ? AS phrase) AS given CROSS JOIN ${sql}`, values: [phrase, ...values] };
    return this.#select(from, after(order, position), { orderBy: `+${order.orderBy}`, limit: wanted });
  }

  /** The first of a tier, all of which are found, in the order of their names. */
  #ofNames(tier: number, facets: readonly number[] | undefined, limit: number, { phrase }: RowPage): number[] {
    const conditions = [tierCondition(tier, phrase), ...(facets === undefined ? [] : [ofAnyFacet(facets, '+')])];
    return this.#select(models, conditions, { orderBy: listOrders.name.orderBy, limit });
  }

  /** Looks up each row of a set, and sorts. */
  #listed(
    rows: RowSet,
    order: ListOrder,
    conditions: readonly Condition[],
    { position, wanted }: Pick<RowPage, 'position' | 'wanted'>,
  ): number[] {
    const all = [...conditions, ...after(order, position)];
    return this.#select(listedIn(rows), all, { orderBy: `+${order.orderBy}`, limit: wanted });
  }

  /**
   * Few rows of a set (null: of all), among which all are whose names hold the phrase; null where there are many. Most phrases of two words stand
   * in no name at all: a walk would meet every model to say so.
   */
  #fewHolding(rows: RowSet | null, { phrase, modelCount }: RowPage): RowSet | null {
    const known = this.#knownHolding(phrase);
    // Names in memory are gone through sooner than their rows are looked up.
    const lookedUp = this.#names.areHeld ? fewNames : modelCount / sortedCost;
    if (known === null && rows !== null && rows.size <= lookedUp) return rows;
    const holding = known ?? this.#holding(phrase);
    if (holding.size > fewNames) return null;
    return rows === null ? holding : rows.and(holding);
  }

  /** The rows of all names that hold a text; some of them where there are more than few. */
  #holding(text: string): RowSet {
    return this.#index.keep(keyOf(text), () => {
      const sql = 'SELECT row FROM models WHERE instr(name_key, ?) > 0 ORDER BY name_key, model_id LIMIT ?';
      const rows = this.#names.areHeld
        ? this.#names.holding(text, fewNames + 1)
        : selectRows(this.#index.statement(sql), [text, fewNames + 1]);
      return new RowSet(rows.sort((left, right) => left - right));
    });
  }

  /** Those of the phrase, or of a beginning of it: whatever holds the whole holds that. Null where none is known. */
  #knownHolding(phrase: string): RowSet | null {
    for (let cut = 0; cut <= typedLetters && cut < phrase.length; cut += 1) {
      const known = this.#index.known<RowSet>(keyOf(phrase.slice(0, phrase.length - cut)));
      if (known !== undefined && (cut === 0 || known.size <= fewNames)) return known;
    }
    return null;
  }

  /** Meets rows in the order of an index, from a position on, until enough of them are picked. */
  #walked(
    { picked, size }: Walk,
    order: ListOrder,
    conditions: readonly Condition[],
    position: readonly SortKey[] | null,
    { wanted, modelCount }: Pick<RowPage, 'wanted' | 'modelCount'>,
  ): number[] {
    const found: number[] = [];
    const expected = Math.ceil((wanted * modelCount * 1.25) / size);
    let limit = Math.min(Math.max(expected, walkedRows.least), walkedRows.most);
    for (let from = position; ; ) {
      const met = this.#select(models, [...conditions, ...after(order, from)], { orderBy: order.orderBy, limit });
      const more = picked(met);
      found.push(...(more ?? []).slice(0, wanted - found.length));
      const last = met.at(-1);
      if (more === null || found.length === wanted || last === undefined || met.length < limit) return found;
      from = this.#keysOf(last, order.keys, []);
      limit = Math.min(limit * 2, walkedRows.most);
    }
  }

  #select(
    from: Condition,
    conditions: readonly Condition[],
    { orderBy, limit }: { readonly orderBy: string; readonly limit: number },
  ): number[] {
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
    const values = [from, ...conditions].flatMap((piece) => piece.values);
    const statement = this.#index.statement(`SELECT models.row FROM ${from.sql} ${where} ORDER BY ${orderBy} LIMIT ?`);
    return selectRows(statement, [...values, limit]);
  }

  #keysOf(row: number, keys: readonly string[], values: readonly SortKey[]): SortKey[] {
    return Keys.parse(
      this.#index
        .statement(`SELECT ${keys.join(', ')} FROM models WHERE row = ?`)
        .raw()
        .get(...values, row),
    );
  }
}

/** Rows that a walk in the order would meet until the page is full, against rows that are found and sorted; `total` match. */
export function walksCheaply(total: number, { wanted, modelCount }: Pick<RowPage, 'wanted' | 'modelCount'>): boolean {
  return (wanted * modelCount) / total < total * sortedCost;
}

/** Those of the best tiers are ranges of the index of names. */
function tierCondition(tier: number, phrase: string): Condition {
  if (tier === 0) return { sql: 'name_key = ?', values: [phrase] };
  if (tier < holdingTier) return { sql: 'name_key > ? AND name_key <= ?', values: [phrase, `${phrase}\u{10ffff}`] };
  return { sql: `instr(name_key, ?) ${tier === holdingTier ? '> 1' : '= 0'}`, values: [phrase] };
}

function listedIn(rows: RowSet): Condition {
  const sql = 'json_each(?) AS listed CROSS JOIN models ON models.row = listed.value';
  return { sql, values: [`[${rows.list.join(',')}]`] };
}

/** `+` keeps the index of facets out of it. */
function ofAnyFacet(facets: readonly number[], sign: '' | '+'): Condition {
  return { sql: `${sign}facet IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(facets)] };
}

const keyOf = (phrase: string) => `names with ${phrase}`;

const Keys = z.array(z.union([z.string(), z.number()]));

function orderOf(sort: Sort): ListOrder {
  return listOrders[sort === 'relevance' ? 'newest' : sort];
}

function after(order: ListOrder, position: readonly SortKey[] | null): Condition[] {
  return position === null ? [] : [order.after(position)];
}
