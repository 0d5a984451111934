import { type Listing, pageSize } from './models-part.ts';

/** So many pages of a listing are kept; the rest is read again when it comes into sight. */
const keptPages = 50;

export function idAt({ pages }: Pick<Listing, 'pages'>, index: number): string | undefined {
  return pages[Math.floor(index / pageSize)]?.[index % pageSize];
}

/** The row of a model, as far as it is known; -1 where it is not. */
export function rowOf({ pages }: Pick<Listing, 'pages'>, id: string | null): number {
  if (id === null) return -1;
  for (const [page, ids] of Object.entries(pages)) {
    const at = ids.indexOf(id);
    if (at >= 0) return Number(page) * pageSize + at;
  }
  return -1;
}

/** The pages that rows `from` to `until` (not included) stand on and that are not there. */
export function missingPages(
  { pages, total }: Pick<Listing, 'pages' | 'total'>,
  from: number,
  until: number,
): readonly number[] {
  const last = Math.min(until, total) - 1;
  const missing: number[] = [];
  for (let page = Math.floor(Math.max(0, from) / pageSize); page * pageSize <= last; page++)
    if (pages[page] === undefined) missing.push(page);
  return missing;
}

/** How many rows a listing has, as far as it is known. */
export type RowCount = Pick<Listing, 'total' | 'isTotalExact'>;

/** The listing with a page more; those farthest from it go when there are too many. */
export function withPage(listing: Listing, page: number, ids: readonly string[], count: RowCount): Listing {
  const pages: Record<number, readonly string[]> = { ...listing.pages, [page]: ids };
  const far = Object.keys(pages)
    .map(Number)
    .sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
  for (const gone of far.slice(0, Math.max(0, far.length - keptPages))) delete pages[gone];
  return { ...listing, ...count, pages, phase: 'ready', problem: null, nearestName: null };
}

/** Without one model: the rows after it move up; the last known page then lacks one and is read again when it is needed. */
export function withoutId(listing: Listing, id: string): Listing {
  const row = rowOf(listing, id);
  if (row < 0) return listing;
  const page = Math.floor(row / pageSize);
  const pages: Record<number, readonly string[]> = {};
  for (const [key, ids] of Object.entries(listing.pages)) {
    const index = Number(key);
    if (index < page) pages[index] = ids;
    else if (index === page) {
      const left = ids.filter((known) => known !== id);
      const [next] = listing.pages[index + 1] ?? [];
      const isLast = (index + 1) * pageSize >= listing.total;
      if (next !== undefined) pages[index] = [...left, next];
      else if (isLast) pages[index] = left;
    }
  }
  return { ...listing, pages, total: listing.total - 1 };
}

/** Ids that the known pages hold, in the order of the listing. */
export function knownIds({ pages }: Pick<Listing, 'pages'>): readonly string[] {
  return Object.keys(pages)
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((page) => pages[page] ?? []);
}
