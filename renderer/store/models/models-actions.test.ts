import { expect, test } from 'vitest';
import type { ModelPage } from '../../../core/contract/library/model.ts';
import type { WindowClient } from '../../client/client.ts';
import { createSampleClient } from '../../dev/sample-client.ts';
import { shelf } from '../../dev/sample-models.ts';
import { createActions } from '../actions.ts';
import { isBeingCounted } from '../selectors.ts';
import { createAppStore } from '../store.ts';

test('an answer about a model that comes after that to a later question is dropped', async () => {
  const sample = createSampleClient('shelf');
  const held = Promise.withResolvers<void>();
  let shows = 0;
  const call: WindowClient['call'] = async (name, input) => {
    const answer = await sample.call(name, input);
    if (name === 'models.show') {
      shows += 1;
      if (shows === 1) await held.promise;
    }
    return answer;
  };
  const store = createAppStore();
  const actions = createActions(store, { ...sample, call });
  const [{ model_id } = { model_id: '' }] = shelf;
  const notes = () => store.getState().details[model_id]?.notes;
  const first = actions.loadDetails(model_id);
  await expect.poll(() => shows).toBe(1);
  await sample.call('models.edit', { model_id, notes: 'For the ferry.' });
  await actions.loadDetails(model_id);
  expect(notes()).toBe('For the ferry.');
  held.resolve();
  await first;
  expect(notes()).toBe('For the ferry.');
});

/** A core that counts no search before it answers, and counts only once it may. */
async function searching() {
  const sample = createSampleClient('shelf');
  const mayCount = Promise.withResolvers<void>();
  const call: WindowClient['call'] = async (name, input) => {
    if (name === 'models.counts' && 'query' in input) await mayCount.promise;
    const answer = await sample.call(name, input);
    if (name !== 'models.list' || !('total' in input)) return answer;
    const { models } = answer as ModelPage;
    const met = models.slice(0, 2);
    return { models: met, total: met.length, may_be_more: true, next_cursor: null } as typeof answer;
  };
  const store = createAppStore();
  const actions = createActions(store, { ...sample, call });
  await actions.takeSnapshot();
  actions.search('o');
  await expect.poll(() => Object.values(store.getState().listing.pages)[0]?.length).toBe(2);
  return { store, actions, mayCount, sample };
}

test('the rows of a search come before its count, which stands as it was until it is exact', async () => {
  const { store, mayCount, sample } = await searching();
  expect(store.getState().listing).toMatchObject({ total: shelf.length, isTotalExact: false });
  expect(isBeingCounted(store.getState())).toBe(true);
  mayCount.resolve();
  await expect.poll(() => isBeingCounted(store.getState())).toBe(false);
  const { total } = await sample.call('models.list', { query: 'o' });
  expect(store.getState().listing).toMatchObject({ total, isTotalExact: true });
  expect(total).toBeLessThan(shelf.length);
});

test('all that a search finds are picked, though they are not counted yet', async () => {
  const { store, actions, sample } = await searching();
  await actions.pickAll();
  const { models } = await sample.call('models.list', { query: 'o', limit: 500 });
  expect(store.getState().pickedIds).toEqual(new Set(models.map(({ model_id }) => model_id)));
});
