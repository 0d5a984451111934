import type { RemovalPreview } from '../../../core/contract/library/model.ts';

/** What removing several models takes away, as one. */
export interface RemovalSum {
  readonly externalCount: number;
  readonly ownedCount: number;
  readonly ownedBytes: number;
  readonly removed: readonly { readonly path: string; readonly size_bytes: number }[];
  readonly kept: readonly string[];
  readonly links: readonly string[];
}

export function removalSum(previews: readonly RemovalPreview[]): RemovalSum {
  const owned = previews.filter(({ storage_kind }) => storage_kind === 'library_owned');
  return {
    externalCount: previews.length - owned.length,
    ownedCount: owned.length,
    ownedBytes: owned.flatMap(({ removed }) => removed).reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    removed: previews.flatMap(({ removed }) => removed),
    kept: previews.flatMap(({ kept }) => kept),
    links: previews.flatMap(({ links }) => links),
  };
}
