import { z } from 'zod';
import type { ListQuery, ModelSummary } from '../../contract/library/model.ts';

/** One combination of filter values, and how many models have it. */
export const Facet = z.object({
  facet: z.number(),
  model_type: z.string(),
  family: z.string(),
  validation_state: z.string(),
  storage_kind: z.string(),
  precision: z.string(),
  favourite: z.number(),
  offline: z.number(),
  model_count: z.number(),
  size_bytes: z.number(),
});
export type Facet = z.infer<typeof Facet>;

/** The filters that facets answer. */
export const facetDimensions = ['type', 'family', 'state', 'storage', 'precision', 'favourite', 'offline'] as const;
export type FacetDimension = (typeof facetDimensions)[number];

const columns = {
  type: 'model_type',
  family: 'family',
  state: 'validation_state',
  storage: 'storage_kind',
  precision: 'precision',
  favourite: 'favourite',
  offline: 'offline',
} as const satisfies Record<FacetDimension, keyof Facet>;

/** The filter values of a model in the order of the table's columns. */
export function facetValues(summary: ModelSummary): (string | number)[] {
  return [
    summary.model_type,
    summary.family,
    summary.validation_state,
    summary.storage_kind,
    summary.precision,
    Number(summary.favourite),
    Number(summary.is_offline),
  ];
}

export function facetValue(facet: Facet, dimension: FacetDimension): string {
  return String(facet[columns[dimension]]);
}

/** Whether a facet passes the filters of a query; `ignored` is left out of them. */
export function passes(facet: Facet, query: ListQuery, ignored?: FacetDimension): boolean {
  return facetDimensions.every((dimension) => {
    const wanted = query[dimension];
    if (wanted === undefined || dimension === ignored) return true;
    return facet[columns[dimension]] === (typeof wanted === 'boolean' ? Number(wanted) : wanted);
  });
}

export function hasFacetFilter(query: ListQuery): boolean {
  return facetDimensions.some((dimension) => query[dimension] !== undefined);
}
