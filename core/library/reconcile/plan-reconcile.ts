import type { ModelId } from '../../contract/ids.ts';
import type { ReconcileStep } from '../worker/messages.ts';

/** What the disk has of one place below `models/`, against the index. */
export type DiskFact =
  /** A record that is as the index has it. */
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly id: ModelId; readonly indexed: string; readonly stamp: string }
  /** A record that the index does not have. */
  | { readonly kind: 'new'; readonly id: ModelId }
  /** A model of the index that the disk has no record of. */
  | { readonly kind: 'gone'; readonly id: ModelId }
  | { readonly kind: 'orphan'; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'unfinished'; readonly path: string; readonly reason: string };

/** What brings index and disk together; nothing is read. A second plan after the first was carried out is empty. */
export function planReconcile(facts: Iterable<DiskFact | null>): {
  readonly steps: ReconcileStep[];
  readonly unchanged: number;
} {
  const steps: ReconcileStep[] = [];
  let unchanged = 0;
  for (const fact of facts) {
    if (fact === null) continue;
    if (fact.kind === 'same') unchanged += 1;
    else steps.push(stepFor(fact));
  }
  return { steps, unchanged };
}

function stepFor(fact: Exclude<DiskFact, { readonly kind: 'same' }>): ReconcileStep {
  switch (fact.kind) {
    case 'new':
      return { act: 'add', id: fact.id, reason: 'its record was not in the index' };
    case 'changed':
      return { act: 'check', id: fact.id, reason: changeOf(fact.indexed, fact.stamp) };
    case 'gone':
      return { act: 'remove', id: fact.id, reason: 'its record is gone from disk' };
    case 'orphan':
      return { act: 'adopt', path: fact.path, isFolder: fact.isFolder, reason: 'it had no record' };
    case 'unfinished':
      return { act: 'leave', path: fact.path, reason: fact.reason };
  }
}

function changeOf(before: string, now: string): string {
  if (before === '') return 'its files were not looked at yet';
  return before.split('|')[0] === now.split('|')[0] ? 'its files changed' : 'its record changed';
}
