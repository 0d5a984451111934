import type { LibraryContext } from '../context.ts';
import { freeBytesAt } from '../free-space.ts';
import type { ClassifyLookups } from './candidate-of.ts';

/** What classifying asks, answered by a library. */
export function lookupsOf({
  catalog,
  store,
  host,
}: Pick<LibraryContext, 'catalog' | 'store' | 'host'>): ClassifyLookups {
  return {
    registeredAt: (entryPath) => store.registeredAt(entryPath),
    withFingerprint: (fingerprint) => catalog.findByFingerprint(fingerprint).map(({ model_id }) => model_id),
    freeBytes: () => freeBytesAt(host.rootPath),
  };
}
