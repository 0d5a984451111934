import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Task } from '../../contract/library/task.ts';
import type { MappingPlan } from '../../contract/mapping/mapping.ts';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

let app: OpenApp;
let root: string;
beforeAll(async () => {
  app = await openApp();
  root = join(app.folder, 'ComfyUI');
  mkdirSync(join(root, 'models'), { recursive: true });
  for (const name of ['main.py', 'folder_paths.py']) writeFileSync(join(root, name), '');
}, 60_000);
afterAll(() => app[Symbol.asyncDispose]());

const ended = async ({ task_id }: Task) => (await app.get(`/api/v1/tasks/${task_id}/wait`)).body as Task;

test('a plan is made, looked at, carried out and taken back through HTTP; the events tell of it', async () => {
  const heard: string[] = [];
  const letGo = app.instance.app.events.listen(({ event }) => void heard.push(event.kind));
  const plan = (await app.post('/api/v1/mappings/plans', { app: 'comfyui', root })).body as MappingPlan;
  expect(plan).toMatchObject({ app: 'comfyui', root, next_cursor: null, summary: { create: 1 } });
  const path = `/api/v1/mappings/plans/${plan.plan_id}`;
  expect((await app.get(`${path}?action=create&limit=1`)).body).toMatchObject({ total: 1, actions: plan.actions });
  expect((await app.get(`${path}/folder?path=models%2Fdiffusers`)).body).toMatchObject({
    entries: [{ name: 'vitrine-starter', before: null, after: 'vitrine_link' }],
  });
  expect((await app.get(`${path}/folder?path=models%2Fnone`)).body).toMatchObject({ code: 'not_found' });
  expect((await app.get(`${path}?cursor=x`)).body).toMatchObject({ code: 'invalid_input' });
  const applied = await ended((await app.post(`${path}/apply`)).body as Task);
  expect(applied).toMatchObject({ kind: 'mapping_apply', state: 'done', mapping: { done: 1, failed: 0 } });
  expect(existsSync(join(root, 'models/diffusers/vitrine-starter/model_index.json'))).toBe(true);
  const [id] = applied.mapping?.apply_ids ?? [];
  expect((await app.get('/api/v1/mappings/applies')).body).toMatchObject({ applies: [{ apply_id: id, standing: 1 }] });
  expect((await app.get(`/api/v1/mappings/applies/${id}/entries?state=standing`)).body).toMatchObject({ total: 1 });
  expect((await app.post('/api/v1/mappings/check')).body).toEqual({ checked: 1, sound: 1, faults: [], fault_count: 0 });
  const again = await app.post(`${path}/apply`);
  expect([again.status, again.body]).toMatchObject([
    409,
    { code: 'plan_outdated', details: { plan_id: expect.any(String) } },
  ]);
  const undone = await ended((await app.post('/api/v1/mappings/undo', { apply_id: id })).body as Task);
  expect(undone).toMatchObject({ kind: 'mapping_undo', state: 'done', mapping: { done: 1, left: 0 } });
  expect(existsSync(join(root, 'models/diffusers'))).toBe(false);
  expect(heard.filter((kind) => kind === 'mappings_changed')).toHaveLength(2);
  letGo();
});

test('a name that is taken is left or gone round, as the plan is asked for; the links of a model say how they are', async () => {
  const taken = join(root, 'models/diffusers/vitrine-starter');
  mkdirSync(taken, { recursive: true });
  const ask = (other_names?: unknown) => app.post('/api/v1/mappings/plans', { app: 'comfyui', root, other_names });
  const left = (await ask()).body as MappingPlan;
  const [conflict] = left.actions;
  expect([left.other_names, left.summary.other_names, conflict]).toMatchObject([
    [],
    1,
    { action: 'conflict', reason_code: 'folder_there', target: taken, other_target: `${taken}-vitrine-starter` },
  ]);
  const model_id = conflict?.model_id ?? '';
  const plan = (await ask([model_id])).body as MappingPlan;
  expect(plan).toMatchObject({ other_names: [model_id], actions: [{ action: 'create', reason_code: 'other_name' }] });
  expect((await ask('some')).body).toMatchObject({ code: 'invalid_input' });
  await ended((await app.post(`/api/v1/mappings/plans/${plan.plan_id}/apply`)).body as Task);
  const links = () => app.get(`/api/v1/mappings/links?model_id=${encodeURIComponent(model_id)}`);
  const link = { app: 'comfyui', root, target: `${taken}-vitrine-starter`, fault: null, remedy: 'none' };
  expect((await links()).body).toMatchObject({ links: [link] });
  rmSync(link.target);
  expect((await links()).body).toMatchObject({ links: [{ ...link, fault: 'link_gone' }] });
  expect((await app.get(`/api/v1/models/${model_id}`)).body).toMatchObject({ validation_state: 'valid' });
  expect((await app.get('/api/v1/mappings/links?model_id=..%2Fx')).body).toMatchObject({ code: 'invalid_input' });
  await ended((await app.post('/api/v1/mappings/undo', { app: 'comfyui', root })).body as Task);
});

test.each([
  ['/api/v1/mappings/plans', { app: 'nonesuch', root: '/' }, 404, 'not_found'],
  ['/api/v1/mappings/plans', { app: 'comfyui', root: 'relative' }, 422, 'invalid_input'],
  ['/api/v1/mappings/plans', { app: 'comfyui' }, 422, 'invalid_input'],
  ['/api/v1/mappings/plans/nonesuch/apply', {}, 404, 'not_found'],
  ['/api/v1/mappings/plans/..%2F..%2Fx/apply', {}, 422, 'invalid_input'],
  ['/api/v1/mappings/undo', { apply_id: '../x' }, 422, 'invalid_input'],
  ['/api/v1/mappings/undo', {}, 422, 'invalid_input'],
  ['/api/v1/mappings/detect', { path: 'relative' }, 422, 'invalid_input'],
])('%s with %j is refused', async (path, body, status, code) => {
  expect(await app.post(path, body)).toMatchObject({ status, body: { code } });
});
