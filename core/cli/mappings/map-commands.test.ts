import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TestVitrine } from '../fixtures/test-vitrine.ts';

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

/** A library with a LoRA of its own and one that is used in place, and a ComfyUI folder beside it. */
async function withComfy(): Promise<TestVitrine> {
  const vitrine = new TestVitrine();
  for (const name of ['ink', 'ash']) writeLora(join(vitrine.path, `${name}.safetensors`), name);
  await vitrine.document('import', 'ink.safetensors', '--mode', 'copy');
  await vitrine.document('register', 'ash.safetensors');
  for (const name of ['comfy', 'custom_nodes', 'models/loras', 'models/checkpoints', 'models/diffusers'])
    mkdirSync(join(vitrine.path, 'apps', 'ComfyUI', name), { recursive: true });
  for (const name of ['main.py', 'folder_paths.py']) writeFileSync(join(vitrine.path, 'apps', 'ComfyUI', name), '');
  return vitrine;
}

const root = 'apps/ComfyUI';
const all = (vitrine: TestVitrine) => readdirSync(join(vitrine.path, root), { recursive: true }).sort();
const ink = (vitrine: TestVitrine) => ({
  model_id: 'lora/unknown/ink',
  source: join(vitrine.libraryPath, 'models/lora/unknown/ink/ink.safetensors'),
  target: join(vitrine.path, root, 'models/loras/ink.safetensors'),
  link: 'symlink',
  size_bytes: expect.any(Number),
  reason: expect.any(String),
});

test('an app is previewed, applied and taken back by outside programs: the documents have what they rely on', async () => {
  await using vitrine = await withComfy();
  const before = all(vitrine);
  const preview = await vitrine.document('map', 'preview', 'comfyui', '--root', root);
  expect(preview).toMatchObject({
    app: 'comfyui',
    root: join(vitrine.path, root),
    actions: [
      { action: 'create', model_id: 'diffusion/stable-diffusion-1/vitrine-starter' },
      {
        action: 'exclude',
        model_id: 'lora/unknown/ash',
        target: null,
        link: null,
        reason: expect.stringContaining('never mapped'),
      },
      { action: 'create', ...ink(vitrine) },
    ],
    summary: { create: 2, keep: 0, conflict: 0, broken: 0, exclude: 1 },
  });
  expect(all(vitrine)).toEqual(before);
  expect(await vitrine.document('map', 'apply', 'ComfyUI', '--root', root)).toMatchObject({
    app: 'comfyui',
    actions: [{ status: 'done' }, { action: 'exclude' }, { action: 'create', ...ink(vitrine), status: 'done' }],
    summary: { create: 2, exclude: 1, done: 2, failed: 0 },
  });
  expect(readFileSync(ink(vitrine).target)).toEqual(readFileSync(join(vitrine.path, 'ink.safetensors')));
  expect(await vitrine.document('map', 'preview', 'comfyui', '--root', root)).toMatchObject({
    summary: { create: 0, keep: 2 },
  });
  expect(await vitrine.document('map', 'undo', 'comfyui', '--root', root)).toMatchObject({
    app: 'comfyui',
    root: join(vitrine.path, root),
    actions: [{ status: 'undone' }, { action: 'create', ...ink(vitrine), status: 'undone' }],
    summary: { undone: 2, left: 0 },
  });
  expect(all(vitrine)).toEqual(before);
  expect(await vitrine.document('map', 'undo', 'comfyui', '--root', root)).toMatchObject({
    actions: [],
    summary: { undone: 0 },
  });
}, 60_000);

test.each([
  ['y', 0, true],
  ['n', 3, false],
  [null, 3, false],
])('where somebody watches, an apply shows its plan and asks: %j', async (answer, code, isMade) => {
  await using vitrine = await withComfy();
  const ran = await vitrine.run(['map', 'apply', 'comfyui', '--root', root], { isTerminal: true, answer });
  expect([ran.code, vitrine.asked]).toEqual([code, ['Go on? [y/N] ']]);
  expect(ran.err).toContain('2 create, 0 keep, 0 conflict, 0 broken, 1 exclude');
  expect(existsSync(ink(vitrine).target)).toBe(isMade);
});

test('with --yes nothing is asked; the human answers tell what was done, and how links stand', async () => {
  await using vitrine = await withComfy();
  const applied = await vitrine.run(['map', 'apply', 'comfyui', '--root', root, '--yes'], { isTerminal: true });
  expect([applied.code, vitrine.asked, applied.out]).toEqual([0, [], '2 made, 0 failed.\n']);
  expect((await vitrine.run(['map', 'ledger'])).out).toMatch(/comfyui {2}done {3}2 of 2/);
  rmSync(join(vitrine.libraryPath, 'models/lora/unknown/ink'), { recursive: true });
  const checked = await vitrine.run(['map', 'check']);
  expect(checked.out).toContain('1 of 2 links are whole.\nTo mend links: map apply comfyui');
  expect((await vitrine.run(['map', 'preview', 'comfyui', '--root', root])).out).toMatch(
    /broken .*ink.safetensors .*taken away/,
  );
  const repaired = await vitrine.run(['map', 'apply', 'comfyui', '--root', root, '--repair']);
  expect([repaired.code, existsSync(ink(vitrine).target)]).toEqual([0, false]);
  rmSync(join(vitrine.path, root, 'models/diffusers/vitrine-starter'));
  writeFileSync(join(vitrine.path, root, 'models/diffusers/vitrine-starter'), 'theirs');
  expect((await vitrine.run(['map', 'undo', 'comfyui', '--root', root])).out).toContain(
    'Something else is in its place now',
  );
});

