import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { ListQuery, ModelPage, ModelSummary } from '../../contract/library/model.ts';
import { CauseFinder } from './cause-finder.ts';
import { HeldNames } from './held-names.ts';
import { KeptAnswers } from './kept-answers.ts';
import { decodeCursor, encodeCursor } from './list-order.ts';
import { hasTerms, type Match, Matches } from './matches.ts';
import { ModelCounter } from './model-counter.ts';
import { RowOrder, type RowPage, walksCheaply } from './row-order.ts';
import { RowSet } from './row-set.ts';
import { searchForm } from './search-text.ts';

const keptAnswers = 200;
/** A set of half of a hundred thousand rows has 200 KB. */
const keptRowBytes = 6 * 2 ** 20;
/** Whatever is searched for among so many models, all that match are found in two milliseconds. */
const countedAtOnce = 10_000;

/**
 * Answers queries. A page of what matches is met in the order of an index, or sorted where it is small. Sets and counts are kept until the index
 * changes, by this connection or another.
 */
export class ModelFinder {
  readonly #index: KeptAnswers;
  readonly #matches: Matches;
  readonly #order: RowOrder;
  /** What searches by relevance look into. */
  readonly names: HeldNames;
  /** What is wrong, by cause. */
  readonly causes: CauseFinder;
  /** How many there are of what. */
  readonly counter: ModelCounter;

  constructor(database: Database.Database) {
    this.#index = new KeptAnswers(database, { most: keptAnswers });
    this.causes = new CauseFinder(this.#index);
    const rowSets = new KeptAnswers(database, { most: keptRowBytes, weightOf: bytesOf });
    this.#matches = new Matches(this.#index, rowSets);
    this.counter = new ModelCounter(this.#index, rowSets, this.#matches);
    this.names = new HeldNames(this.#index);
    this.#order = new RowOrder(this.#index, this.names);
  }

  /** One page. Throws `invalid_input` for a cursor that isn't of this order. */
  page(query: ListQuery): ModelPage {
    const match = this.#matches.matchOf(query);
    // Without a search all names fit it alike.
    const sort = query.sort === 'relevance' && !hasTerms(match) ? 'newest' : query.sort;
    const position = query.cursor === undefined ? null : decodeCursor(sort, query.cursor);
    const offset = query.offset ?? 0;
    // Only numbers of rows are met on the way to an offset.
    const wanted = offset + query.limit + 1;
    const page = { sort, position, wanted, phrase: phraseOf(query), modelCount: this.count() };
    const ahead = query.total === 'exact' ? null : this.#ahead(match, page);
    const { total, rows } = ahead === null ? this.#found(match, page) : { total: ahead.length, rows: () => ahead };
    const found = total <= offset ? [] : rows().slice(offset);
    const shown = found.slice(0, query.limit);
    const last = shown.at(-1);
    return {
      models: this.#summariesOf(shown),
      total,
      ...(ahead !== null && { may_be_more: true }),
      next_cursor:
        found.length > query.limit && last !== undefined
          ? encodeCursor(sort, this.#order.positionOf(last, sort, phraseOf(query)))
          : null,
    };
  }

  /** What `page` would read of the text for a query, in parts that others may come between. */
  partsOf(query: ListQuery): (() => void)[] {
    return this.#matches.textParts(this.#matches.matchOf(query));
  }

  count(): number {
    return this.#matches.modelsIn(undefined);
  }

  /** In the order of the rows. */
  #summariesOf(rows: readonly number[]): ModelSummary[] {
    const listed = 'json_each(?) AS listed CROSS JOIN model_summaries ON model_summaries.row = listed.value';
    const contents = this.#index.statement(`SELECT summary FROM ${listed} ORDER BY listed.key`).pluck();
    return contents.all(JSON.stringify(rows)).map((summary) => writtenSummary(String(summary)));
  }

  /**
   * The rows of a page of a search whose matches take long to count, were they common words or a single letter; null where they don't, or
   * the page takes as long.
   */
  #ahead(match: Match, page: RowPage): readonly number[] | null {
    const isPlain = match.tag === undefined && match.minSizeBytes === undefined && match.maxSizeBytes === undefined;
    if (page.sort !== 'relevance' || page.position !== null || !isPlain) return null;
    if (page.modelCount <= countedAtOnce || this.#matches.areKnown(match)) return null;
    const beginnings = this.#order.ofBeginnings(match.facets, page);
    if (beginnings.length === page.wanted) return beginnings;
    const search = this.#matches.openSearch(match);
    const rows = search === null ? [] : this.#order.ofOpen(search, match.facets, page);
    return rows.length === page.wanted ? rows : null;
  }

  /** How many match, and the rows of a page of them. */
  #found(match: Match, page: RowPage): { readonly total: number; readonly rows: () => number[] } {
    const { tag, facets } = match;
    if (tag !== undefined && isCounted(match)) {
      const total = this.#matches.modelsTagged(tag, facets);
      if (walksCheaply(total, page)) return { total, rows: () => this.#order.ofTag(tag, facets, page) };
    }
    const rows = this.#matches.rowsOf(match);
    if (rows !== null) return { total: rows.size, rows: () => this.#order.ofRows(rows, page) };
    const total = this.#matches.modelsIn(facets);
    return { total, rows: () => this.#order.ofFacets(facets, total, page) };
  }
}

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

/** Of what is kept beside its key: a set with what finds its rows fast, or a column of the index. */
function bytesOf(answer: unknown): number {
  if (answer instanceof RowSet) return answer.byteLength;
  return ArrayBuffer.isView(answer) ? answer.byteLength : 0;
}

function phraseOf({ query }: ListQuery): string {
  return searchForm(query ?? '').trim();
}
