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

test('picks grow by one, by a range and to all, and end', async () => {
  const { store, actions } = await opened();
  const ids = shelf.map(({ model_id }) => model_id);
  const picked = () =>
    [...store.getState().pickedIds].map((id) => ids.findIndex((known) => String(known) === id)).sort((a, b) => a - b);
  const rows = store.getState().listing.pages[0] ?? [];
  const rowOf = (row: number) => rows[row] ?? '';
  actions.selectModel(rowOf(1));
  actions.togglePick(rowOf(3));
  expect(store.getState().pickedIds).toEqual(new Set([rowOf(1), rowOf(3)]));
  actions.togglePick(rowOf(3));
  expect([store.getState().pickedIds.size, store.getState().selectedId]).toEqual([0, rowOf(1)]);
  await actions.selectRow(2, true);
  await actions.pickUntil(5);
  expect(store.getState().pickedIds).toEqual(new Set(rows.slice(2, 6)));
  await actions.pickUntil(0);
  expect(store.getState().pickedIds).toEqual(new Set(rows.slice(0, 3)));
  await actions.pickAll();
  expect(picked()).toEqual(ids.map((_, index) => index));
  actions.pickNone();
  expect(picked()).toEqual([]);
});

test('many are tagged and made favourites, and tagged no more', async () => {
  const { store, actions, idOf } = await opened();
  const ids = [idOf('Linocut XL'), idOf('墨染 Sumi-e')];
  await actions.tagAll(ids, 'print');
  await actions.favouriteAll(ids, true);
  expect(ids.map((id) => store.getState().models[id])).toMatchObject([
    { tags: ['print'], favourite: true },
    { tags: ['ink', 'landscape', 'slow brush', 'print'], favourite: true },
  ]);
  await actions.untagAll(ids, 'print');
  expect(ids.map((id) => store.getState().models[id]?.tags)).toEqual([[], ['ink', 'landscape', 'slow brush']]);
  expect(store.getState().bulk).toBe(null);
});

test('what can’t be done is told model by model, and the rest is done', async () => {
  const { store, actions, idOf } = await opened();
  const id = idOf('Linocut XL');
  await actions.favouriteAll(['diffusion/stable-diffusion-1/gone', id], true);
  expect(store.getState().bulk).toMatchObject({
    phase: 'ended',
    done: 2,
    failures: [{ modelId: 'diffusion/stable-diffusion-1/gone', problem: { code: 'not_found' } }],
  });
  expect(store.getState().models[id]?.favourite).toBe(true);
  actions.closeBulk();
  expect(store.getState().bulk).toBe(null);
});

test('many are removed after one preview, and one undo brings them all back', async () => {
  const { store, actions, idOf } = await opened();
  const ids = ['Linocut XL', 'Terracotta Mix v7', 'Полночь v3'].map(idOf);
  actions.askToRemove(ids);
  await actions.remove();
  expect(
    ids.map((id) => store.getState().models[id] !== undefined),
    'before the preview is whole',
  ).toEqual([true, true, true]);
  await expect.poll(() => store.getState().removal?.phase).toBe('ready');
  expect(store.getState().removal?.previews).toHaveLength(3);
  await actions.remove();
  const { notice, models } = store.getState();
  expect(notice).toMatchObject({ kind: 'removed', count: 3 });
  expect(ids.map((id) => models[id])).toEqual([undefined, undefined, undefined]);
  await actions.restore(notice?.kind === 'removed' ? notice.trashIds : []);
  await expect.poll(() => ids.map((id) => store.getState().models[id] !== undefined)).toEqual([true, true, true]);
});
