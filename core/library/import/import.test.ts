import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Task } from '../../contract/library/task.ts';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';

const waitMs = 15_000;

async function importOne(at: TestLibrary, path: string, mode: 'reference' | 'copy' | 'move', name?: string) {
  const { task_id } = at.library.import([{ path, mode, ...(name !== undefined && { name }) }]);
  const task = await at.library.waitForTask(task_id, waitMs);
  expect(Task.parse(task)).toEqual(task);
  const [result] = task.results;
  if (result === undefined) throw new Error('a task has a result for each item');
  return result;
}

async function show(at: TestLibrary, id: string | null) {
  const found = at.all().find(({ model_id }) => model_id === id);
  if (found === undefined) throw new Error(`there is no model ${id}`);
  return at.library.show(found.model_id);
}

const leftovers = (at: TestLibrary) => readdir(join(at.root, '.incoming'));

test('a bundle is copied in whole, and its source stays as it was', async () => {
  await using at = await TestLibrary.open();
  const bundle = await copyTinyBundle(join(at.path, 'My Bundle'));
  await writeFile(join(bundle, 'metadata.json'), '{"of": "another program"}');
  const before = await snapshot(bundle);
  const { model_id, status } = await importOne(at, bundle, 'copy');
  expect(status).toBe('imported');
  const record = await show(at, model_id);
  const folder = join(at.root, 'models', record.model_id);
  expect(record).toMatchObject({
    storage_kind: 'library_owned',
    entry_path: folder,
    source_path: bundle,
    match_source: 'import',
    validation_state: 'valid',
    hashes: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(await snapshot(bundle)).toEqual(before);
  expect((await readdir(folder)).sort()).toEqual(
    [
      ...(await readdir(bundle)).filter((name) => name !== 'metadata.json'),
      'metadata.json',
      'metadata.json.original',
    ].sort(),
  );
  expect(await readFile(join(folder, 'metadata.json.original'), 'utf8')).toBe('{"of": "another program"}');
  expect(await readFile(join(folder, 'unet/diffusion_pytorch_model.safetensors'))).toEqual(
    await readFile(join(bundle, 'unet/diffusion_pytorch_model.safetensors')),
  );
  expect(await leftovers(at)).toEqual([]);
  await at.library.describe(record.model_id);
  await at.reopen();
  expect(await show(at, model_id)).toEqual(record);
});

test('a file is copied in beside its record, with the hashes that model sites publish', async () => {
  await using at = await TestLibrary.open();
  const path = await writeLora(join(at.path, 'Ink Style.safetensors'), 'a');
  const bytes = await readFile(path);
  const { model_id } = await importOne(at, path, 'copy');
  const record = await show(at, model_id);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const payload = bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  expect(record).toMatchObject({
    model_type: 'lora',
    bundle_format: 'single_file',
    entry_path: join(at.root, 'models', record.model_id, 'Ink Style.safetensors'),
    recommended_backend: null,
    hashes: {
      sha256,
      autov2: sha256.slice(0, 10),
      autov3: createHash('sha256').update(payload).digest('hex').slice(0, 12),
    },
  });
  expect(await at.library.describe(record.model_id)).toMatchObject({
    recommended_backend: null,
    dependency_resolution: { state: 'unknown_profile', bindings: [] },
  });
});

test.each(['a bundle', 'a file'])('%s is moved in: its old place is empty, its bytes are here', async (what) => {
  await using at = await TestLibrary.open();
  const source =
    what === 'a file' ? await writeLora(join(at.path, 'x.safetensors'), 'a') : await copyTinyBundle(join(at.path, 'x'));
  const weights = what === 'a file' ? 'x.safetensors' : 'vae/diffusion_pytorch_model.safetensors';
  const bytes = await readFile(what === 'a file' ? source : join(source, weights));
  const { model_id, status } = await importOne(at, source, 'move', 'Moved');
  expect(status).toBe('imported');
  const record = await show(at, model_id);
  expect(record).toMatchObject({ name: 'Moved', storage_kind: 'library_owned', validation_state: 'valid' });
  expect(await readFile(join(at.root, 'models', record.model_id, weights))).toEqual(bytes);
  expect(await readdir(at.path)).toEqual(['library']);
  expect(await leftovers(at)).toEqual([]);
});

test('a snapshot of the Hugging Face cache is copied with what its links lead to, and can not be moved', async () => {
  await using at = await TestLibrary.open();
  const repository = join(at.path, 'models--who--nice');
  const snapshotPath = join(repository, 'snapshots/0123abc');
  await copyTinyBundle(snapshotPath);
  await mkdir(join(repository, 'blobs'));
  const weights = join(snapshotPath, 'unet/diffusion_pytorch_model.safetensors');
  await cp(weights, join(repository, 'blobs/abc'));
  await rm(weights);
  await symlink('../../../blobs/abc', weights);
  const before = await snapshot(repository);
  expect(await importOne(at, snapshotPath, 'move')).toMatchObject({
    status: 'failed',
    failure: { code: 'unsupported_path', message: expect.stringContaining('links') },
  });
  const { model_id } = await importOne(at, snapshotPath, 'copy');
  const record = await show(at, model_id);
  expect(record).toMatchObject({ repo_id: 'who/nice', revision: '0123abc', validation_state: 'valid' });
  expect(await snapshot(repository)).toEqual(before);
});

test('many items come in one after the other, each with its own result, told as they go', async () => {
  await using at = await TestLibrary.open({ timing: { taskEventMs: 0 } });
  const good = await writeLora(join(at.path, 'good.safetensors'), 'a');
  const broken = await writeLora(join(at.path, 'broken.safetensors'), 'b');
  await truncate(broken, 500);
  const items = [
    { path: good, mode: 'copy' },
    { path: broken, mode: 'copy' },
    { path: join(at.path, 'nothing'), mode: 'move' },
    { path: good, mode: 'reference' },
    { path: good, mode: 'reference' },
  ] as const;
  const started = at.library.import(items);
  expect(started).toMatchObject({ state: 'running', item_count: 5, results: [] });
  const task = await at.library.waitForTask(started.task_id, waitMs);
  expect(task).toMatchObject({ state: 'done', item_index: 5, current_path: null });
  expect(task.done_bytes).toBe(task.total_bytes);
  expect(task.results.map(({ status, failure }) => [status, failure?.code])).toEqual([
    ['imported', undefined],
    ['failed', 'invalid_bundle'],
    ['failed', 'path_not_found'],
    ['registered', undefined],
    ['already_registered', undefined],
  ]);
  expect(at.library.showTask(started.task_id)).toEqual(task);
  expect(at.events.filter(({ kind }) => kind === 'task_changed').at(-1)).toEqual({ kind: 'task_changed', task });
  expect(at.library.duplicates()).toMatchObject([
    { verified: false, model_ids: [expect.anything(), expect.anything()] },
  ]);
  expect(() => at.library.showTask('no such')).toThrow(expect.objectContaining({ name: 'Failed' }));
});

test('of a folder of many models each one comes in, and what is none is left', async () => {
  await using at = await TestLibrary.open();
  const folder = join(at.path, 'many');
  await copyTinyBundle(join(folder, 'bundle'));
  await writeLora(join(folder, 'deep/er/a.safetensors'), 'a');
  await writeLora(join(folder, 'b.safetensors'), 'b');
  await writeFile(join(folder, 'README.md'), 'no model');
  await at.library.register(join(folder, 'b.safetensors'));
  const before = await snapshot(folder);
  const run = async (path: string) => {
    const { task_id } = at.library.import([{ path, mode: 'copy', name: 'Mine' }]);
    return at.library.waitForTask(task_id, waitMs);
  };
  const task = await run(folder);
  expect(task).toMatchObject({ state: 'done', item_count: 3, item_index: 3 });
  expect(task.results.map(({ path, status }) => [path.slice(folder.length + 1), status])).toEqual([
    ['b.safetensors', 'already_registered'],
    ['bundle', 'imported'],
    ['deep/er/a.safetensors', 'imported'],
  ]);
  expect(
    at
      .all()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'b', 'bundle']);
  expect(await snapshot(folder)).toEqual(before);
  // One that holds a single model gives it the name that was asked for; one without any is refused.
  await writeLora(join(at.path, 'one/c.safetensors'), 'c');
  expect((await run(join(at.path, 'one'))).results).toMatchObject([{ status: 'imported' }]);
  expect(at.all()[0]?.name).toBe('Mine');
  await mkdir(join(at.path, 'none'));
  expect((await run(join(at.path, 'none'))).results).toMatchObject([
    { status: 'failed', failure: { code: 'invalid_bundle' } },
  ]);
});

test('a cancel in the middle of a copy leaves no half model, and the source whole', async () => {
  await using at = await TestLibrary.open({ timing: { taskEventMs: 0 } });
  const big = await writeLora(join(at.path, 'big.safetensors'), 'a', 400 * 2 ** 20);
  const other = await writeLora(join(at.path, 'other.safetensors'), 'b');
  const before = await snapshot(at.path).then((lines) => lines.filter((line) => !line.startsWith('library')));
  const { task_id } = at.library.import([
    { path: big, mode: 'copy' },
    { path: other, mode: 'copy' },
  ]);
  while (at.library.showTask(task_id).done_bytes === 0) await new Promise(setImmediate);
  const task = await at.library.cancelTask(task_id);
  expect(task).toMatchObject({ state: 'canceled', results: [{ status: 'canceled' }, { status: 'canceled' }] });
  expect([at.all(), await leftovers(at)]).toEqual([[], []]);
  expect((await snapshot(at.path)).filter((line) => !line.startsWith('library'))).toEqual(before);
});

test('what is left out of an import does not come in, the rest does', async () => {
  await using at = await TestLibrary.open({ timing: { taskEventMs: 0 } });
  const big = await writeLora(join(at.path, 'big.safetensors'), 'a', 400 * 2 ** 20);
  const waiting = await writeLora(join(at.path, 'waiting.safetensors'), 'b');
  const other = await writeLora(join(at.path, 'other.safetensors'), 'c');
  const { task_id } = at.library.import([big, waiting, other].map((path) => ({ path, mode: 'copy' })));
  while (at.library.showTask(task_id).done_bytes === 0) await new Promise(setImmediate);
  at.library.leaveOut(task_id, [waiting, big]);
  expect(await at.library.waitForTask(task_id, 20_000)).toMatchObject({
    state: 'done',
    results: [
      { path: big, status: 'canceled' },
      { path: waiting, status: 'canceled' },
      { path: other, status: 'imported' },
    ],
  });
  expect([at.all().length, await leftovers(at)]).toEqual([1, []]);
});

test.each([
  'newline\nname',
  '🌅 sunrise',
  'שלום עולם',
  '漢'.repeat(85),
  'x'.repeat(255),
  'trailing dot.',
  'CON',
  'nul.txt',
])('a folder called %j comes in under a name that every system takes', async (name) => {
  await using at = await TestLibrary.open();
  const bundle = await copyTinyBundle(join(at.path, name));
  for (const mode of ['reference', 'copy'] as const) {
    const { model_id, status } = await importOne(at, mode === 'reference' ? bundle : `${bundle}`, mode);
    // Registered first, it is known at that place.
    expect(status).toBe(mode === 'reference' ? 'registered' : 'already_registered');
    expect(await show(at, model_id)).toMatchObject({ validation_state: 'valid', entry_path: bundle });
  }
  const { model_id } = at.all()[0] ?? {};
  if (model_id === undefined) throw new Error('it was registered');
  await at.library.unregister(model_id);
  const { model_id: copy } = await importOne(at, bundle, 'copy');
  const segment = copy?.split('/').at(-1) ?? '';
  expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(200);
  expect(segment).not.toMatch(/[\n. ]$|^con$/);
  await at.reopen();
  expect(await show(at, copy)).toMatchObject({ validation_state: 'valid', storage_kind: 'library_owned' });
});

test('what is inside the library, or holds it, can not be brought in', async () => {
  await using at = await TestLibrary.open();
  const lora = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await importOne(at, lora, 'copy');
  const inside = join(at.root, 'models', model_id ?? '', 'a.safetensors');
  for (const path of [inside, at.path])
    expect(await importOne(at, path, 'copy')).toMatchObject({
      status: 'failed',
      failure: { code: 'unsupported_path' },
    });
});
