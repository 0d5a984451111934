import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { TestVitrine } from '../fixtures/test-vitrine.ts';

const bundle = join(import.meta.dirname, '..', '..', 'diffusion', 'reference', 'bundles', 'sd15-tiny');
const id = 'diffusion/stable-diffusion-1/sd15-tiny';
const starterId = 'diffusion/stable-diffusion-1/vitrine-starter';

/** A working folder with a bundle called sd15-tiny. */
function withBundle(): TestVitrine {
  const vitrine = new TestVitrine();
  cpSync(bundle, join(vitrine.path, 'sd15-tiny'), { recursive: true });
  return vitrine;
}

/** A LoRA's file; `mark` makes it another. */
function writeLora(path: string, mark: string): void {
  const down = { dtype: 'F16', shape: [4, 8], data_offsets: [0, 64] };
  const header = {
    __metadata__: { mark, ss_network_module: 'networks.lora' },
    'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': down,
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, Buffer.alloc(64)]));
}

test.each([
  ['reference', 'registered', true],
  ['copy', 'imported', true],
  ['move', 'imported', false],
] as const)('a folder comes in by %s: %s', async (mode, status, isStillThere) => {
  await using vitrine = withBundle();
  expect(await vitrine.document('import', 'sd15-tiny', '--mode', mode, '--name', 'Mine')).toEqual({
    results: [{ path: join(vitrine.path, 'sd15-tiny'), model_id: 'diffusion/stable-diffusion-1/mine', status }],
  });
  expect(existsSync(join(vitrine.path, 'sd15-tiny', 'model_index.json'))).toBe(isStillThere);
  const owner = mode === 'reference' ? 'external_reference' : 'library_owned';
  expect(await vitrine.document('list', '--storage', owner, '--query', 'mine')).toMatchObject({ total: 1 });
});

test('of several paths each has a result, and only when none came in the whole is a failure', async () => {
  await using vitrine = withBundle();
  const nowhere = {
    path: join(vitrine.path, 'nowhere'),
    model_id: null,
    status: 'failed',
    failure: {
      code: 'path_not_found',
      message: expect.any(String),
      details: { path: join(vitrine.path, 'nowhere') },
    },
  };
  const whole = join(vitrine.path, 'sd15-tiny');
  const some = await vitrine.run(['import', 'nowhere', 'sd15-tiny', '--json']);
  expect([some.code, JSON.parse(some.out)]).toEqual([
    0,
    { results: [nowhere, { path: whole, model_id: id, status: 'registered' }] },
  ]);
  const again = await vitrine.run(['import', 'sd15-tiny', '--mode', 'copy', '--json']);
  expect([again.code, JSON.parse(again.out)]).toEqual([
    0,
    { results: [{ path: whole, model_id: id, status: 'already_registered' }] },
  ]);
  const none = await vitrine.run(['import', 'nowhere', '--json']);
  expect([none.code, JSON.parse(none.out)]).toEqual([3, { results: [nowhere] }]);
  expect((await vitrine.run(['import', 'nowhere', 'sd15-tiny'])).out).toMatch(
    /nowhere: There is nothing at .*\[path_not_found\]\n.*: already registered as diffusion/,
  );
});

test('where somebody watches an import, its line of progress goes away; one name for two paths is wrong use', async () => {
  await using vitrine = withBundle();
  const watched = await vitrine.run(['import', 'sd15-tiny', '--mode', 'copy'], { isTerminal: true });
  expect(watched.err.endsWith('\r\x1b[K')).toBe(true);
  expect(await vitrine.run(['import', 'a', 'b', '--name', 'x', '--json'])).toMatchObject({ code: 2 });
});

test('Ctrl-C cancels an import: exit code 3, every path told of, nothing left on its way in', async () => {
  await using vitrine = withBundle();
  const paths = Array.from({ length: 300 }, () => 'sd15-tiny');
  const ran = await vitrine.run(['import', ...paths, '--mode', 'copy', '--json'], { interruptAfterMs: 0 });
  const { results } = JSON.parse(ran.out) as { results: { status: string }[] };
  expect([ran.code, results.length, results.at(-1)?.status]).toEqual([3, 300, 'canceled']);
  const incoming = join(vitrine.libraryPath, '.incoming');
  expect(existsSync(incoming) ? readdirSync(incoming) : []).toEqual([]);
});

test('a path is classified: what is in it, and whether the library has it', async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  writeLora(join(vitrine.path, 'lora.safetensors'), 'one');
  expect(await vitrine.document('classify', 'sd15-tiny')).toMatchObject({
    kind: 'diffusers_directory',
    reasons: expect.any(Array),
    candidates: [{ already_registered_as: id, duplicates: [], validation_state: 'valid' }],
    skipped: [],
  });
  expect(await vitrine.document('classify', 'lora.safetensors')).toMatchObject({
    kind: 'single_file',
    candidates: [{ model_type: 'lora' }],
  });
  expect((await vitrine.run(['classify', 'sd15-tiny'])).out).toContain(`in the library already: ${id}`);
});

