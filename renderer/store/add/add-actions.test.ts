import { expect, test } from 'vitest';
import type { CommandName } from '../../../core/contract/command.ts';
import type { WindowClient } from '../../client/client.ts';
import { createSampleClient } from '../../dev/sample-client.ts';
import { openDoors } from '../doors.ts';
import type { NoticeText } from '../state.ts';
import { createAppStore } from '../store.ts';
import { startSync } from '../sync.ts';
import { createAddActions } from './add-actions.ts';
import { resultsOf } from './add-plan.ts';

function prepared() {
  const called: [CommandName, unknown][] = [];
  const told: NoticeText[] = [];
  const sample = createSampleClient('empty');
  const client: WindowClient = {
    ...sample,
    call(name, input) {
      called.push([name, input]);
      return sample.call(name, input);
    },
  };
  const store = createAppStore();
  startSync(store, client, {
    takeSnapshot: async () => 0,
    modelsMoved: () => undefined,
    mappingsMoved: () => undefined,
    mappingRulesMoved: () => undefined,
  });
  const actions = createAddActions(store, client, { ...openDoors(store), tell: (notice) => told.push(notice) });
  const outcomes = () => {
    const { addSheet, tasks } = store.getState();
    return addSheet ? resultsOf(addSheet, tasks).map(({ path, status }) => [path, status]) : null;
  };
  return { store, actions, called, told, outcomes };
}

test('reading what was dropped brings nothing in, and what can’t come in stays listed', async () => {
  const { store, actions, called } = prepared();
  await actions.addPaths(['/d/woodblock', '/d/old.ckpt', '/d/woodblock']);
  expect(store.getState().addSheet?.items.map(({ path, phase }) => [path, phase])).toEqual([
    ['/d/woodblock', 'ready'],
    ['/d/old.ckpt', 'refused'],
  ]);
  expect(called.map(([name]) => name)).toEqual(['models.classify', 'models.classify']);
});

test('confirming imports what can come in, each in its way, and tells of each what became of it', async () => {
  const { store, actions, called, outcomes } = prepared();
  await actions.addPaths(['/d/a', '/d/broken', '/d/old.ckpt']);
  actions.setImportMode('/d/a', 'copy');
  await actions.confirmAdd();
  expect(called.filter(([name]) => name === 'models.import').map(([, input]) => input)).toEqual([
    {
      items: [
        { path: '/d/a', mode: 'copy' },
        { path: '/d/broken', mode: 'reference' },
      ],
    },
  ]);
  expect(outcomes()).toEqual([
    ['/d/a', 'imported'],
    ['/d/broken', 'failed'],
  ]);
  const { addSheet, selectedId } = store.getState();
  expect([addSheet?.phase, selectedId]).toEqual(['done', 'diffusion/stable-diffusion-1/a']);
});

test('closing in the middle lets it go on, and a notice tells the end', async () => {
  const { store, actions, told } = prepared();
  await actions.addPaths(['/d/a', '/d/b']);
  const confirmed = actions.confirmAdd();
  actions.closeAdd();
  expect(store.getState().addSheet?.isHidden).toBe(true);
  await confirmed;
  expect([store.getState().addSheet, told]).toEqual([null, [{ kind: 'added', count: 2 }]]);
});

test('an import behind the window that went wrong shows itself', async () => {
  const { store, actions, told } = prepared();
  await actions.addPaths(['/d/broken']);
  const confirmed = actions.confirmAdd();
  actions.closeAdd();
  await confirmed;
  expect(store.getState().addSheet).toMatchObject({ phase: 'done', isHidden: false });
  expect(told).toEqual([]);
});

test('a cancel keeps what is in and leaves the rest out', async () => {
  const { store, actions, outcomes } = prepared();
  await actions.addPaths(['/d/a', '/d/b', '/d/c']);
  const confirmed = actions.confirmAdd();
  await expect.poll(() => outcomes()?.length).toBe(1);
  await actions.cancelAdd();
  await confirmed;
  expect(outcomes()).toEqual([
    ['/d/a', 'registered'],
    ['/d/b', 'canceled'],
    ['/d/c', 'canceled'],
  ]);
  expect(store.getState().addSheet?.phase).toBe('done');
});

test('one choice for all leaves a cache of links where it is', async () => {
  const { store, actions } = prepared();
  await actions.addPaths(['/d/a', '/d/cache']);
  actions.setAllImportModes('move');
  expect(store.getState().addSheet?.items.map(({ mode }) => mode)).toEqual(['move', 'reference']);
});

test('files whose place is not told are counted, not guessed', async () => {
  const { store, actions } = prepared();
  await actions.addPaths([], 2);
  expect(store.getState().addSheet).toMatchObject({ phase: 'review', items: [], pathlessCount: 2 });
});

test('one thing is left out while the others come in', async () => {
  const { store, actions, outcomes } = prepared();
  await actions.addPaths(['/d/a', '/d/b', '/d/c']);
  const confirmed = actions.confirmAdd();
  await expect.poll(() => store.getState().addSheet?.taskIds.length).toBe(1);
  await actions.leaveOut('/d/c');
  await confirmed;
  expect(outcomes()).toEqual([
    ['/d/a', 'registered'],
    ['/d/b', 'registered'],
    ['/d/c', 'canceled'],
  ]);
});
