import type { CommandInput } from '../../../core/contract/command.ts';
import { ModelType } from '../../../core/contract/library/metadata.ts';
import type { ModelCounts } from '../../../core/contract/library/model.ts';
import { type Count, type Counts, type Filter, noFilter, type Sort } from './models-part.ts';

/** The core's counts as the window shows them. */
export function countsOf(counts: ModelCounts): Counts {
  const of = (list: readonly Count[], wanted: string) => list.find(({ value }) => value === wanted)?.count ?? 0;
  const byType = ModelType.options.map((type) => [type, of(counts.type, type)] as const);
  return {
    all: counts.total,
    sizeBytes: counts.size_bytes,
    byType: Object.fromEntries(byType.filter(([, count]) => count > 0)),
    families: counts.family,
    tags: counts.tag,
    precisions: counts.precision,
    favourites: counts.favourite,
    valid: of(counts.state, 'valid'),
    invalid: of(counts.state, 'invalid'),
    degraded: of(counts.state, 'degraded'),
    offline: counts.offline,
  };
}

/** A filter as the core takes it: what is not chosen is left out. */
export function queryOf(filter: Filter): CommandInput<'models.counts'> {
  return {
    ...(filter.query && { query: filter.query }),
    ...(filter.type && { type: filter.type }),
    ...(filter.family !== null && { family: filter.family }),
    ...(filter.tag !== null && { tag: filter.tag }),
    ...(filter.precision !== null && { precision: filter.precision }),
    ...(filter.state && { state: filter.state }),
    ...(filter.isOffline && { offline: true }),
    ...(filter.favourite && { favourite: true }),
  };
}

/** A stretch of a listing as the core is asked for it; of a search that isn't counted yet, before it is. */
export function rowsQuery(
  filter: Filter,
  sort: Sort,
  offset: number,
  limit: number,
  isCounted = false,
): CommandInput<'models.list'> {
  const isAhead = filter.query !== '' && !isCounted;
  return { ...queryOf(filter), sort, limit, ...(offset > 0 && { offset }), ...(isAhead && { total: 'at_least' }) };
}

/** How many filters are on; words that are searched are none. */
export function filtersOn(filter: Filter): number {
  const { query: _, ...chosen } = filter;
  const { query: _none, ...none } = noFilter;
  return Object.entries(chosen).filter(([key, value]) => value !== none[key as keyof typeof none]).length;
}

export function isFiltering(filter: Filter): boolean {
  return filter.query !== '' || filtersOn(filter) > 0;
}
