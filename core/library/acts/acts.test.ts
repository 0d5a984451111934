import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { ListQuery } from '../../contract/library/model.ts';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';

const failure = (code: string) => expect.objectContaining({ failure: expect.objectContaining({ code }) });

describe('a source that was moved', () => {
  test('is known again when its new place is registered, with all that the user wrote', async () => {
    await using at = await TestLibrary.open();
    const old = await copyTinyBundle(join(at.path, 'old'));
    const { model_id } = await at.library.register(old);
    await at.library.edit(model_id, { tags: ['mine'] });
    await rename(old, join(at.path, 'new'));
    expect(await at.library.register(join(at.path, 'new'))).toEqual({ model_id, status: 'already_registered' });
    expect(await at.library.show(model_id)).toMatchObject({
      tags: ['mine'],
      entry_path: join(at.path, 'new'),
      source_path: join(at.path, 'new'),
      validation_state: 'valid',
    });
  });

  test('is not taken for one whose files are still there: a copy is a model of its own', async () => {
    await using at = await TestLibrary.open();
    const { model_id } = await at.library.register(await copyTinyBundle(join(at.path, 'a')));
    const { model_id: second, status } = await at.library.register(await copyTinyBundle(join(at.path, 'b')));
    expect(status).toBe('registered');
    expect(at.library.duplicates()).toEqual([
      { fingerprint: expect.any(String), verified: false, model_ids: [model_id, second], size_bytes: 3_944_720 },
    ]);
  });

  test('is told by hand; other files are refused unless forced', async () => {
    await using at = await TestLibrary.open();
    const old = await writeLora(join(at.path, 'old.safetensors'), 'a');
    const other = await writeLora(join(at.path, 'other.safetensors'), 'b');
    const { model_id } = await at.library.register(old);
    await rename(old, join(at.path, 'new.safetensors'));
    expect(await at.library.relocate(model_id, join(at.path, 'new.safetensors'))).toMatchObject({
      entry_path: join(at.path, 'new.safetensors'),
      validation_state: 'valid',
    });
    await expect(at.library.relocate(model_id, other)).rejects.toEqual(failure('source_mismatch'));
    const forced = await at.library.relocate(model_id, other, true);
    expect(forced).toMatchObject({ entry_path: other, validation_state: 'valid', validation_errors: [] });
    expect(await at.library.validate({ model_id })).toEqual({ validation_state: 'valid', validation_errors: [] });
    const { model_id: taken } = await at.library.register(join(at.path, 'new.safetensors'));
    await expect(at.library.relocate(taken, other, true)).rejects.toEqual(failure('conflict'));
    await expect(at.library.relocate(taken, join(at.path, 'nothing'))).rejects.toEqual(failure('path_not_found'));
    await expect(at.library.relocate(taken, join(at.root, 'models'))).rejects.toEqual(failure('unsupported_path'));
  });

  test('of the library itself it can not be told', async () => {
    await using at = await TestLibrary.open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { task_id } = at.library.import([{ path, mode: 'copy' }]);
    await at.library.waitForTask(task_id, 10_000);
    const [model] = at.all();
    if (model === undefined) throw new Error('it was imported');
    await expect(at.library.relocate(model.model_id, path)).rejects.toEqual(failure('conflict'));
  });
});