test('where something has a name, another is shown, and taken when it is asked for; the links of a model are told of', async () => {
  await using vitrine = await withComfy();
  writeFileSync(ink(vitrine).target, 'theirs');
  const other = ink(vitrine).target.replace('ink.', 'ink-ink.');
  const before = all(vitrine);
  const shown = await vitrine.run(['map', 'preview', 'comfyui', '--root', root]);
  expect(shown.out).toMatch(/conflict .*Another file is at .*It stays\. Free: ink-ink\.safetensors/);
  expect(await vitrine.document('map', 'preview', 'comfyui', '--root', root)).toMatchObject({
    actions: [{ action: 'create' }, { action: 'exclude' }, { action: 'conflict', other_target: other }],
    summary: { conflict: 1, other_names: 1 },
  });
  expect((await vitrine.run(['map', 'links', 'lora/unknown/ink'])).out).toBe('No link of Vitrine leads to it.\n');
  await vitrine.document('map', 'apply', 'comfyui', '--root', root, '--other-name', 'lora/unknown/ink');
  expect(readFileSync(ink(vitrine).target, 'utf8')).toBe('theirs');
  expect(readFileSync(other)).toEqual(readFileSync(join(vitrine.path, 'ink.safetensors')));
  expect(await vitrine.document('map', 'preview', 'comfyui', '--root', root, '--other-names')).toMatchObject({
    summary: { create: 0, keep: 2, conflict: 0 },
  });
  expect((await vitrine.run(['map', 'links', 'lora/unknown/ink'])).out).toBe(`comfyui  ${other}  whole\n`);
  rmSync(join(vitrine.libraryPath, 'models/lora/unknown/ink/ink.safetensors'));
  const broken = await vitrine.run(['map', 'links', 'lora/unknown/ink']);
  expect(broken.out).toContain("leads to where the model's files were.\nTo mend links: map apply comfyui");
  await vitrine.document('map', 'undo', 'comfyui', '--root', root);
  expect(all(vitrine)).toEqual(before);
}, 60_000);

test('apps are listed and found; a rule file of the user counts, a bad one is told of', async () => {
  await using vitrine = await withComfy();
  const own = join(vitrine.path, 'data', 'mappings', 'apps');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'bad.json'), '{');
  writeFileSync(
    join(own, 'mine.json'),
    JSON.stringify({
      schema_version: 1,
      app: 'mine',
      label: 'Mine',
      detect: [{ all: ['main.py'] }],
      places: [{ model_type: 'lora', extensions: ['.safetensors'], path: 'my-loras' }],
    }),
  );
  expect((await vitrine.run(['map', 'apps'])).out).toMatch(/mine +Mine +yours[\s\S]*bad.json: It is not JSON/);
  expect(await vitrine.document('map', 'detect', 'apps')).toMatchObject({
    installs: [{ app: 'comfyui' }, { app: 'mine' }],
  });
  expect((await vitrine.run(['map', 'detect', '.'])).out).toContain('comfyui');
  await vitrine.document('map', 'apply', 'mine', '--root', root);
  expect(existsSync(join(vitrine.path, root, 'my-loras', 'ink.safetensors'))).toBe(true);
});

test('what is about to be removed from the library names its links in other apps', async () => {
  await using vitrine = await withComfy();
  await vitrine.document('map', 'apply', 'comfyui', '--root', root);
  const ran = await vitrine.run(['delete', 'lora/unknown/ink'], { isTerminal: true, answer: 'n' });
  expect(ran.err).toContain(`link in an app     ${ink(vitrine).target}`);
});

test.each([
  [['map', 'preview', 'comfyui'], 2, 'invalid_input'],
  [['map', 'preview', 'nonesuch', '--root', '.'], 3, 'not_found'],
  [['map', 'apply', 'comfyui', '--root', 'nowhere'], 3, 'path_not_found'],
  [['map', 'preview', 'comfyui', '--root', '.', '--other-name', '../x'], 3, 'invalid_input'],
  [['map', 'links', '../x'], 3, 'invalid_input'],
  [['map', 'undo', 'comfyui', '--root', '.', '--apply', 'nonesuch'], 3, 'not_found'],
])('%j ends with %i: %s', async (args, code, failure) => {
  await using vitrine = new TestVitrine();
  const ran = await vitrine.run([...args, '--json']);
  expect([ran.code, JSON.parse(ran.out)]).toMatchObject([code, { failure: { code: failure } }]);
});
