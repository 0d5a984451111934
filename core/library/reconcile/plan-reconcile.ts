import type { ModelId } from '../../contract/ids.ts';
import type { Finding } from '../../contract/library/finding.ts';
import type { ReconcileStep } from '../worker/messages.ts';

/** A caller that others wait for may pause here. */
export interface Pause {
  readonly kind: 'pause';
  /** So many models of the index were compared with the disk by now. */
  readonly compared: number;
}

/** A model whose stamp is another, but whose record and files were read and are as the index has them. */
export interface Confirmed {
  readonly kind: 'confirmed';
  readonly id: ModelId;
  /** The stamp that the index had. */
  readonly indexed: string;
  readonly stamp: string;
  readonly findings: readonly Finding[];
}

/** What the disk has of one place below `models/`, against the index. */
export type DiskFact =
  /** A record that is as the index has it. */
  | { readonly kind: 'same' }
  | { readonly kind: 'changed'; readonly id: ModelId; readonly indexed: string; readonly stamp: string }
  | Confirmed
  | Pause
  /** A record that the index does not have. */
  | { readonly kind: 'new'; readonly id: ModelId }
  /** A model of the index that the disk has no record of. */
  | { readonly kind: 'gone'; readonly id: ModelId }
  | { readonly kind: 'orphan'; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'unfinished'; readonly path: string; readonly reason: string };

/**
 * What brings index and disk together; nothing is read. A second plan after the first was carried out is empty. `meanwhile` is told of what is
 * no step: a model that was confirmed, which the walk meets again as the same, and a place to pause.
 */
export async function planReconcile(
  facts: AsyncIterable<DiskFact> | Iterable<DiskFact>,
  meanwhile: (fact: Confirmed | Pause) => Promise<void> | void,
): Promise<{ readonly steps: ReconcileStep[]; readonly unchanged: number }> {
  const steps: ReconcileStep[] = [];
  let unchanged = 0;
  for await (const fact of facts) {
    if (fact.kind === 'confirmed' || fact.kind === 'pause') await meanwhile(fact);
    else if (fact.kind === 'same') unchanged += 1;
    else steps.push(stepFor(fact));
  }
  return { steps, unchanged };
}

function stepFor(fact: Exclude<DiskFact, Confirmed | Pause | { readonly kind: 'same' }>): ReconcileStep {
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
