import { expect, test } from 'vitest';
import type { AppEvent } from '../../contract/event.ts';
import { ReconcileProgress } from './reconcile-progress.ts';

function toldWith(taskEventMs: number): readonly AppEvent[] {
  const events: AppEvent[] = [];
  const host = { emit: (event: AppEvent) => events.push(event), timing: { taskEventMs } };
  const progress = new ReconcileProgress(host);
  progress.tell('looking', 250, 1000);
  progress.tell('applying', 0, 3);
  progress.tell('applying', 3, 3);
  return events;
}

test('a reconcile that takes long tells how far it is, and nothing at its end', () => {
  expect(toldWith(0)).toEqual([
    { kind: 'reconcile_progressed', phase: 'looking', done_count: 250, total_count: 1000 },
    { kind: 'reconcile_progressed', phase: 'applying', done_count: 0, total_count: 3 },
  ]);
});

test('one that is over at once is not told of', () => {
  expect(toldWith(60_000)).toEqual([]);
});
