import { mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ModelId } from '../contract/ids.ts';
import { onlyLinks } from './fixtures/disk-library.ts';
import { TestWorld, treeOf } from './fixtures/test-world.ts';

const only = (file: 'hardlink' | 'none') => new TestWorld((own) => onlyLinks(own, file));
const shown = (plan: {
  readonly actions: readonly { readonly action: string; readonly reason_code: string; readonly path: string | null }[];
}) => plan.actions.map(({ action, reason_code, path }) => [action, reason_code, path]);

/** A folder as ComfyUI lays it out, with what people have in one. */
async function layOutComfy(world: TestWorld): Promise<void> {
  for (const name of ['main.py', 'folder_paths.py', 'comfy/__init__.py', 'models/configs/v1-inference.yaml'])
    await world.put(name);
  for (const name of ['checkpoints', 'loras', 'vae', 'embeddings', 'upscale_models', 'unet', 'clip_vision'])
    await world.put(`models/${name}/put_${name}_here`, '');
  await world.put('models/checkpoints/theirs.safetensors', 'their own');
}

test('in a ComfyUI folder every type goes where ComfyUI reads it, and external references are left out with the reason', async () => {
  await using world = new TestWorld();
  await layOutComfy(world);
  const types = [
    'checkpoint',
    'lora',
    'vae',
    'controlnet',
    'embedding',
    'upscaler',
    'text_encoder',
    'llm',
    'unknown',
  ] as const;
  for (const type of types) await world.model(type, { type });
  await world.model('bundle', { type: 'diffusion', isFolder: true });
  await world.model('unet', { type: 'diffusion', file: 'unet.gguf' });
  await world.model('theirs', { external: true });
  await world.model('sick', { state: 'degraded' });
  await world.model('onnx', { type: 'upscaler', file: 'x.onnx' });
  const before = await treeOf(world.root);
  const plan = await world.preview('ComfyUI');
  expect(plan.evidence).toEqual(['main.py', 'folder_paths.py', 'comfy/']);
  expect(shown(plan)).toEqual([
    ['create', 'new', 'models/checkpoints/checkpoint.safetensors'],
    ['create', 'new', 'models/controlnet/controlnet.safetensors'],
    ['create', 'new', 'models/diffusers/bundle'],
    ['create', 'new', 'models/diffusion_models/unet.gguf'],
    ['create', 'new', 'models/embeddings/embedding.safetensors'],
    ['exclude', 'no_place', null],
    ['create', 'new', 'models/loras/lora.safetensors'],
    ['exclude', 'not_valid', null],
    ['exclude', 'external_reference', null],
    ['create', 'new', 'models/text_encoders/text_encoder.safetensors'],
    ['exclude', 'no_place', null],
    ['exclude', 'file_kind', null],
    ['create', 'new', 'models/upscale_models/upscaler.safetensors'],
    ['create', 'new', 'models/vae/vae.safetensors'],
  ]);
  const external = plan.actions.find(({ reason_code }) => reason_code === 'external_reference');
  expect(external?.reason).toContain('Models of other folders are never mapped');
  expect(await treeOf(world.root)).toEqual(before);
  const task = await world.ended(await world.mappings.apply(plan.id));
  expect(task).toMatchObject({ state: 'done', item_index: 9, item_count: 9, mapping: { done: 9, failed: 0, left: 0 } });
  expect(await readlink(join(world.root, 'models/diffusers/bundle'))).toBe(
    join(world.libraryPath, 'models/diffusion/unknown/bundle'),
  );
  expect(await readFile(join(world.root, 'models/loras/lora.safetensors'), 'utf8')).toBe('lora');
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual(before);
});

test('in a stable-diffusion-webui folder the same, where that reads them', async () => {
  await using world = new TestWorld();
  for (const name of ['webui.py', 'launch.py', 'modules/sd_models.py', 'extensions-builtin/Lora/preload.py'])
    await world.put(name);
  for (const name of ['Stable-diffusion', 'VAE', 'VAE-approx', 'deepbooru', 'karlo'])
    await world.put(`models/${name}/Put ${name} here.txt`, '');
  for (const type of ['checkpoint', 'lora', 'vae', 'embedding', 'upscaler', 'text_encoder'] as const)
    await world.model(type, { type });
  await world.model('bundle', { type: 'diffusion', isFolder: true });
  const before = await treeOf(world.root);
  const plan = await world.preview('stable-diffusion-webui');
  expect([plan.evidence.length > 0, shown(plan)]).toEqual([
    true,
    [
      ['create', 'new', 'models/Stable-diffusion/checkpoint.safetensors'],
      ['exclude', 'no_place', null],
      ['create', 'new', 'embeddings/embedding.safetensors'],
      ['create', 'new', 'models/Lora/lora.safetensors'],
      ['exclude', 'no_place', null],
      ['create', 'new', 'models/ESRGAN/upscaler.safetensors'],
      ['create', 'new', 'models/VAE/vae.safetensors'],
    ],
  ]);
  await world.ended(await world.mappings.apply(plan.id));
  await world.undoAll('webui');
  expect(await treeOf(world.root)).toEqual(before);
});

