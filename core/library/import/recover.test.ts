import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';

const arrival = '01234567-89ab-4cde-8f01-23456789abcd';

async function copied(at: TestLibrary, path: string) {
  const { task_id } = at.library.import([{ path, mode: 'copy' }]);
  await at.library.waitForTask(task_id, 10_000);
  const model = at.all()[0];
  if (model === undefined) throw new Error('it was imported');
  return { id: model.model_id, folder: join(at.root, 'models', model.model_id) };
}

async function movedFile(path: string, target: string) {
  const { size, mtimeMs } = await stat(path);
  return { path, target, size_bytes: size, mtime_ms: mtimeMs };
}

describe('a move from another drive, killed when its copy had become a model', () => {
  test('is finished at the next start: the source goes', async () => {
    await using at = await TestLibrary.open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { id } = await copied(at, path);
    await at.library.close();
    const intent = {
      kind: 'remove_source',
      model_id: id,
      files: [await movedFile(path, 'a.safetensors')],
      folders: [],
    };
    await writeFile(join(at.root, '.incoming', `${arrival}.json`), JSON.stringify(intent));
    at.library = await at.openAgain();
    await at.library.settled();
    expect([await readdir(at.path), await readdir(join(at.root, '.incoming'))]).toEqual([['library'], []]);
    expect(at.all()).toMatchObject([{ validation_state: 'valid' }]);
  });

  test('leaves a source that changed since, and one whose copy is not there', async () => {
    await using at = await TestLibrary.open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const other = await writeLora(join(at.path, 'b.safetensors'), 'b');
    const { id } = await copied(at, path);
    await at.library.close();
    const files = [
      { ...(await movedFile(path, 'a.safetensors')), mtime_ms: 1 },
      await movedFile(other, 'b.safetensors'),
    ];
    const intent = { kind: 'remove_source', model_id: id, files, folders: [at.path] };
    await writeFile(join(at.root, '.incoming', `${arrival}.json`), JSON.stringify(intent));
    const before = (await snapshot(at.path)).filter((line) => !line.startsWith('library'));
    at.library = await at.openAgain();
    await at.library.settled();
    expect((await snapshot(at.path)).filter((line) => !line.startsWith('library'))).toEqual(before);
  });

  test('is undone while the copy is still on its way', async () => {
    await using at = await TestLibrary.open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { id, folder } = await copied(at, path);
    await at.library.close();
    await cp(folder, join(at.root, '.incoming', `copy-${arrival}`), { recursive: true });
    const intent = {
      kind: 'remove_source',
      model_id: id,
      files: [await movedFile(path, 'a.safetensors')],
      folders: [],
    };
    await writeFile(join(at.root, '.incoming', `${arrival}.json`), JSON.stringify(intent));
    at.library = await at.openAgain();
    await at.library.settled();
    expect([(await readdir(at.path)).sort(), await readdir(join(at.root, '.incoming'))]).toEqual([
      ['a.safetensors', 'library'],
      [],
    ]);
  });
});

test('files of the user whose old place is taken, or whose intent is lost, become a model', async () => {
  await using at = await TestLibrary.open();
  await at.library.close();
  const incoming = join(at.root, '.incoming');
  await copyTinyBundle(join(incoming, 'move-lost'));
  await mkdir(join(incoming, `move-${arrival}`));
  const taken = await writeLora(join(at.path, 'a.safetensors'), 'another');
  await rename(
    await writeLora(join(at.path, 'x.safetensors'), 'a'),
    join(incoming, `move-${arrival}`, 'a.safetensors'),
  );
  const intent = { kind: 'rename', files: [{ path: taken, target: 'a.safetensors' }] };
  await writeFile(join(incoming, `${arrival}.json`), JSON.stringify(intent));
  const before = await readFile(taken);
  at.library = await at.openAgain();
  await at.library.settled();
  expect(
    at
      .all()
      .map(({ bundle_format, validation_state }) => `${bundle_format} ${validation_state}`)
      .sort(),
  ).toEqual(['diffusers_directory valid', 'single_file valid']);
  expect([await readdir(incoming), await readFile(taken)]).toEqual([[], before]);
});

test('a folder with a metadata.json of its own that was on its way goes home with it', async () => {
  await using at = await TestLibrary.open();
  await at.library.close();
  const folder = join(at.root, '.incoming', `move-${arrival}`);
  const home = join(at.path, 'home');
  await copyTinyBundle(folder);
  await writeFile(join(folder, 'metadata.json'), '{"mine": true}');
  const before = await snapshot(folder);
  const intent = { kind: 'rename', files: [{ path: home, target: '' }] };
  await writeFile(join(at.root, '.incoming', `${arrival}.json`), JSON.stringify(intent));
  at.library = await at.openAgain();
  await at.library.settled();
  expect([await snapshot(home), at.all()]).toEqual([before, []]);
});

const otherDrive = await mkdtemp('/dev/shm/vitrine-').catch(() => null);

test.skipIf(otherDrive === null)('a move from another drive copies, then removes the source', async () => {
  await using at = await TestLibrary.open();
  const source = await copyTinyBundle(join(otherDrive ?? '', 'bundle'));
  try {
    const { task_id } = at.library.import([{ path: source, mode: 'move' }]);
    const task = await at.library.waitForTask(task_id, 10_000);
    expect(task.results).toMatchObject([{ status: 'imported' }]);
    expect([await readdir(otherDrive ?? ''), await readdir(join(at.root, '.incoming'))]).toEqual([[], []]);
    expect(at.all()).toMatchObject([{ validation_state: 'valid', storage_kind: 'library_owned' }]);
  } finally {
    await rm(otherDrive ?? '', { recursive: true, force: true });
  }
});
