import { expect, test } from 'vitest';
import { createSampleClient } from '../../dev/sample-client.ts';
import { shelf } from '../../dev/sample-models.ts';
import { createActions } from '../actions.ts';
import { createAppStore } from '../store.ts';
import { startSync } from '../sync.ts';

async function opened() {
  const client = createSampleClient('shelf');
  const store = createAppStore();
  const actions = createActions(store, client);
  startSync(store, client, actions);
  await expect.poll(() => store.getState().isReady).toBe(true);
  const idOf = (name: string) => shelf.find((model) => model.name === name)?.model_id ?? '';
  return { store, actions, idOf };
}

test('a model that is removed is previewed, goes, and comes back by its notice', async () => {
  const { store, actions, idOf } = await opened();
  const id = idOf('Terracotta Mix v7');
  actions.askToRemove(id);
  await expect.poll(() => store.getState().removal?.phase).toBe('ready');
  expect(store.getState().removal?.previews.map(({ model_id }) => model_id)).toEqual([id]);
  await actions.remove();
  const { notice, models } = store.getState();
  expect(notice).toMatchObject({ kind: 'removed', name: 'Terracotta Mix v7' });
  expect(models[id]).toBeUndefined();
  await actions.restore(notice?.kind === 'removed' ? notice.trashIds : []);
  await expect.poll(() => store.getState().models[id]?.name).toBe('Terracotta Mix v7');
  expect([store.getState().trash, store.getState().selectedId, store.getState().notice]).toEqual([[], id, null]);
});

test('other weights are refused with their reason, and taken when that is meant', async () => {
  const { store, actions, idOf } = await opened();
  const id = idOf('Harbour Light v4');
  actions.askToRelocate(id);
  await actions.relocate(id, '/media/other');
  expect(store.getState().relocating).toMatchObject({ isBusy: false, problem: { code: 'source_mismatch' } });
  await actions.relocate(id, '/media/other', true);
  expect(store.getState().relocating).toBe(null);
  expect(store.getState().details[id]?.entry_path).toBe('/media/other');
});

test('what is the person’s own is seen at once', async () => {
  const { store, actions, idOf } = await opened();
  const id = idOf('Полночь v3');
  await actions.edit(id, { favourite: true, tags: ['night'], notes: 'For the ferry.' });
  expect(store.getState().models[id]).toMatchObject({ favourite: true, tags: ['night'] });
  expect(store.getState().details[id]?.notes).toBe('For the ferry.');
});

test('looking again brings the report', async () => {
  const { store, actions } = await opened();
  const looked = actions.lookAgain();
  expect(store.getState().isReconciling).toBe(true);
  await looked;
  expect(store.getState().isReconciling).toBe(false);
  expect(store.getState().lastReconcile).toMatchObject({ adopted: 1 });
});

test('counts with a filter on tell what it leaves; the whole library’s stay', async () => {
  const { store, actions } = await opened();
  actions.setFilter({ family: 'flux' });
  await expect.poll(() => store.getState().facets.all).toBe(1);
  expect(store.getState().counts.all).toBe(shelf.length);
  actions.clearFilters();
  await expect.poll(() => store.getState().facets.all).toBe(shelf.length);
});