test('what is in the way stays, and the plan says what it is', async () => {
  await using world = new TestWorld();
  for (const name of ['same', 'other', 'folder', 'link', 'clash', 'ours', 'elsewhere']) await world.model(name);
  const loras = join(world.root, 'models', 'loras');
  await world.put('models/loras/same.safetensors', 'same');
  await world.put('models/loras/other.safetensors', 'a file of theirs');
  await mkdir(join(loras, 'folder.safetensors'));
  await symlink('/nowhere', join(loras, 'link.safetensors'));
  await symlink(
    [...world.models.values()].find(({ path }) => path.includes('ours'))?.path ?? '',
    join(loras, 'ours.safetensors'),
  );
  await world.put('models/loras/CLASH.safetensors', 'theirs');
  const before = await treeOf(world.root);
  expect(shown(await world.preview())).toEqual([
    ['conflict', 'case_clash', 'models/loras/clash.safetensors'],
    ['create', 'new', 'models/loras/elsewhere.safetensors'],
    ['conflict', 'folder_there', 'models/loras/folder.safetensors'],
    ['conflict', 'foreign_link', 'models/loras/link.safetensors'],
    ['conflict', 'other_content', 'models/loras/other.safetensors'],
    ['conflict', 'same_content', 'models/loras/ours.safetensors'],
    ['conflict', 'same_content', 'models/loras/same.safetensors'],
  ]);
  await world.apply();
  const { 'models/loras/elsewhere.safetensors': _, ...others } = await treeOf(world.root);
  expect(others).toEqual(before);
});

test('where something has its name a model gets another one, when that is wanted: nothing is replaced, and undo takes it back', async () => {
  await using world = new TestWorld();
  for (const name of ['a', 'b', 'c']) await world.model(name);
  await world.put('models/loras/a.safetensors', 'a file of theirs');
  await mkdir(join(world.root, 'models/loras/b.safetensors'));
  await world.put('models/loras/c.safetensors', 'c');
  const before = await treeOf(world.root);
  const left = await world.preview();
  expect(left.actions.map(({ action, other_target }) => [action, other_target?.slice(world.root.length + 1)])).toEqual([
    ['conflict', 'models/loras/a-a.safetensors'],
    ['conflict', 'models/loras/b-b.safetensors'],
    ['conflict', undefined],
  ]);
  const task = await world.apply('comfyui', { otherNames: [ModelId.parse('lora/unknown/a')] });
  expect(task.mapping).toMatchObject({ done: 1, failed: 0 });
  expect(shown(await world.preview())).toEqual([
    ['keep', 'in_place', 'models/loras/a-a.safetensors'],
    ['conflict', 'folder_there', 'models/loras/b.safetensors'],
    ['conflict', 'same_content', 'models/loras/c.safetensors'],
  ]);
  await world.apply('comfyui', { otherNames: 'all' });
  expect(await readFile(join(world.root, 'models/loras/b-b.safetensors'), 'utf8')).toBe('b');
  const {
    'models/loras/a-a.safetensors': _a,
    'models/loras/b-b.safetensors': _b,
    ...others
  } = await treeOf(world.root);
  expect(others).toEqual(before);
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual(before);
});

test('a plan with other names is outdated when the name that it found free is taken meanwhile', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await world.put('models/loras/a.safetensors', 'theirs');
  const plan = await world.preview('comfyui', { otherNames: 'all' });
  await world.put('models/loras/a-a.safetensors', 'theirs, too');
  await expect(world.mappings.apply(plan.id)).rejects.toMatchObject({ failure: { code: 'plan_outdated' } });
});

test('the links of a model are looked at when they are asked for; one that leads nowhere can be made anew', async () => {
  await using world = new TestWorld();
  const { model_id } = await world.model('a');
  await world.model('b');
  expect(await world.mappings.linksOf(model_id)).toEqual([]);
  await world.apply();
  const whole = {
    app: 'comfyui',
    root: world.root,
    model_id,
    target: join(world.root, 'models/loras/a.safetensors'),
    fault: null,
    message: '',
    remedy: 'none',
  };
  expect(await world.mappings.linksOf(model_id)).toMatchObject([whole]);
  await world.moveModel(model_id);
  expect(await world.mappings.linksOf(model_id)).toMatchObject([
    { ...whole, fault: 'target_gone', message: expect.stringContaining('were'), remedy: 'relink' },
  ]);
  await world.apply('comfyui', { repairOnly: true });
  expect(await world.mappings.linksOf(model_id)).toMatchObject([whole]);
});