test('models are listed by family, owner, tag and favour, in the order that is asked for', async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  writeLora(join(vitrine.path, 'lora.safetensors'), 'one');
  const lora = (await vitrine.document('register', 'lora.safetensors')) as { model_id: string };
  await vitrine.document('edit', id, '--tag', 'good', '--tag', 'small', '--favourite');
  await vitrine.document('edit', lora.model_id, '--name', 'Zebra');
  const ids = async (...args: string[]) => {
    const page = (await vitrine.document('list', ...args)) as { models: { model_id: string }[] };
    return page.models.map(({ model_id }) => model_id);
  };
  expect(await ids('--family', 'stable-diffusion-1', '--storage', 'external_reference', '--type', 'diffusion')).toEqual(
    [id],
  );
  expect(await ids('--tag', 'small')).toEqual([id]);
  expect(await ids('--favourite')).toEqual([id]);
  expect(await ids('--sort', 'name')).toEqual([id, starterId, lora.model_id]);
  expect(await ids('--sort', 'newest')).toEqual([lora.model_id, id, starterId]);
  expect((await ids('--sort', 'size')).at(-1)).toBe(lora.model_id);
  expect(await vitrine.run(['list', '--sort', 'beauty', '--json'])).toMatchObject({ code: 2 });
});

test("what is the user's own is edited field by field; a field that is not named stays", async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .png()
    .toFile(join(vitrine.path, 'red.png'));
  const own = { name: 'Mine', tags: ['a', 'b'], notes: 'n', favourite: true, preview: 'preview.webp' };
  const all = ['--name', 'Mine', '--tag', 'a', '--tag', 'b', '--note', 'n', '--favourite', '--preview', 'red.png'];
  expect(await vitrine.document('edit', id, ...all)).toMatchObject({ model_id: id, ...own });
  expect(await vitrine.document('edit', id, '--no-tag')).toMatchObject({ ...own, tags: [] });
  expect(await vitrine.document('edit', id, '--no-favourite', '--no-preview', '--note', '')).toMatchObject({
    name: 'Mine',
    notes: '',
    favourite: false,
    preview: null,
  });
  expect(await vitrine.run(['edit', id])).toMatchObject({ code: 2, err: expect.stringContaining('nothing to change') });
  expect(await vitrine.document('edit', id, '--preview', 'sd15-tiny/model_index.json')).toMatchObject({
    failure: { code: 'invalid_input' },
  });
});

test('a warning is accepted and taken back', async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  const path = join(vitrine.path, 'sd15-tiny', 'model_index.json');
  const index = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(
    path,
    JSON.stringify({ ...index, safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'] }),
  );
  const verdict = (await vitrine.document('validate', id)) as { validation_errors: { code: string }[] };
  expect(verdict).toMatchObject({
    validation_state: 'degraded',
    validation_errors: [{ code: 'missing_optional_component', severity: 'warning' }],
  });
  expect(await vitrine.document('describe', id)).toMatchObject({ failure: { code: 'asset_not_executable' } });
  expect(await vitrine.document('accept', id, 'missing_optional_component')).toMatchObject({
    validation_errors: [{ code: 'missing_optional_component', accepted: true }],
  });
  expect(await vitrine.document('revoke', id, 'missing_optional_component')).toMatchObject({
    validation_state: 'degraded',
    accepted_findings: [],
  });
  expect(await vitrine.document('revoke', id, 'missing_optional_component')).toMatchObject({
    failure: { code: 'not_found' },
  });
});

test('files that are elsewhere now are said to be there; others are refused unless forced', async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  renameSync(join(vitrine.path, 'sd15-tiny'), join(vitrine.path, 'moved'));
  expect(await vitrine.document('validate', id)).toMatchObject({ validation_state: 'invalid' });
  expect(await vitrine.document('relocate', id, 'moved')).toMatchObject({
    model_id: id,
    entry_path: join(vitrine.path, 'moved'),
    validation_state: 'valid',
  });
  writeLora(join(vitrine.path, 'lora.safetensors'), 'one');
  expect(await vitrine.document('relocate', id, 'lora.safetensors')).toMatchObject({
    failure: { code: 'source_mismatch' },
  });
  expect(await vitrine.document('relocate', id, 'lora.safetensors', '--force')).toMatchObject({
    model_id: id,
    entry_path: join(vitrine.path, 'lora.safetensors'),
  });
});

