import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import type { ListQuery } from '../../contract/library/model.ts';

export type SortKey = string | number;
export type Sort = ListQuery['sort'];

/** An order of the list as SQL over `models`; its last key is the id, so that no two rows are equal in it. */
export interface ListOrder {
  /** The expressions of its keys. */
  readonly keys: readonly string[];
  readonly orderBy: string;
  /** The condition for rows after a position, and its values. */
  readonly after: (position: readonly SortKey[]) => { readonly sql: string; readonly values: readonly SortKey[] };
}

/** How well a name fits a search: the same, begins with it, holds it, or only the rest of the text does. */
export const relevanceTiers = 4;
/** With `@phrase`, the search as one text. */
export const relevanceTier = `CASE WHEN name_key = @phrase THEN 0 WHEN substr(name_key, 1, length(@phrase)) = @phrase THEN 1
  WHEN instr(name_key, @phrase) > 0 THEN 2 ELSE 3 END`;

export const ascending = (keys: readonly string[]): ListOrder => ({
  keys,
  orderBy: keys.join(', '),
  after: (position) => ({ sql: `(${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})`, values: position }),
});

const descendingThenId = (key: string): ListOrder => ({
  keys: [key, 'model_id'],
  orderBy: `${key} DESC, model_id`,
  after: ([value = '', id = '']) => ({
    sql: `${key} <= ? AND (${key} < ? OR model_id > ?)`,
    values: [value, value, id],
  }),
});

export const listOrders: Readonly<Record<Exclude<Sort, 'relevance'>, ListOrder>> = {
  newest: descendingThenId('added_at'),
  name: ascending(['name_key', 'model_id']),
  size: descendingThenId('size_bytes'),
  family: ascending(['family', 'name_key', 'model_id']),
};

const Cursor = z.tuple([z.string()], z.union([z.string(), z.number()]));
const keyKinds: Readonly<Record<Sort, readonly ('string' | 'number')[]>> = {
  newest: ['string', 'string'],
  name: ['string', 'string'],
  size: ['number', 'string'],
  family: ['string', 'string', 'string'],
  relevance: ['number', 'string', 'string'],
};

/** Where a page ended: its last row's keys. */
export function encodeCursor(sort: Sort, position: readonly SortKey[]): string {
  return Buffer.from(JSON.stringify([sort, ...position])).toString('base64url');
}

/** Throws `invalid_input` for anything that {@link encodeCursor} didn't make for this order. */
export function decodeCursor(sort: Sort, cursor: string): SortKey[] {
  const [of, ...position] = parsed(cursor);
  const kinds = keyKinds[sort];
  if (of === sort && position.length === kinds.length && position.every((key, index) => typeof key === kinds[index]))
    return position;
  throw notACursor();
}

function parsed(cursor: string): SortKey[] {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw notACursor(error);
  }
}

function notACursor(cause?: unknown): Failed {
  const reason = 'this is not a cursor that this listing gave. Start without one.';
  return new Failed('invalid_input', { field: 'cursor', reason }, { cause });
}
