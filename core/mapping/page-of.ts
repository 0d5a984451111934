import { Failed } from '../contract/failure.ts';

/** A page of a list that does not change; the cursor is the place of its first item. Throws `invalid_input` for one that isn't. */
export function pageOf<Item>(
  items: readonly Item[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): { readonly page: Item[]; readonly total: number; readonly next_cursor: string | null } {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0)
    throw new Failed('invalid_input', { field: 'cursor', reason: 'it is not one that a page before gave.' });
  const page = items.slice(from, from + limit);
  const next = from + page.length;
  return { page, total: items.length, next_cursor: next < items.length ? String(next) : null };
}