test('reconcile tells what it changed and why, and changes nothing the second time', async () => {
  await using vitrine = withBundle();
  await vitrine.document('register', 'sd15-tiny');
  const at = { started_at: expect.any(String), finished_at: expect.any(String) };
  const none = { added: 0, updated: 0, removed: 0, adopted: 0, partial: 0 };
  const noChanges = { added: [], updated: [], removed: [], adopted: [], partial: [] };
  expect(await vitrine.document('reconcile')).toEqual({
    ...none,
    unchanged: 2,
    findings: [],
    changes: noChanges,
    ...at,
  });
  rmSync(join(vitrine.path, 'sd15-tiny', 'unet'), { recursive: true });
  const finding = { code: 'missing_component', severity: 'error', path: 'unet', message: expect.any(String) };
  expect(await vitrine.document('reconcile')).toEqual({
    ...none,
    updated: 1,
    unchanged: 1,
    findings: [{ model_id: id, findings: [finding] }],
    changes: { ...noChanges, updated: [{ model_id: id, reason: 'its health went from valid to invalid' }] },
    ...at,
  });
  rmSync(join(vitrine.libraryPath, 'models', ...id.split('/')), { recursive: true });
  expect((await vitrine.run(['reconcile'])).out).toMatch(
    new RegExp(`^removed ${id}: its record is gone from disk\n0 added, .*1 removed.*1 unchanged\n$`),
  );
  expect(await vitrine.document('reconcile')).toMatchObject({ ...none, unchanged: 1 });
});

test('models with the same content are told of', async () => {
  await using vitrine = withBundle();
  expect((await vitrine.run(['duplicates'])).out).toBe('No duplicates.\n');
  for (const name of ['one', 'two']) {
    mkdirSync(join(vitrine.path, name));
    writeLora(join(vitrine.path, name, 'same.safetensors'), 'the same');
    await vitrine.document('register', `${name}/same.safetensors`, '--name', name);
  }
  expect(await vitrine.document('duplicates')).toEqual({
    groups: [
      {
        fingerprint: expect.any(String),
        verified: false,
        model_ids: expect.arrayContaining([expect.stringContaining('/one'), expect.stringContaining('/two')]),
        size_bytes: expect.any(Number),
      },
    ],
  });
  expect((await vitrine.run(['duplicates'])).out).toMatch(/each, the same headers.*\n {2}lora\//);
});

test('of a model that is used in place only what the library wrote is removed', async () => {
  for (const command of ['unregister', 'delete']) {
    await using vitrine = withBundle();
    await vitrine.document('register', 'sd15-tiny');
    const folder = join(vitrine.libraryPath, 'models', ...id.split('/'));
    expect(await vitrine.document(command, id)).toEqual({ removed: [join(folder, 'metadata.json'), folder] });
    expect(existsSync(join(vitrine.path, 'sd15-tiny', 'unet'))).toBe(true);
    expect(await vitrine.document('show', id)).toMatchObject({ failure: { code: 'not_found' } });
  }
});

test('a model that the library owns goes to the trash when that was meant, and comes back', async () => {
  await using vitrine = withBundle();
  await vitrine.document('import', 'sd15-tiny', '--mode', 'copy');
  const folder = join(vitrine.libraryPath, 'models', ...id.split('/'));
  expect(await vitrine.document('delete', id)).toMatchObject({ failure: { code: 'conflict' } });
  const refused = await vitrine.run(['delete', id], { isTerminal: true, answer: 'n' });
  expect(refused).toMatchObject({ code: 3, out: '', err: expect.stringContaining(`goes to the trash  ${folder}`) });
  expect(await vitrine.run(['delete', id], { isTerminal: true, answer: null })).toMatchObject({ code: 3 });
  const asked = vitrine.asked.length;
  expect(await vitrine.document('delete', id, '--yes')).toEqual({ removed: [folder] });
  expect(vitrine.asked.length).toBe(asked);
  const { entries } = (await vitrine.document('trash', 'list')) as { entries: { trash_id: string }[] };
  const trashId = entries[0]?.trash_id ?? '';
  expect(entries).toEqual([
    {
      trash_id: expect.any(String),
      model_id: id,
      name: 'sd15-tiny',
      size_bytes: expect.any(Number),
      removed_at: expect.any(String),
      expires_at: expect.any(String),
    },
  ]);
  expect((await vitrine.run(['trash', 'list'])).out).toContain(`${trashId}  ${id}`);
  expect(await vitrine.document('trash', 'restore', trashId)).toEqual({ model_id: id, status: 'registered' });
  expect(await vitrine.document('describe', id)).toMatchObject({ model_id: id, storage_kind: 'library_owned' });
  expect((await vitrine.run(['trash', 'list'])).out).toBe('The trash is empty.\n');
  expect(await vitrine.document('trash', 'restore', trashId)).toMatchObject({ failure: { code: 'not_found' } });
  const meant = await vitrine.run(['delete', id], { isTerminal: true, answer: 'y' });
  expect(meant).toMatchObject({ code: 0, out: `Removed ${folder}\n` });
});

test.each([[['trash']], [['trash', 'burn']], [['import']], [['import', 'x', '--mode', 'steal']], [['relocate', id]]])(
  '%j is wrong use',
  async (args) => {
    await using vitrine = new TestVitrine();
    expect(await vitrine.run(args)).toMatchObject({ code: 2 });
  },
);
