import { expect, test } from 'vitest';
import type { CommandName } from '../../core/contract/command.ts';
import { Failed } from '../../core/contract/failure.ts';
import type { WindowClient } from '../client/client.ts';
import { createSampleClient } from '../dev/sample-client.ts';
import { createAddActions } from './add-actions.ts';
import { createAppStore } from './store.ts';

function prepared(refused: readonly string[] = []) {
  const called: [CommandName, unknown][] = [];
  const sample = createSampleClient('empty');
  const client: WindowClient = {
    ...sample,
    call(name, input) {
      called.push([name, input]);
      const path = 'path' in input ? String(input.path) : '';
      if (name === 'models.register' && refused.includes(path))
        return Promise.reject(new Failed('invalid_bundle', { path, reason: 'truncated' }));
      return sample.call(name, input);
    },
  };
  const store = createAppStore();
  const actions = createAddActions(store, client, {
    problemOf: (error) => ({ code: 'test', message: error instanceof Error ? error.message : null }),
  });
  return { store, actions, called };
}

test('reading what was dropped registers nothing, and what can’t come in stays listed', async () => {
  const { store, actions, called } = prepared();
  await actions.addPaths(['/d/woodblock', '/d/old.ckpt', '/d/woodblock']);
  expect(store.getState().addSheet?.items.map(({ path, phase }) => [path, phase])).toEqual([
    ['/d/woodblock', 'ready'],
    ['/d/old.ckpt', 'refused'],
  ]);
  expect(called.map(([name]) => name)).toEqual(['models.classify', 'models.classify']);
});

test('confirming registers what can come in, and tells of each what became of it', async () => {
  const { store, actions, called } = prepared(['/d/b']);
  await actions.addPaths(['/d/a', '/d/b', '/d/old.ckpt']);
  await actions.confirmAdd();
  expect(called.filter(([name]) => name === 'models.register').map(([, input]) => input)).toEqual([
    { path: '/d/a' },
    { path: '/d/b' },
  ]);
  const { addSheet, selectedId } = store.getState();
  expect(addSheet?.phase).toBe('done');
  expect(
    addSheet?.items.map(({ results }) =>
      results.map(({ registration, problem }) => registration?.status ?? problem?.message),
    ),
  ).toEqual([['registered'], ['"/d/b" was not registered: truncated'], []]);
  expect(selectedId).toBe('diffusion/stable-diffusion-1/a');
});

test('closing the sheet in the middle registers no more', async () => {
  const { actions, called } = prepared();
  await actions.addPaths(['/d/a', '/d/b']);
  const confirmed = actions.confirmAdd();
  actions.closeAdd();
  await confirmed;
  expect(called.filter(([name]) => name === 'models.register')).toHaveLength(1);
});

test('files whose place is not told are counted, not guessed', async () => {
  const { store, actions } = prepared();
  await actions.addPaths([], 2);
  expect(store.getState().addSheet).toEqual({ phase: 'review', items: [], pathlessCount: 2 });
});
