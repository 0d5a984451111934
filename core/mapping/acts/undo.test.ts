import { link, lstat, mkdir, readFile, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onlyLinks } from '../fixtures/disk-library.ts';
import { TestWorld, treeOf } from '../fixtures/test-world.ts';

const only = (file: 'hardlink' | 'none') => new TestWorld((own) => onlyLinks(own, file));
const shown = (plan: {
  readonly actions: readonly { readonly action: string; readonly reason_code: string; readonly path: string | null }[];
}) => plan.actions.map(({ action, reason_code, path }) => [action, reason_code, path]);

test('a link whose model moved is broken, and made anew; undoing that gives the older one back', async () => {
  await using world = new TestWorld();
  const { model_id } = await world.model('a');
  await world.apply();
  const older = await treeOf(world.root);
  await world.moveModel(model_id);
  expect(await world.mappings.check()).toMatchObject({
    checked: 1,
    faults: [{ fault: 'target_gone', remedy: 'relink', model_id }],
  });
  await world.model('b');
  const repair = await world.preview('comfyui', { repairOnly: true });
  expect(shown(repair)).toEqual([['broken', 'source_moved', 'models/loras/a.safetensors']]);
  await world.ended(await world.mappings.apply(repair.id));
  expect(await readFile(join(world.root, 'models/loras/a.safetensors'), 'utf8')).toBe('a');
  expect(await world.mappings.check()).toEqual({ checked: 1, faults: [] });
  const [newest] = await world.mappings.applies();
  await world.restart();
  await world.ended(await world.mappings.undo({ apply_id: newest?.apply_id ?? '' }));
  expect(await treeOf(world.root)).toEqual(older);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual({});
});

test('a link whose model is gone is taken away, and undoing that gives it back', async () => {
  await using world = new TestWorld();
  const { model_id } = await world.model('a');
  await world.apply();
  const linked = await treeOf(world.root);
  expect(await world.mappings.linksTo(model_id)).toEqual([join(world.root, 'models/loras/a.safetensors')]);
  await world.removeModel(model_id);
  expect(await world.mappings.check()).toMatchObject({
    faults: [{ fault: 'target_gone', remedy: 'relink', message: expect.stringContaining('not in the library') }],
  });
  expect(shown(await world.preview())).toEqual([['broken', 'model_gone', 'models/loras/a.safetensors']]);
  await world.apply();
  expect(await treeOf(world.root)).toEqual({ models: 'folder', 'models/loras': 'folder' });
  expect(await world.mappings.linksTo(model_id)).toEqual([]);
  const [newest] = await world.mappings.applies();
  await world.ended(await world.mappings.undo({ apply_id: newest?.apply_id ?? '' }));
  expect(await treeOf(world.root)).toEqual(linked);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual({});
});

test.each([
  ['a file', async (path: string) => writeFile(path, 'theirs')],
  ['a link to the same place', async (path: string, source: string) => symlink(source, path)],
  ['a folder', async (path: string) => void (await mkdir(path))],
])('undo leaves %s that somebody put in the place of a link', async (_, put) => {
  await using world = new TestWorld();
  const { path: source } = await world.model('a');
  await world.model('b');
  await world.apply();
  const path = join(world.root, 'models/loras/a.safetensors');
  await unlink(path);
  await put(path, source);
  const { mtimeNs } = await lstat(path, { bigint: true });
  expect(await world.mappings.check()).toMatchObject({ faults: [{ fault: 'link_replaced', remedy: 'none' }] });
  expect((await world.undoAll()).mapping).toMatchObject({ done: 1, left: 1 });
  expect((await lstat(path, { bigint: true })).mtimeNs).toBe(mtimeNs);
  const [apply] = await world.mappings.applies();
  const entries = await world.mappings.entries(apply?.apply_id ?? '');
  expect(entries.map(({ state, reason }) => [state, reason])).toEqual([
    ['left', expect.stringContaining('Something else')],
    ['undone', ''],
  ]);
});

test('a link that somebody took away is no fault of the undo, and is made again by the next apply', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await world.apply();
  const linked = await treeOf(world.root);
  await unlink(join(world.root, 'models/loras/a.safetensors'));
  expect(await world.mappings.check()).toMatchObject({ faults: [{ fault: 'link_gone', remedy: 'none' }] });
  expect(shown(await world.preview())).toEqual([['create', 'new', 'models/loras/a.safetensors']]);
  await world.apply();
  expect([await treeOf(world.root), (await world.mappings.check()).faults]).toEqual([linked, []]);
  expect((await world.undoAll()).mapping).toMatchObject({ left: 0 });
  expect(await treeOf(world.root)).toEqual({});
});

