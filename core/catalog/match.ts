import type { ListQuery } from '../contract/model.ts';
import { type SearchTerms, searchTerms } from './search-text.ts';

/** What a query asks for, apart from order and page. */
export interface Match {
  readonly terms: SearchTerms;
  readonly tag: string | undefined;
  readonly minSizeBytes: number | undefined;
  readonly maxSizeBytes: number | undefined;
  /** The facets that pass, when a filter asks for any. */
  readonly facets: readonly number[] | undefined;
}

/** A piece of SQL over `models` (or `model_filters`, for what both have) with its values. */
export interface Piece {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export function matchOf(query: ListQuery, facets: readonly number[] | undefined): Match {
  return {
    terms: searchTerms(query.query),
    tag: query.tag,
    minSizeBytes: query.min_size_bytes,
    maxSizeBytes: query.max_size_bytes,
    facets,
  };
}

/** Whether facets alone answer it. */
export function isFacetsOnly({ terms, tag, minSizeBytes, maxSizeBytes }: Match): boolean {
  return (
    terms.long.length + terms.short.length === 0 &&
    tag === undefined &&
    minSizeBytes === undefined &&
    maxSizeBytes === undefined
  );
}

/** Whether the counts of tags by facet answer it. */
export function isTagOnly({ terms, tag, minSizeBytes, maxSizeBytes }: Match): boolean {
  return (
    tag !== undefined &&
    terms.long.length + terms.short.length === 0 &&
    minSizeBytes === undefined &&
    maxSizeBytes === undefined
  );
}

/** Whether the full text alone answers it. */
export function isTextOnly({ terms, facets, tag, minSizeBytes, maxSizeBytes }: Match): boolean {
  return (
    terms.short.length === 0 &&
    facets === undefined &&
    tag === undefined &&
    minSizeBytes === undefined &&
    maxSizeBytes === undefined
  );
}

/** What of a query stands in a dozen bytes a model. The plus keeps SQLite from leaving the order that it walks in. */
function filterPieces({ facets, minSizeBytes, maxSizeBytes }: Match, table: string, plus: '+' | ''): Piece[] {
  const pieces: Piece[] = [];
  if (facets !== undefined)
    pieces.push({
      sql: `${plus}${table}.facet IN (SELECT value FROM json_each(?))`,
      values: [JSON.stringify(facets)],
    });
  if (minSizeBytes !== undefined) pieces.push({ sql: `${plus}${table}.size_bytes >= ?`, values: [minSizeBytes] });
  if (maxSizeBytes !== undefined) pieces.push({ sql: `${plus}${table}.size_bytes <= ?`, values: [maxSizeBytes] });
  return pieces;
}

function shortTermPieces({ terms }: Match): Piece[] {
  return terms.short.map((term) => ({ sql: 'instr(models.search_text, ?) > 0', values: [term] }));
}

/** Where rows come from, before any order. */
export type Driver = 'text' | 'tag' | 'filters';

/** The rows that match, found from their smallest known set. */
export function drivenBy(driver: Driver, match: Match): { readonly from: string; readonly pieces: readonly Piece[] } {
  const rest = [...filterPieces(match, 'models', ''), ...shortTermPieces(match)];
  if (driver !== 'text') rest.push(...longTermPieces(match));
  if (driver !== 'tag' && match.tag !== undefined) rest.push(hasTag(match.tag, 'models.row'));
  if (driver === 'filters') return { from: 'models', pieces: rest };
  const { from, row, pieces } = startOf(driver, match);
  return { from: `${from} CROSS JOIN models ON models.row = ${row}`, pieces: [...pieces, ...rest] };
}

/** The same rows, met one by one in an order that an index keeps. */
export function walked(match: Match): { readonly from: string; readonly pieces: readonly Piece[] } {
  const pieces = [...filterPieces(match, 'models', '+'), ...longTermPieces(match), ...shortTermPieces(match)];
  if (match.tag !== undefined) pieces.push(hasTag(match.tag, 'models.row'));
  return { from: 'models', pieces };
}

/**
 * The matching rows for a count, with the table that has their `facet` and `size_bytes`: a dozen bytes a row where no text must be looked
 * through.
 */
export function counted(
  driver: Driver,
  match: Match,
): { readonly from: string; readonly table: string; readonly pieces: readonly Piece[] } {
  if (driver === 'filters') return { ...drivenBy(driver, match), table: 'models' };
  const { from, row, pieces } = startOf(driver, match);
  const texts = [...(driver === 'text' ? [] : longTermPieces(match)), ...shortTermPieces(match)];
  return {
    from: `${from} CROSS JOIN model_filters AS counted ON counted.row = ${row}${
      texts.length === 0 ? '' : ` CROSS JOIN models ON models.row = ${row}`
    }`,
    table: 'counted',
    pieces: [
      ...pieces,
      ...filterPieces(match, 'counted', ''),
      ...texts,
      ...(match.tag === undefined || driver === 'tag' ? [] : [hasTag(match.tag, row)]),
    ],
  };
}

/** Rows that are known. */
export function listed(rows: readonly number[]): { readonly from: string; readonly pieces: readonly Piece[] } {
  return {
    from: 'json_each(?) AS listed CROSS JOIN models ON models.row = listed.value',
    pieces: [{ sql: 'true', values: [JSON.stringify(rows)] }],
  };
}

function startOf(
  driver: Exclude<Driver, 'filters'>,
  match: Match,
): { readonly from: string; readonly row: string; readonly pieces: readonly Piece[] } {
  return driver === 'text'
    ? {
        from: 'model_text',
        row: 'model_text.rowid',
        // First, so that it is found by the full text and not tried on each row.
        pieces: [{ sql: 'model_text MATCH ?', values: [match.terms.match ?? ''] }],
      }
    : {
        from: 'model_tags',
        row: 'model_tags.row',
        pieces: [{ sql: 'model_tags.tag = ?', values: [match.tag ?? ''] }],
      };
}

function longTermPieces({ terms }: Match): Piece[] {
  return terms.long.map((term) => ({ sql: 'instr(models.search_text, ?) > 0', values: [term] }));
}

function hasTag(tag: string, row: string): Piece {
  return { sql: `EXISTS (SELECT 1 FROM model_tags AS has WHERE has.row = ${row} AND has.tag = ?)`, values: [tag] };
}

export function whereOf(pieces: readonly Piece[]): string {
  return pieces.length === 0 ? '' : `WHERE ${pieces.map(({ sql }) => sql).join(' AND ')}`;
}

export function valuesOf(pieces: readonly Piece[]): (string | number)[] {
  return pieces.flatMap(({ values }) => values);
}
