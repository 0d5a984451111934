import { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import type { ListQuery } from '../contract/model.ts';

/** A condition in SQL with its values; an empty one lets everything pass. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

/** Where a page ended: the order's two keys of its last row. */
export interface Position {
  readonly addedAt: string;
  readonly modelId: string;
}

/** The trigram index finds nothing for terms under three characters. */
const trigramLength = 3;
/** More words than this don't narrow a list further; each costs a look into the index. */
const maxTerms = 16;

/** Text as it is stored and searched: NFC, lower case. */
export function searchForm(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll('\0', ' ');
}

/** The SQL conditions of a query. Every word must be found, anywhere inside a word of the model's text. */
export function conditionsOf({ query, type, state }: Pick<ListQuery, 'query' | 'type' | 'state'>): Condition[] {
  const conditions: Condition[] = [];
  if (type !== undefined) conditions.push({ sql: 'model_type = ?', values: [type] });
  if (state !== undefined) conditions.push({ sql: 'validation_state = ?', values: [state] });
  const terms = searchForm(query ?? '')
    .split(/\s+/)
    .filter((term) => term !== '')
    .slice(0, maxTerms);
  const long = terms.filter((term) => [...term].length >= trigramLength);
  if (long.length > 0) {
    // Each term is a quoted string of FTS5: its operators and column filters have no meaning inside.
    const match = long.map((term) => `"${term.replaceAll('"', '""')}"`).join(' AND ');
    conditions.push({ sql: 'row IN (SELECT rowid FROM model_text WHERE model_text MATCH ?)', values: [match] });
  }
  for (const term of terms)
    if ([...term].length < trigramLength) conditions.push({ sql: 'instr(search_text, ?) > 0', values: [term] });
  return conditions;
}

/** Rows after a position, in the order newest first, then by id. */
export function afterPosition({ addedAt, modelId }: Position): Condition {
  return { sql: '(added_at < ? OR (added_at = ? AND model_id > ?))', values: [addedAt, addedAt, modelId] };
}

export function encodeCursor({ addedAt, modelId }: Position): string {
  return Buffer.from(JSON.stringify([addedAt, modelId])).toString('base64url');
}

/** Throws `invalid_input` for anything that {@link encodeCursor} didn't make. */
export function decodeCursor(cursor: string): Position {
  try {
    const [addedAt, modelId] = Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { addedAt, modelId };
  } catch (error) {
    throw new Failed(
      'invalid_input',
      { field: 'cursor', reason: 'this is not a cursor that a listing gave. Start without one.' },
      { cause: error },
    );
  }
}

const Cursor = z.tuple([z.string(), z.string()]);