test('two models of one file name get names of their own, and keep them when a third comes', async () => {
  await using world = new TestWorld();
  await world.model('b', { file: 'model.safetensors' });
  await world.model('c', { file: 'MODEL.safetensors' });
  await world.apply();
  await world.model('a', { file: 'model.safetensors' });
  expect(shown(await world.preview())).toEqual([
    ['create', 'new', 'models/loras/model-a.safetensors'],
    ['keep', 'in_place', 'models/loras/model.safetensors'],
    ['keep', 'in_place', 'models/loras/MODEL-c.safetensors'],
  ]);
});

test.each([
  [
    'a folder on the way is a link',
    'link_on_the_way',
    (world: TestWorld) => symlink(world.libraryPath, join(world.root, 'models')),
  ],
  ['a file is where a folder is expected', 'file_on_the_way', (world: TestWorld) => world.put('models', 'x')],
])('where %s, nothing is made', async (_, reason, prepare) => {
  await using world = new TestWorld();
  await world.model('a');
  await prepare(world);
  const library = await treeOf(world.libraryPath);
  expect(shown(await world.preview())).toEqual([['conflict', reason, 'models/loras/a.safetensors']]);
  await world.apply();
  expect(await treeOf(world.libraryPath)).toEqual(library);
});

test.each([
  ['disk', async (world: TestWorld) => world.put('models/loras/a.safetensors'), 'conflict'],
  ['library', async (world: TestWorld) => void (await world.model('b')), 'create'],
])(
  'a plan is refused when the %s changed since, nothing is done, and a new plan says what is',
  async (_, change, action) => {
    await using world = new TestWorld();
    await world.model('a');
    const plan = await world.preview();
    await change(world);
    const before = await treeOf(world.root);
    const refused = await world.mappings.apply(plan.id).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      failure: { code: 'plan_outdated', details: { root: world.root, plan_id: expect.any(String) } },
    });
    expect(await treeOf(world.root)).toEqual(before);
    const { plan_id } = (refused as { failure: { details: { plan_id: string } } }).failure.details;
    expect(world.mappings.plan(plan_id).actions.map((one) => one.action)).toContain(action);
    await expect(world.mappings.apply('nonesuch')).rejects.toMatchObject({ failure: { code: 'not_found' } });
  },
);

test('what comes into the way between the check and the link fails alone, and is not touched', async () => {
  let meddle: ((target: string) => Promise<void>) | null = null;
  await using world = new TestWorld((own) => ({
    ...own,
    make: async (kind, source, target) => {
      await meddle?.(target);
      await own.make(kind, source, target);
    },
  }));
  await world.model('a');
  await world.model('b');
  meddle = async (target) => {
    if (target.endsWith('a.safetensors')) await writeFile(target, 'just now');
  };
  const task = await world.apply();
  expect(task.mapping).toMatchObject({ done: 1, failed: 1 });
  const [apply] = await world.mappings.applies();
  expect(apply).toMatchObject({ state: 'done', made: 1, failed: 1, standing: 1 });
  const [entry] = await world.mappings.entries(apply?.apply_id ?? '');
  expect(entry).toMatchObject({ state: 'failed', reason: expect.stringContaining('since the preview') });
  expect(await readFile(join(world.root, 'models/loras/a.safetensors'), 'utf8')).toBe('just now');
});

test.each([
  ['EPERM', /The next preview knows that/],
  ['ENOSPC', /no space/],
  ['EACCES', /may not write/],
  ['ENAMETOOLONG', /too long/],
  ['EIO', /EIO/],
])(
  'a link that the system refuses with %s fails with a sentence; another preview does not propose what a drive refuses',
  async (code, sentence) => {
    await using world = new TestWorld((own) => ({
      ...own,
      make: () => Promise.reject(Object.assign(new Error(code), { code, errno: -1 })),
    }));
    await world.model('a');
    expect((await world.apply()).mapping).toMatchObject({ done: 0, failed: 1 });
    const [apply] = await world.mappings.applies();
    expect((await world.mappings.entries(apply?.apply_id ?? ''))[0]?.reason).toMatch(sentence);
    const [next] = (await world.preview()).actions;
    expect(next?.link).toBe(code === 'EPERM' ? 'hardlink' : 'symlink');
    await world.undoAll();
    expect(await treeOf(world.root)).toEqual({});
  },
);

