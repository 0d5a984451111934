import type { ModelId } from '../../contract/ids.ts';
import type { ReconcileStep } from '../worker/messages.ts';

/** What the disk has of one place below `models/`. */
export type DiskFact =
  | {
      readonly kind: 'record';
      readonly id: ModelId;
      readonly stamp: string;
      /** What the index has of it. */
      readonly indexed: { readonly row: number; readonly stamp: string } | null;
    }
  | { readonly kind: 'orphan'; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'unfinished'; readonly path: string; readonly reason: string };

/**
 * What brings index and disk together: disk facts against index rows, nothing read; `idsBut` gives the ids of all rows of the index but some. A record that the index has with the same stamp
 * is left alone, so that a second plan after the first was carried out is empty.
 */
export function planReconcile(
  facts: Iterable<DiskFact>,
  idsBut: (met: ReadonlySet<number>) => Iterable<ModelId>,
): { readonly steps: ReconcileStep[]; readonly unchanged: number } {
  const met = new Set<number>();
  const steps: ReconcileStep[] = [];
  let unchanged = 0;
  for (const fact of facts) {
    switch (fact.kind) {
      case 'orphan':
        steps.push({ act: 'adopt', path: fact.path, isFolder: fact.isFolder, reason: 'it had no record' });
        break;
      case 'unfinished':
        steps.push({ act: 'leave', path: fact.path, reason: fact.reason });
        break;
      case 'record': {
        const { id, stamp, indexed } = fact;
        if (indexed === null) {
          steps.push({ act: 'add', id, reason: 'its record was not in the index' });
          break;
        }
        met.add(indexed.row);
        if (indexed.stamp === stamp) unchanged += 1;
        else steps.push({ act: 'check', id, reason: changeOf(indexed.stamp, stamp) });
      }
    }
  }
  for (const id of idsBut(met)) steps.push({ act: 'remove', id, reason: 'its record is gone from disk' });
  return { steps, unchanged };
}

function changeOf(before: string, now: string): string {
  if (before === '') return 'its files were not looked at yet';
  return before.split('|')[0] === now.split('|')[0] ? 'its files changed' : 'its record changed';
}
