import type { ModelId } from '../../contract/ids.ts';
import type { LibraryContext } from '../context.ts';

export interface DuplicateGroup {
  readonly fingerprint: string;
  /** Whether their contents were compared by hash, not only their headers. */
  readonly verified: boolean;
  readonly model_ids: ModelId[];
  readonly size_bytes: number;
}

/** Models with the same content: by fingerprint, then by hash as far as they were hashed. Files that lie at one place are one. */
export function findDuplicates({ catalog, store }: Pick<LibraryContext, 'catalog' | 'store'>): DuplicateGroup[] {
  return catalog.duplicates().flatMap(({ fingerprint, model_ids, size_bytes }) => {
    const byHash = new Map<string | null, ModelId[]>();
    for (const id of model_ids) {
      const sha256 = store.lastKnown(id)?.hashes.sha256 ?? null;
      byHash.set(sha256, [...(byHash.get(sha256) ?? []), id]);
    }
    // One that isn't hashed yet may be any of the others.
    const groups = byHash.has(null) ? [model_ids] : [...byHash.values()];
    return groups
      .filter((ids) => ids.length > 1)
      .map((ids) => ({ fingerprint, verified: !byHash.has(null), model_ids: ids, size_bytes }));
  });
}
