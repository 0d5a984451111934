import { truncateSync } from 'node:fs';
import { appendFile, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { TestLibrary, writeLora } from '../fixtures/test-library.ts';

const timing = { debounceMs: 150, settleMs: -1000, offlineCheckMs: 100 };

async function watched(debounceMs = timing.debounceMs): Promise<TestLibrary> {
  const at = await TestLibrary.open({ watches: true, hashes: false, timing: { ...timing, debounceMs } });
  await at.library.watching();
  return at;
}

/** The system tells of a new watch in its own time. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));
const states = (at: TestLibrary) => at.all().map(({ name, validation_state }) => `${name} ${validation_state}`);
const soon = (act: () => void) => vi.waitFor(act, { timeout: 8000, interval: 20 });

test('an external bundle that breaks and is mended is seen both times', async () => {
  await using at = await watched();
  const bundle = await copyTinyBundle(join(at.path, 'a'));
  await at.library.register(bundle);
  await aMoment();
  const weights = join(bundle, 'unet/diffusion_pytorch_model.safetensors');
  const bytes = await readFile(weights);
  await truncate(weights, 1000);
  await soon(() => expect(states(at)).toEqual(['a invalid']));
  await writeFile(weights, bytes);
  await soon(() => expect(states(at)).toEqual(['a valid']));
});

test('what breaks in the moment after it came in, before it is watched, is seen', async () => {
  await using at = await watched();
  const bundle = await copyTinyBundle(join(at.path, 'bundles/a'));
  const file = await writeLora(join(at.path, 'loras/b.safetensors'), 'b');
  await at.library.register(bundle);
  truncateSync(join(bundle, 'unet/diffusion_pytorch_model.safetensors'), 1000);
  await at.library.register(file);
  truncateSync(file, 100);
  await soon(() => expect(states(at)).toEqual(['b invalid', 'a invalid']));
});

test('an edit in the moment after the files changed does not hide that they did', async () => {
  await using at = await watched(1_000);
  const file = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await at.library.register(file);
  await aMoment();
  await truncate(file, 100);
  await at.library.edit(model_id, { favourite: true });
  expect(at.all()).toMatchObject([{ favourite: true, validation_state: 'valid' }]);
  await soon(() => expect(at.all()).toMatchObject([{ favourite: true, validation_state: 'invalid' }]));
});

test('a component that goes and comes back is seen, and so is what happens to it then', async () => {
  await using at = await watched();
  const bundle = await copyTinyBundle(join(at.path, 'a'));
  await at.library.register(bundle);
  await aMoment();
  await rename(join(bundle, 'unet'), join(at.path, 'unet'));
  await soon(() => expect(states(at)).toEqual(['a invalid']));
  await rename(join(at.path, 'unet'), join(bundle, 'unet'));
  await soon(() => expect(states(at)).toEqual(['a valid']));
  await aMoment();
  await truncate(join(bundle, 'unet/diffusion_pytorch_model.safetensors'), 1000);
  await soon(() => expect(states(at)).toEqual(['a invalid']));
});

test('a bundle that another takes the place of is watched on', async () => {
  await using at = await watched();
  const bundle = await copyTinyBundle(join(at.path, 'a'));
  const other = await copyTinyBundle(join(at.path, 'b'));
  await at.library.register(bundle);
  await aMoment();
  await rename(bundle, join(at.path, 'old'));
  await rename(other, bundle);
  await aMoment();
  await aMoment();
  await truncate(join(bundle, 'unet/diffusion_pytorch_model.safetensors'), 1000);
  await soon(() => expect(states(at)).toEqual(['a invalid']));
});

test('a source that goes, and one that gets another name, are seen', async () => {
  await using at = await watched();
  const a = await writeLora(join(at.path, 'loras/a.safetensors'), 'a');
  const b = await copyTinyBundle(join(at.path, 'loras/b'));
  await at.library.register(a);
  const { model_id } = await at.library.register(b);
  await aMoment();
  await rm(a);
  await soon(() => expect(states(at)).toEqual(expect.arrayContaining(['a invalid', 'b valid'])));
  await rename(b, join(at.path, 'loras/renamed'));
  await soon(() =>
    expect(at.all().find((model) => model.model_id === model_id)).toMatchObject({
      entry_path: join(at.path, 'loras/renamed'),
      validation_state: 'valid',
    }),
  );
});

test('a record that is edited by hand, a model that is dropped in, and a folder that is taken out are seen', async () => {
  await using at = await watched();
  const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
  const folder = join(at.root, 'models', model_id);
  await aMoment();
  const record = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8'));
  await writeFile(join(folder, 'metadata.json'), JSON.stringify({ ...record, tags: ['by hand'] }));
  await soon(() => expect(at.all()).toMatchObject([{ tags: ['by hand'] }]));
  await copyTinyBundle(join(at.root, 'models/diffusion/x/dropped'));
  await soon(() => expect(at.all().map((model) => model.model_id)).toContain('diffusion/x/dropped'));
  await rm(folder, { recursive: true });
  await soon(() => expect(at.all().map((model) => model.model_id)).toEqual(['diffusion/x/dropped']));
});

test('a folder of models that gets another name, and one in a hidden folder, are seen', async () => {
  await using at = await watched();
  const hidden = await writeLora(join(at.path, '.hidden/b.safetensors'), 'b');
  await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a'));
  await at.library.register(hidden);
  await aMoment();
  await rename(join(at.root, 'models/lora/unknown'), join(at.root, 'models/lora/renamed'));
  await soon(() =>
    expect(
      at
        .all()
        .map((model) => model.model_id)
        .sort(),
    ).toEqual(['lora/renamed/a', 'lora/renamed/b']),
  );
  await truncate(hidden, 100);
  await soon(() => expect(states(at)).toContain('b invalid'));
});

test('a folder of sources that goes and comes back takes its models along', async () => {
  await using at = await watched();
  const a = await writeLora(join(at.path, 'loras/a.safetensors'), 'a');
  const b = await copyTinyBundle(join(at.path, 'loras/b'));
  await at.library.register(a);
  await at.library.register(b);
  await aMoment();
  await rename(join(at.path, 'loras'), join(at.path, 'away'));
  await soon(() => expect(states(at).sort()).toEqual(['a invalid', 'b invalid']));
  await rename(join(at.path, 'away'), join(at.path, 'loras'));
  await soon(() => expect(states(at).sort()).toEqual(['a valid', 'b valid']));
  await truncate(a, 100);
  await soon(() => expect(states(at).sort()).toEqual(['a invalid', 'b valid']));
});

test('a file that is still being written is waited for', async () => {
  await using at = await watched(1_000);
  const file = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const whole = await readFile(file);
  await at.library.register(file);
  await aMoment();
  at.events.length = 0;
  const handle = await open(file, 'w');
  for (let done = 0; done < whole.length; done += 512) {
    await handle.write(whole.subarray(done, done + 512));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await handle.close();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect([states(at), at.events]).toEqual([['a valid'], []]);
});

test('a drive that comes back brings its models back', async () => {
  await using at = await watched();
  const file = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await at.library.register(file);
  const path = join(at.root, 'models', model_id, 'metadata.json');
  const record = JSON.parse(await readFile(path, 'utf8'));
  const away = '/mnt/no-such-disk-of-a-test/a.safetensors';
  await writeFile(path, JSON.stringify({ ...record, entry_path: away }));
  await at.library.reconcile();
  expect(at.all()).toMatchObject([{ is_offline: true, validation_state: 'degraded' }]);
  await writeFile(path, JSON.stringify({ ...record, entry_path: file, validation_state: 'degraded' }));
  await soon(() => expect(at.all()).toMatchObject([{ is_offline: false, validation_state: 'valid' }]));
});

test('a close releases everything', async () => {
  const at = await watched();
  await mkdir(join(at.path, 'x'));
  const file = await writeLora(join(at.path, 'x/a.safetensors'), 'a');
  await at.library.register(file);
  await at.library.close();
  at.events.length = 0;
  await appendFile(file, 'more');
  await aMoment();
  expect(at.events).toEqual([]);
  at.library = await at.openAgain();
  await at[Symbol.asyncDispose]();
});
