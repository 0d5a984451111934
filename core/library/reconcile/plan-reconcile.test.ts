import { expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import { type DiskFact, planReconcile } from './plan-reconcile.ts';

const id = (name: string) => ModelId.parse(`lora/sd/${name}`);
const changed = (name: string, stamp: string, indexed: string) => ({
  kind: 'changed' as const,
  id: id(name),
  stamp,
  indexed,
});

test('every place of the disk and every model of the index is answered for, once', async () => {
  const told: unknown[] = [];
  const confirmed = { kind: 'confirmed' as const, id: id('whole'), indexed: '', stamp: '1:1|2:2', findings: [] };
  const pause = { kind: 'pause' as const, compared: 1 };
  const facts: DiskFact[] = [
    confirmed,
    pause,
    { kind: 'new', id: id('new') },
    { kind: 'same' },
    changed('edited', '9:1|2:2', '1:1|2:2'),
    changed('rewritten', '1:1|9:2', '1:1|2:2'),
    changed('never seen', '1:1|2:2', ''),
    { kind: 'orphan', path: '/models/a', isFolder: true },
    { kind: 'unfinished', path: '/models/b', reason: 'it is half' },
    { kind: 'gone', id: id('gone') },
  ];
  const plan = await planReconcile(facts, (fact) => {
    told.push(fact);
  });
  expect(told).toEqual([confirmed, pause]);
  expect(plan).toEqual({
    unchanged: 1,
    steps: [
      { act: 'add', id: id('new'), reason: 'its record was not in the index' },
      { act: 'check', id: id('edited'), reason: 'its record changed' },
      { act: 'check', id: id('rewritten'), reason: 'its files changed' },
      { act: 'check', id: id('never seen'), reason: 'its files were not looked at yet' },
      { act: 'adopt', path: '/models/a', isFolder: true, reason: 'it had no record' },
      { act: 'leave', path: '/models/b', reason: 'it is half' },
      { act: 'remove', id: id('gone'), reason: 'its record is gone from disk' },
    ],
  });
});