test('a hard link that became the only copy is never taken away', async () => {
  await using world = only('hardlink');
  const { path, model_id } = await world.model('a');
  await world.apply();
  const target = join(world.root, 'models/loras/a.safetensors');
  expect((await lstat(target)).nlink).toBe(2);
  await unlink(path);
  expect(await world.mappings.check()).toMatchObject({ faults: [{ fault: 'stale_hardlink', remedy: 'none' }] });
  expect(shown(await world.preview())).toEqual([['conflict', 'stale_hardlink', 'models/loras/a.safetensors']]);
  world.models.delete(model_id);
  expect(shown(await world.preview())).toEqual([['conflict', 'stale_hardlink', 'models/loras/a.safetensors']]);
  expect((await world.undoAll()).mapping).toMatchObject({ done: 0, left: 1 });
  expect(await readFile(target, 'utf8')).toBe('a');
  await link(target, path);
  expect((await world.undoAll()).mapping).toMatchObject({ done: 1, left: 0 });
  expect(await treeOf(world.root)).toEqual({});
});

test('an apply that is canceled keeps what it made, says so, and can be undone', async () => {
  let madeOne = () => {};
  const isOneMade = new Promise<void>((resolve) => {
    madeOne = resolve;
  });
  const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
  await using world = new TestWorld((own) => ({
    ...own,
    make: async (kind, source, target) => {
      await own.make(kind, source, target);
      madeOne();
      await go;
    },
  }));
  for (let index = 0; index < 40; index += 1) await world.model(`m${index}`);
  const plan = await world.preview();
  const { task_id } = await world.mappings.apply(plan.id);
  await isOneMade;
  const canceled = world.mappings.tasks.cancel(task_id);
  letGo();
  expect((await canceled).state).toBe('canceled');
  const [apply] = await world.mappings.applies();
  expect(apply?.state).toBe('canceled');
  expect(apply?.made).toBeLessThan(40);
  await world.restart();
  expect((await world.mappings.applies())[0]).toEqual(apply);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual({});
});

test('what stands in a folder that cannot be reached is known as that; undoing it is refused until it is there', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await world.apply();
  await rename(world.root, `${world.root}-away`);
  expect(await world.mappings.check()).toMatchObject({ faults: [{ fault: 'unreachable' }] });
  const [apply] = await world.mappings.applies();
  await expect(world.mappings.undo({ apply_id: apply?.apply_id ?? '' })).rejects.toMatchObject({
    failure: { code: 'path_not_found' },
  });
  await expect(world.preview()).rejects.toMatchObject({ failure: { code: 'path_not_found' } });
  await rename(`${world.root}-away`, world.root);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual({});
});

test('a folder that we made goes when the last link in it goes, whichever apply that was of', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await world.apply();
  await world.model('b');
  await world.apply();
  const [second, first] = await world.mappings.applies();
  await world.ended(await world.mappings.undo({ apply_id: first?.apply_id ?? '' }));
  expect(Object.keys(await treeOf(world.root))).toEqual(['models', 'models/loras', 'models/loras/b.safetensors']);
  await world.restart();
  await world.ended(await world.mappings.undo({ apply_id: second?.apply_id ?? '' }));
  expect(await treeOf(world.root)).toEqual({});
});

test.each([
  ['a line that is cut short', (text: string) => text.slice(0, -20)],
  ['a line that is none', (text: string) => text.replace('{"line":"begin"}', 'begin')],
  ['no head', (text: string) => text.slice(text.indexOf('\n') + 1)],
  ['nothing', () => ''],
])('a journal with %s loses nobody anything', async (_, damage) => {
  await using world = new TestWorld();
  await world.model('a');
  await world.put('models/loras/theirs', 'x');
  await world.apply();
  const before = await treeOf(world.root);
  const [apply] = await world.mappings.applies();
  const journal = join(world.path, 'data', 'mappings', 'applies', `${apply?.apply_id}.jsonl`);
  await writeFile(journal, damage(await readFile(journal, 'utf8')));
  await world.restart();
  await world.mappings.applies();
  expect(await treeOf(world.root)).toEqual(before);
  const plan = await world.preview();
  expect(['keep', 'conflict']).toContain(plan.actions[0]?.action);
  await world.undoAll();
  expect((await treeOf(world.root))['models/loras/theirs']).toBe('file: x');
});