describe("what is the user's own", () => {
  test('is changed, written down, found, and survives', async () => {
    await using at = await TestLibrary.open();
    const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
    const edited = await at.library.edit(model_id, {
      name: '  Été  ',
      tags: ['sunset', 'sunset', ' sea '],
      favourite: true,
      notes: 'for posters',
    });
    expect(edited).toMatchObject({
      name: 'Été',
      tags: ['sunset', 'sea'],
      favourite: true,
      notes: 'for posters',
      model_id,
    });
    expect(await at.library.edit(model_id, { favourite: false })).toMatchObject({ name: 'Été', favourite: false });
    expect(at.library.list(ListQuery.parse({ query: 'poster sunset' })).total).toBe(1);
    await at.reopen();
    expect(await at.library.show(model_id)).toMatchObject({ name: 'Été', tags: ['sunset', 'sea'], model_id });
    await expect(at.library.edit(model_id, { name: '   ' })).rejects.toEqual(failure('invalid_input'));
  });

  test('what is drawn of a picture lies beside the record; null takes it away', async () => {
    await using at = await TestLibrary.open();
    const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
    const picture = join(at.path, 'big.png');
    await sharp({ create: { width: 30, height: 15, channels: 3, background: 'red' } })
      .png()
      .toFile(picture);
    const before = await readFile(picture);
    expect(await at.library.edit(model_id, { preview: picture })).toMatchObject({ preview: 'preview.webp' });
    const path = await at.library.previewPath(model_id);
    expect(path).toBe(join(at.root, 'models', model_id, 'preview.webp'));
    expect(await sharp(path ?? '').metadata()).toMatchObject({ format: 'webp', width: 8, height: 4 });
    expect(await readFile(picture)).toEqual(before);
    await at.reopen();
    expect(at.all()).toMatchObject([{ preview: 'preview.webp' }]);
    await at.library.edit(model_id, { preview: null });
    expect(await at.library.previewPath(model_id)).toBeNull();
  });

  test.each<[string, (at: TestLibrary) => Promise<string>]>([
    [
      'text',
      async (at) => {
        await writeFile(join(at.path, 'x.png'), 'text');
        return join(at.path, 'x.png');
      },
    ],
    ['a folder', async (at) => at.path],
    ['nothing', async (at) => join(at.path, 'nothing.png')],
    ['a relative path', async () => 'x.png'],
    ['a device', async () => '/dev/zero'],
  ])('%s is no picture, and changes nothing', async (_, make) => {
    await using at = await TestLibrary.open();
    const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
    const before = await snapshot(join(at.root, 'models'));
    await expect(at.library.edit(model_id, { preview: await make(at), notes: 'x' })).rejects.toEqual(
      failure('invalid_input'),
    );
    expect(await snapshot(join(at.root, 'models'))).toEqual(before);
  });

  test('a damaged record is not written over', async () => {
    await using at = await TestLibrary.open();
    const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
    const path = join(at.root, 'models', model_id, 'metadata.json');
    await writeFile(path, '{"notes": "half');
    for (const act of [
      () => at.library.edit(model_id, { notes: 'x' }),
      () => at.library.relocate(model_id, join(at.path, 'a.safetensors')),
      () => at.library.revoke(model_id, 'volume_offline'),
    ])
      await expect(act()).rejects.toEqual(failure('conflict'));
    expect(await readFile(path, 'utf8')).toBe('{"notes": "half');
  });
});

test('an acceptance is taken back', async () => {
  await using at = await TestLibrary.open();
  const bundle = await copyTinyBundle(join(at.path, 'a'));
  const index = JSON.parse(await readFile(join(bundle, 'model_index.json'), 'utf8'));
  await writeFile(join(bundle, 'model_index.json'), JSON.stringify({ ...index, safety_checker: ['a', 'B'] }));
  const { model_id } = await at.library.register(bundle);
  expect(await at.library.accept(model_id, 'missing_optional_component')).toMatchObject({ validation_state: 'valid' });
  expect(await at.library.revoke(model_id, 'missing_optional_component', 'safety_checker')).toMatchObject({
    validation_state: 'degraded',
    accepted_findings: [],
  });
  await expect(at.library.revoke(model_id, 'missing_optional_component')).rejects.toEqual(failure('not_found'));
});

test('an SDXL bundle is bound to ONNX Runtime', async () => {
  await using at = await TestLibrary.open();
  const { model_id } = await at.library.register(await copyTinyBundle(join(at.path, 'xl'), 'sdxl-tiny'));
  expect(await at.library.describe(model_id)).toMatchObject({
    recommended_backend: 'onnx-runtime',
    dependency_resolution: { state: 'resolved' },
  });
});

test('a file of the Hugging Face cache is registered by its link, and stays what it is', async () => {
  await using at = await TestLibrary.open();
  const blobs = join(at.path, 'models--who--ink/blobs');
  const link = join(at.path, 'models--who--ink/snapshots/abc/ink.safetensors');
  await mkdir(blobs, { recursive: true });
  await mkdir(join(link, '..'), { recursive: true });
  await rename(await writeLora(join(at.path, 'x.safetensors'), 'a'), join(blobs, '0123'));
  await symlink('../../blobs/0123', link);
  const { model_id } = await at.library.register(link);
  expect(await at.library.validate({ model_id })).toEqual({ validation_state: 'valid', validation_errors: [] });
  expect(await at.library.show(model_id)).toMatchObject({ model_type: 'lora', repo_id: 'who/ink', revision: 'abc' });
  await rm(link);
});