test('where no link can be made, ComfyUI gets entries in its own config, and its file is given back to the last byte', async () => {
  await using world = only('none');
  await world.put('extra_model_paths.yaml', '# mine\na111:\n  base_path: /x');
  const { path } = await world.model('a');
  const second = await world.model('b', { file: 'a.safetensors' });
  await world.model('bundle', { type: 'diffusion', isFolder: true });
  const before = await treeOf(world.root);
  const plan = await world.preview();
  expect(shown(plan)).toEqual([
    ['exclude', 'no_link_possible', null],
    ['create', 'new', 'extra_model_paths.yaml#loras/a.safetensors'],
    ['conflict', 'config_name_taken', 'extra_model_paths.yaml#loras/a-b.safetensors'],
  ]);
  expect(plan.actions[1]).toMatchObject({
    link: 'config',
    target: join(world.root, 'extra_model_paths.yaml#loras/a.safetensors'),
  });
  await world.ended(await world.mappings.apply(plan.id));
  expect(await readFile(join(world.root, 'extra_model_paths.yaml'), 'utf8')).toContain(`    ${join(path, '..')}\n`);
  expect(await world.mappings.check()).toEqual({ checked: 1, faults: [] });
  expect(shown(await world.preview())[1]).toEqual(['keep', 'in_place', 'extra_model_paths.yaml#loras/a.safetensors']);
  await world.removeModel(second.model_id);
  await world.moveModel(plan.actions[1]?.model_id ?? second.model_id);
  expect(await world.mappings.check()).toMatchObject({ faults: [{ fault: 'target_gone' }] });
  await world.apply();
  expect(await world.mappings.check()).toEqual({ checked: 1, faults: [] });
  await world.undoAll();
  expect(await treeOf(world.root)).toEqual(before);
});

test.each([
  ['is a link', (path: string, world: TestWorld) => symlink(join(world.path, 'elsewhere.yaml'), path), /it is a link/],
  ['is no YAML', (path: string) => writeFile(path, 'a: [1'), /not YAML/],
  ['is no text', (path: string) => writeFile(path, Buffer.from([0xff, 0xfe, 0x00])), /not text in UTF-8/],
  ['is a folder', (path: string) => mkdir(path), /not a file/],
])("an app's config that %s is a conflict, and stays", async (_, make, reason) => {
  await using world = only('none');
  await world.model('a');
  await make(join(world.root, 'extra_model_paths.yaml'), world);
  const before = await treeOf(world.path);
  const plan = await world.preview();
  expect(plan.actions).toMatchObject([
    { action: 'conflict', reason_code: 'config_unreadable', reason: expect.stringMatching(reason) },
  ]);
  await world.apply();
  expect(await treeOf(world.root)).toEqual(
    Object.fromEntries(
      Object.entries(before).flatMap(([at, is]) => (at.startsWith('app/') ? [[at.slice(4), is]] : [])),
    ),
  );
});

test.each([
  ['no path', 'relative', 'invalid_input'],
  ['a path of nothing', '/nowhere/at/all', 'path_not_found'],
  ['a file', 'file', 'unreadable'],
])('%s is refused as a root', async (_, root, code) => {
  await using world = new TestWorld();
  await world.put('x');
  const path = root === 'file' ? join(world.root, 'x') : root;
  await expect(world.mappings.preview('comfyui', path)).rejects.toMatchObject({ failure: { code } });
  await expect(world.mappings.preview('nonesuch', world.root)).rejects.toMatchObject({
    failure: { code: 'not_found' },
  });
});

test('events tell of the task and of the change', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await world.apply();
  expect(world.events).toMatchObject([
    { kind: 'task_changed', task: { kind: 'mapping_apply', state: 'running', item_index: 1 } },
    { kind: 'mappings_changed', app: 'comfyui', root: world.root },
    { kind: 'task_changed', task: { state: 'done' } },
  ]);
  await rm(world.root, { recursive: true });
});

test('a model that leaves the library is told of to whoever shows its links, and of no other', async () => {
  await using world = new TestWorld();
  const { model_id } = await world.model('a');
  const { model_id: other } = await world.model('b', { external: true });
  await world.apply();
  world.events.length = 0;
  await world.mappings.modelRemoved(other);
  await world.mappings.modelRemoved(model_id);
  expect(world.events).toEqual([{ kind: 'mappings_changed', app: 'comfyui', root: world.root }]);
});

test('where our own folder cannot be written, previews and applies fail with its path and change nothing', async () => {
  await using world = new TestWorld();
  await world.model('a');
  await writeFile(join(world.path, 'data'), 'a file where our folder would be');
  await expect(world.preview()).rejects.toMatchObject({
    failure: { code: 'write_failed', details: { path: join(world.path, 'data', 'mappings') } },
  });
  await rm(join(world.path, 'data'));
  const plan = await world.preview();
  await rm(join(world.path, 'data'), { recursive: true });
  await writeFile(join(world.path, 'data'), 'again');
  const task = await world.ended(await world.mappings.apply(plan.id));
  expect([task.state, task.failure?.code]).toEqual(['done', 'write_failed']);
  expect([await treeOf(world.root), await world.mappings.applies()]).toEqual([{}, []]);
});
