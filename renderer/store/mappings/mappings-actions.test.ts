import { expect, test } from 'vitest';
import { createSampleClient } from '../../dev/sample-client.ts';
import { createActions } from '../actions.ts';
import { createAppStore } from '../store.ts';
import { startSync } from '../sync.ts';

async function opened() {
  const client = createSampleClient('shelf');
  const store = createAppStore();
  const actions = createActions(store, client);
  startSync(store, client, actions);
  await expect.poll(() => store.getState().isReady).toBe(true);
  const plan = () => store.getState().planView?.plan;
  /** Waits for a plan that is another one than `than`. */
  const planned = async (than?: string) => {
    await expect.poll(() => [store.getState().preview, plan()?.plan_id !== than]).toEqual(['ready', true]);
    return plan();
  };
  return { store, actions, planned };
}

async function withConflict() {
  const window = await opened();
  const { store, actions, planned } = window;
  await actions.loadMappings();
  const app = store.getState().mappingApp ?? '';
  actions.chooseMappingRoot(app, '/home/mira/comfyui');
  const first = await planned();
  const [conflict] = store.getState().planView?.actions.conflict.rows ?? [];
  if (first === undefined || conflict === undefined) throw new Error('the sample has a name that is taken');
  return { ...window, app, first, conflict };
}

test('a plan that is made anew because a rule file changed keeps the other name that was chosen for a conflict', async () => {
  const { store, actions, planned, first, conflict } = await withConflict();
  actions.nameOtherwise(conflict.model_id);
  const chosen = await planned(first.plan_id);
  actions.mappingRulesMoved();
  expect((await planned(chosen?.plan_id))?.other_names).toEqual([conflict.model_id]);
  const named = store.getState().planView?.actions.create.rows.find(({ model_id }) => model_id === conflict.model_id);
  expect([named?.reason_code, named?.target]).toEqual(['other_name', conflict.other_target]);
});

test('a choice that is under way when a rule file changes counts as well', async () => {
  const { actions, planned, first } = await withConflict();
  actions.nameOtherwise('all');
  actions.mappingRulesMoved();
  await expect.poll(async () => (await planned(first.plan_id))?.other_names).toBe('all');
});

test('the names chosen for one app are not those of another, and are forgotten with its folder', async () => {
  const { store, actions, planned, app, first } = await withConflict();
  actions.nameOtherwise('all');
  const chosen = await planned(first.plan_id);
  const other = store.getState().mappingApps?.find((one) => one.app !== app)?.app ?? '';
  actions.chooseMappingRoot(other, '/home/mira/other');
  const others = await planned(chosen?.plan_id);
  expect(others).toMatchObject({ app: other, other_names: [] });
  actions.mappingRulesMoved();
  expect((await planned(others?.plan_id))?.other_names).toEqual([]);
});

test('the links that are to be mended are what the screen shows that opens for it, until all models are asked for', async () => {
  const { store, actions, planned } = await opened();
  actions.mendLinks('comfyui', '/home/mira/comfyui');
  void actions.loadMappings();
  await expect.poll(() => store.getState().mappingApps).not.toBe(null);
  await expect.poll(() => store.getState().applies).not.toBe(null);
  await actions.loadMappings();
  const mending = await planned();
  expect([store.getState().screen, mending?.app, mending?.repair_only]).toEqual(['mappings', 'comfyui', true]);
  await actions.previewMapping();
  expect((await planned(mending?.plan_id))?.repair_only).toBe(false);
});
