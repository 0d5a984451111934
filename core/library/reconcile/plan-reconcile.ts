import type { ReconcileStep, SurveyRow } from '../worker/messages.ts';

/** What the index has, by id. */
export type SurveyRows = ReadonlyMap<SurveyRow['id'], SurveyRow>;

/** What the disk has of one place below `models/`. */
export type DiskFact =
  | { readonly kind: 'record'; readonly id: SurveyRow['id']; readonly stamp: string }
  | { readonly kind: 'orphan'; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'unfinished'; readonly path: string; readonly reason: string };

/**
 * What brings index and disk together: disk facts against index rows, nothing read. A record that the index has with the same stamp
 * is left alone, so that a second plan after the first was carried out is empty.
 */
export function planReconcile(
  facts: Iterable<DiskFact>,
  rows: SurveyRows,
): { readonly steps: ReconcileStep[]; readonly unchanged: number } {
  const met = new Set<SurveyRow['id']>();
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
        const stamp = rows.get(fact.id)?.stamp;
        met.add(fact.id);
        if (stamp === undefined) steps.push({ act: 'add', id: fact.id, reason: 'its record was not in the index' });
        else if (stamp === fact.stamp) unchanged += 1;
        else steps.push({ act: 'check', id: fact.id, reason: changeOf(stamp, fact.stamp) });
      }
    }
  }
  for (const id of rows.keys())
    if (!met.has(id)) steps.push({ act: 'remove', id, reason: 'its record is gone from disk' });
  return { steps, unchanged };
}

function changeOf(before: string, now: string): string {
  if (before === '') return 'its files were not looked at yet';
  return before.split('|')[0] === now.split('|')[0] ? 'its files changed' : 'its record changed';
}
