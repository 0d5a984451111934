import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RemovalPreview } from '../../contract/library/model.ts';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';

const day = 24 * 3600 * 1000;

async function withCopy(at: TestLibrary) {
  const bundle = await copyTinyBundle(join(at.path, 'bundle'));
  const { task_id } = at.library.import([{ path: bundle, mode: 'copy' }]);
  await at.library.waitForTask(task_id, 10_000);
  const [model] = at.all();
  if (model === undefined) throw new Error('it was imported');
  return { bundle, id: model.model_id, folder: join(at.root, 'models', model.model_id) };
}

test('a removed payload is previewed, goes, and comes back as it was', async () => {
  await using at = await TestLibrary.open();
  const { id, folder } = await withCopy(at);
  await at.library.edit(id, { tags: ['keep'] });
  const before = await snapshot(folder);
  const record = await at.library.show(id);
  const preview = await at.library.previewRemoval(id);
  expect(RemovalPreview.parse(preview)).toEqual(preview);
  expect(preview).toMatchObject({ storage_kind: 'library_owned', kept: [], links: [] });
  expect(preview.removed.map(({ path }) => path)).toEqual(
    (await readdir(folder)).sort().map((name) => join(folder, name)),
  );
  const { removed } = await at.library.unregister(id);
  expect([removed, at.all()]).toEqual([[folder], []]);
  const [entry] = await at.library.listTrash();
  expect(entry).toMatchObject({ model_id: id, name: record.name, size_bytes: record.size_bytes });
  await at.reopen();
  expect(await at.library.restore(entry?.trash_id ?? '')).toEqual({ model_id: id, status: 'registered' });
  expect([await snapshot(folder), await at.library.show(id)]).toEqual([before, record]);
  expect([await at.library.listTrash(), await readdir(join(at.root, '.trash'))]).toEqual([[], []]);
  await expect(at.library.restore(entry?.trash_id ?? '')).rejects.toMatchObject({ failure: { code: 'not_found' } });
});

test('of an external model the record alone goes and comes back; its files are not touched', async () => {
  await using at = await TestLibrary.open({ linksTo: async () => ['/elsewhere/link'] });
  const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await at.library.register(path);
  await at.library.edit(model_id, { notes: 'mine' });
  const before = await at.library.show(model_id);
  const metadata = join(at.root, 'models', model_id, 'metadata.json');
  expect(await at.library.previewRemoval(model_id)).toEqual({
    model_id,
    storage_kind: 'external_reference',
    removed: [{ path: metadata, size_bytes: (await readFile(metadata)).length }],
    kept: [path],
    links: ['/elsewhere/link'],
  });
  await at.library.unregister(model_id);
  const [entry] = await at.library.listTrash();
  expect(await readdir(join(at.root, 'models'))).toEqual([]);
  await at.library.restore(entry?.trash_id ?? '');
  expect(await at.library.show(model_id)).toEqual(before);
});

test('what comes back while another has its id takes a new one', async () => {
  await using at = await TestLibrary.open();
  const { id, bundle } = await withCopy(at);
  await at.library.unregister(id);
  expect((await at.library.register(bundle)).model_id).toBe(id);
  const [entry] = await at.library.listTrash();
  expect(await at.library.restore(entry?.trash_id ?? '')).toEqual({ model_id: `${id}-2`, status: 'registered' });
  await at.reopen();
  expect(
    at
      .all()
      .map(({ model_id }) => model_id)
      .sort(),
  ).toEqual([id, `${id}-2`]);
});

test('what was removed ends after 30 days, and not a day before', async () => {
  await using at = await TestLibrary.open();
  const { id } = await withCopy(at);
  await at.library.unregister(id);
  at.clock += 29 * day;
  await at.reopen();
  expect(await at.library.listTrash()).toHaveLength(1);
  at.clock += 2 * day;
  await at.reopen();
  expect([await at.library.listTrash(), await readdir(join(at.root, '.trash'))]).toEqual([[], []]);
});

test('a clock that is set back costs no order and no undo', async () => {
  await using at = await TestLibrary.open();
  const first = await writeLora(join(at.path, 'first.safetensors'), 'a');
  const second = await writeLora(join(at.path, 'second.safetensors'), 'b');
  const { model_id } = await at.library.register(first);
  at.clock -= 400 * day;
  const { model_id: later } = await at.library.register(second);
  expect(at.all().map(({ name }) => name)).toEqual(['second', 'first']);
  await at.library.unregister(model_id);
  await at.library.unregister(later);
  at.clock += 400 * day;
  await at.reopen();
  expect(await at.library.listTrash()).toHaveLength(2);
});

test.each(['before anything moved', 'after part of it moved', 'with nothing but an empty folder'])(
  'a removal that was killed %s is undone at the next start',
  async (when) => {
    await using at = await TestLibrary.open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { model_id } = await at.library.register(path);
    const folder = join(at.root, 'models', model_id);
    await writeFile(join(folder, 'preview.webp'), 'picture');
    const before = await snapshot(folder);
    await at.library.close();
    const entry = join(at.root, '.trash/20260101T000000000Z-00000000');
    await mkdir(join(entry, 'model'), { recursive: true });
    const time = new Date(at.clock).toISOString();
    if (!when.startsWith('with'))
      await writeFile(
        join(entry, 'manifest.json'),
        JSON.stringify({
          model_id,
          name: 'a',
          size_bytes: 0,
          is_whole_folder: false,
          removed_at: time,
          expires_at: time,
        }),
      );
    if (when.startsWith('after')) await rename(join(folder, 'preview.webp'), join(entry, 'model/preview.webp'));
    at.library = await at.openAgain();
    await at.library.settled();
    expect(await snapshot(folder)).toEqual(before);
    expect([await at.library.listTrash(), await readdir(join(at.root, '.trash'))]).toEqual([[], []]);
  },
);

test('a trash that somebody else wrote into is no harm', async () => {
  await using at = await TestLibrary.open();
  const trash = join(at.root, '.trash');
  await mkdir(join(trash, 'bad/model'), { recursive: true });
  await writeFile(join(trash, 'bad/model/file'), 'keep');
  await writeFile(join(trash, 'bad/manifest.json'), '{"model_id": "../../../etc"}');
  await writeFile(join(trash, 'file'), '');
  await at.reopen();
  expect(await at.library.listTrash()).toEqual([]);
  await expect(at.library.restore('bad')).rejects.toMatchObject({ failure: { code: 'not_found' } });
  expect(await readFile(join(trash, 'bad/model/file'), 'utf8')).toBe('keep');
  await rm(trash, { recursive: true });
});
