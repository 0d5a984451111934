import { cp, mkdir, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ModelId } from '../../contract/ids.ts';
import { ReconcileReport } from '../../contract/library/reconcile.ts';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';
import { openLibrary } from '../open-library.ts';

const counts = ({ added, updated, removed, adopted, partial, unchanged }: ReconcileReport) => ({
  added,
  updated,
  removed,
  adopted,
  partial,
  unchanged,
});
const nothing = { added: 0, updated: 0, removed: 0, adopted: 0, partial: 0, unchanged: 0 };

/** In this thread as a command that ends at once does it, and in a worker thread as a program that lives on does. */
describe.each([false, true])('reconcile, with watches %s', (watches) => {
  // A watcher that wakes in the middle would do first what is asked for here.
  const open = () => TestLibrary.open({ watches, hashes: false, timing: { debounceMs: 600_000 } });

  test('run twice, the second changes nothing; nothing unchanged is read or written', async () => {
    await using at = await open();
    await at.library.register(await copyTinyBundle(join(at.path, 'a')));
    await at.library.register(await writeLora(join(at.path, 'b.safetensors'), 'b'));
    const before = await snapshot(join(at.root, 'models'));
    at.events.length = 0;
    const report = await at.library.reconcile();
    expect(ReconcileReport.parse(report)).toEqual(report);
    expect(counts(report)).toEqual({ ...nothing, unchanged: 2 });
    expect(await at.library.lastReconcile()).toEqual(report);
    expect([await snapshot(join(at.root, 'models')), at.events]).toEqual([before, []]);
    // What a process before found can still be asked for.
    await at.library.close();
    at.library = await openLibrary({ ...at.host(), reconcilesAtStart: false });
    expect(await at.library.lastReconcile()).toEqual(report);
  });

  test('says what changed and why, and brings the health along', async () => {
    await using at = await open();
    const a = await copyTinyBundle(join(at.path, 'a'));
    const b = await writeLora(join(at.path, 'b.safetensors'), 'b');
    const c = await writeLora(join(at.path, 'c.safetensors'), 'c');
    const d = await writeLora(join(at.path, 'd.safetensors'), 'd');
    const ids = [];
    for (const path of [a, b, c, d]) ids.push((await at.library.register(path)).model_id);
    await at.library.close();
    await truncate(join(a, 'vae/diffusion_pytorch_model.safetensors'), 1000);
    await rm(b);
    await rm(join(at.root, 'models', ids[2] ?? ''), { recursive: true });
    await rename(join(at.root, 'models', ids[3] ?? ''), join(at.root, 'models/lora/unknown-place'));
    await mkdir(join(at.root, 'models/lora/x'), { recursive: true });
    await rename(join(at.root, 'models/lora/unknown-place'), join(at.root, 'models/lora/x/by-hand'));
    at.library = await at.openAgain();
    await at.library.settled();
    const report = await at.library.lastReconcile();
    if (report === null) throw new Error('it was reconciled at the start');
    expect(counts(report)).toEqual({ ...nothing, added: 1, updated: 2, removed: 2 });
    expect(report.changes.updated).toEqual([
      { model_id: ids[0], reason: 'its health went from valid to invalid' },
      { model_id: ids[1], reason: 'its health went from valid to invalid' },
    ]);
    expect(report.findings.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ['truncated_weights'],
      ['path_not_found'],
    ]);
    expect(at.all().map(({ model_id, validation_state }) => [model_id, validation_state])).toEqual(
      expect.arrayContaining([
        [ids[0], 'invalid'],
        [ids[1], 'invalid'],
        ['lora/x/by-hand', 'valid'],
      ]),
    );
    expect(counts(await at.library.reconcile())).toEqual({ ...nothing, unchanged: 3 });
  });

  test('payloads without a record are adopted: in place, or at the place that their kind has', async () => {
    await using at = await open();
    const models = join(at.root, 'models');
    await copyTinyBundle(join(models, 'diffusion/mine/deep/bundle'));
    await copyTinyBundle(join(models, 'dropped'));
    await mkdir(join(models, 'loras'), { recursive: true });
    await writeLora(join(models, 'loras/ink.safetensors'), 'ink');
    await mkdir(join(models, 'lora/own/ash'), { recursive: true });
    await writeLora(join(models, 'lora/own/ash/ash.safetensors'), 'ash');
    const report = await at.library.reconcile();
    expect(counts(report)).toEqual({ ...nothing, adopted: 4 });
    const found = at.all();
    expect(
      found.every(
        ({ storage_kind, validation_state }) => storage_kind === 'library_owned' && validation_state === 'valid',
      ),
    ).toBe(true);
    expect(found.map(({ model_id }) => model_id).sort()).toEqual([
      'diffusion/mine/deep/bundle',
      'diffusion/stable-diffusion-1/dropped',
      'lora/own/ash',
      'lora/unknown/ink',
    ]);
    for (const { model_id } of found)
      expect(await at.library.show(model_id)).toMatchObject({ match_source: 'orphan_recovery' });
    expect(counts(await at.library.reconcile())).toEqual({ ...nothing, unchanged: 4 });
  });

  test("a record that was lost comes back with what was the user's own", async () => {
    await using at = await open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { task_id } = at.library.import([{ path, mode: 'copy' }]);
    const [result] = (await at.library.waitForTask(task_id, 10_000)).results;
    const [{ model_id } = { model_id: undefined }] = at.all();
    if (model_id === undefined) throw new Error(JSON.stringify(result));
    const before = await at.library.edit(model_id, { tags: ['sunset'], notes: 'mine' });
    await at.library.close();
    await rm(join(at.root, 'models', model_id, 'metadata.json'));
    at.library = await at.openAgain();
    await at.library.settled();
    expect(await at.library.show(model_id)).toMatchObject({
      tags: ['sunset'],
      notes: 'mine',
      added_at: before.added_at,
      match_source: 'orphan_recovery',
    });
  });

  test('what is not finished is left alone, and taken when it is', async () => {
    await using at = await open();
    const models = join(at.root, 'models');
    const whole = await writeLora(join(at.path, 'whole.safetensors'), 'a');
    await mkdir(join(models, 'lora/x/half'), { recursive: true });
    await cp(whole, join(models, 'lora/x/half/half.safetensors'));
    await truncate(join(models, 'lora/x/half/half.safetensors'), 1000);
    await mkdir(join(models, 'lora/x/loading'), { recursive: true });
    await cp(whole, join(models, 'lora/x/loading/a.safetensors'));
    await writeFile(join(models, 'lora/x/loading/b.safetensors.part'), '');
    const bundle = await copyTinyBundle(join(models, 'diffusion/x/bundle'));
    await rename(join(bundle, 'unet'), join(at.path, 'unet'));
    await copyTinyBundle(join(models, 'diffusion/x/headless'));
    await rm(join(models, 'diffusion/x/headless/model_index.json'));
    const before = await snapshot(models);
    const report = await at.library.reconcile();
    expect([at.all(), await snapshot(models), report.adopted]).toEqual([[], before, 0]);
    expect(report.changes.partial.map(({ path }) => path.slice(models.length + 1)).sort()).toEqual([
      'diffusion/x/bundle',
      'diffusion/x/headless/text_encoder/model.safetensors',
      'diffusion/x/headless/unet/diffusion_pytorch_model.safetensors',
      'diffusion/x/headless/vae/diffusion_pytorch_model.safetensors',
      'lora/x/half/half.safetensors',
      'lora/x/loading/a.safetensors',
    ]);
    await rename(join(at.path, 'unet'), join(bundle, 'unet'));
    await rm(join(models, 'lora/x/loading/b.safetensors.part'));
    await cp(whole, join(models, 'lora/x/half/half.safetensors'));
    expect(counts(await at.library.reconcile())).toMatchObject({ adopted: 3, partial: 3 });
  });

  test('external references are taken neither for orphans nor for partial downloads', async () => {
    await using at = await open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    await writeFile(`${path}.part`, '');
    await at.library.register(path);
    await rm(path);
    const report = await at.library.reconcile();
    expect(counts(report)).toEqual({ ...nothing, updated: 1 });
    expect(await readdir(at.path)).toEqual(['a.safetensors.part', 'library']);
  });

  test('an index that was made anew is confirmed without a write, and what differs is told of', async () => {
    await using at = await open();
    const bundle = await copyTinyBundle(join(at.path, 'bundle'));
    const loras = [];
    for (const name of ['a', 'b', 'c']) loras.push(await writeLora(join(at.path, `${name}.safetensors`), name));
    await writeFile(join(at.path, 'a.civitai.info'), JSON.stringify({ trainedWords: ['ink'] }));
    const ids = [];
    for (const path of [bundle, ...loras]) ids.push((await at.library.register(path)).model_id);
    const { task_id } = at.library.import([
      { path: await writeLora(join(at.path, 'own.safetensors'), 'o'), mode: 'copy' },
    ]);
    await at.library.waitForTask(task_id, 10_000);
    // The third is another one now, and says so.
    await writeLora(loras[2] ?? '', 'another');
    await at.library.validate({ model_id: ids[3] as ModelId });
    await at.library.close();
    const before = await snapshot(join(at.root, 'models'));
    await rm(join(at.root, 'models.db'));
    await rm(join(at.root, '.reconcile.json'));
    await writeLora(loras[1] ?? '', 'another yet');
    at.events.length = 0;
    at.library = await at.openAgain();
    await at.library.settled();
    const report = await at.library.lastReconcile();
    expect(report).toMatchObject({ ...nothing, updated: 1, unchanged: 4 });
    expect(report?.changes.updated).toEqual([{ model_id: ids[2], reason: 'its health went from valid to degraded' }]);
    expect(report?.findings.map(({ model_id }) => model_id).sort()).toEqual([ids[2], ids[3]]);
    expect(at.events.filter(({ kind }) => kind === 'model_changed')).toHaveLength(1);
    const after = await snapshot(join(at.root, 'models'));
    const changed = after.filter((line) => !before.includes(line)).map((line) => line.split(' ')[0]);
    expect(changed.filter((path) => path?.endsWith('metadata.json'))).toEqual([`${ids[2]}/metadata.json`]);
    // What was confirmed is known from now on by its stamp.
    const again = await at.library.reconcile();
    expect([counts(again), again.findings]).toEqual([{ ...nothing, unchanged: 5 }, []]);
  });

  test('a file that is only touched is looked at, and nothing of its model changes', async () => {
    await using at = await open();
    const path = await writeLora(join(at.path, 'a.safetensors'), 'a');
    const { model_id } = await at.library.register(path);
    const text = await readFile(join(at.root, 'models', model_id, 'metadata.json'), 'utf8');
    await utimes(path, new Date(), new Date(Date.now() + 60_000));
    expect(counts(await at.library.reconcile())).toEqual({ ...nothing, unchanged: 1 });
    expect(await readFile(join(at.root, 'models', model_id, 'metadata.json'), 'utf8')).toBe(text);
  });
});

test('a payload that changed a moment ago is not adopted yet', async () => {
  await using at = await TestLibrary.open({ timing: { settleMs: 60_000 } });
  await copyTinyBundle(join(at.root, 'models/diffusion/x/bundle'));
  expect(counts(await at.library.reconcile())).toEqual({ ...nothing, partial: 1 });
});
