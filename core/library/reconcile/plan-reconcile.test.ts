import { expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import { planReconcile } from './plan-reconcile.ts';

const id = (name: string) => ModelId.parse(`lora/sd/${name}`);
const row = (name: string, stamp: string) => ({ id: id(name), stamp, payloadPath: `/${name}`, isOwned: false });

test('every place of the disk and every row of the index is answered for, once', () => {
  const plan = planReconcile(
    [
      { kind: 'record', id: id('new'), stamp: '1:1|' },
      { kind: 'record', id: id('same'), stamp: '1:1|2:2' },
      { kind: 'record', id: id('edited'), stamp: '9:1|2:2' },
      { kind: 'record', id: id('rewritten'), stamp: '1:1|9:2' },
      { kind: 'record', id: id('never seen'), stamp: '1:1|2:2' },
      { kind: 'orphan', path: '/models/a', isFolder: true },
      { kind: 'unfinished', path: '/models/b', reason: 'it is half' },
    ],
    new Map(
      [
        row('same', '1:1|2:2'),
        row('edited', '1:1|2:2'),
        row('rewritten', '1:1|2:2'),
        row('never seen', ''),
        row('gone', '1:1|2:2'),
      ].map((indexed) => [indexed.id, indexed]),
    ),
  );
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
