import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { detectInstalls } from './detect.ts';
import { findApp, readRules } from './read-rules.ts';

const shipped = join(import.meta.dirname, '..', '..', '..', 'resources', 'mappings');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-rules-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const own = {
  schema_version: 1,
  app: 'mine',
  label: 'My App',
  places: [{ model_type: 'lora', extensions: ['.safetensors'], path: 'loras' }],
};
const put = (name: string, content: unknown) =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

/** Makes files, and folders where a name ends in a slash. */
async function make(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) await writeFile(path, '');
  }
}

test('every rule file that ships is whole, and its app is one of those that are promised', async () => {
  const { apps, problems } = await readRules(shipped, join(folder, 'none'));
  expect(problems).toEqual([]);
  expect(apps.map(({ app }) => app).sort()).toEqual([
    'comfyui',
    'fooocus',
    'forge',
    'invokeai',
    'sdnext',
    'stable-diffusion-webui',
    'swarmui',
  ]);
  for (const { detect, sources } of apps) expect([detect.length > 0, sources.length > 0]).toEqual([true, true]);
});

test('an app is found by its id, its name and what else it is called', async () => {
  const { apps } = await readRules(shipped, folder);
  for (const name of ['comfyui', 'ComfyUI', 'Comfy UI', 'comfy']) expect(findApp(apps, name).app).toBe('comfyui');
  expect(findApp(apps, 'AUTOMATIC1111').app).toBe('stable-diffusion-webui');
  expect(findApp(apps, 'stable-diffusion-webui-forge').app).toBe('forge');
  expect(() => findApp(apps, 'nonesuch')).toThrow('nonesuch');
});

test("a user's own file adds an app, and takes the place of one that ships", async () => {
  await put('mine.json', own);
  await put('comfy.json', { ...own, app: 'comfyui', label: 'ComfyUI, my way' });
  const { apps, problems } = await readRules(shipped, folder);
  expect(problems).toEqual([]);
  expect([findApp(apps, 'my app').isOwn, findApp(apps, 'comfyui').label]).toEqual([true, 'ComfyUI, my way']);
});

test.each<[string, unknown, RegExp]>([
  ['text that is no JSON', '{', /not JSON/],
  ['an empty file', '', /not JSON/],
  ['a list', [], /the whole/],
  ['a schema of the future', { ...own, schema_version: 2 }, /schema_version/],
  ['a field that is misspelt', { ...own, plases: [] }, /plases/],
  [
    'a type of model that is not known',
    { ...own, places: [{ model_type: 'loras', path: 'x' }] },
    /places.0.model_type/,
  ],
  ['a path that leads out', { ...own, places: [{ model_type: 'lora', path: '../x' }] }, /below the folder of the app/],
  ['a path that leads out further in', { ...own, places: [{ model_type: 'lora', path: 'a/../../x' }] }, /below/],
  ['an absolute path', { ...own, places: [{ model_type: 'lora', path: '/etc' }] }, /below/],
  ['a path of another drive', { ...own, places: [{ model_type: 'lora', path: 'C:x' }] }, /below/],
  ['a path with backslashes', { ...own, places: [{ model_type: 'lora', path: 'a\\..\\..\\x' }] }, /below/],
  ['a config that leads out', { ...own, config: { kind: 'comfyui_extra_model_paths', path: '../x.yaml' } }, /below/],
  [
    'an extension with a star',
    { ...own, places: [{ model_type: 'lora', path: 'x', extensions: ['*'] }] },
    /safetensors/,
  ],
  ['more than a rule file has', `"${'x'.repeat(300_000)}"`, /too many/],
])('a rule file with %s is told of, and the others count', async (_, content, reason) => {
  await put('bad.json', content);
  await put('mine.json', own);
  const { apps, problems } = await readRules(null, folder);
  expect(apps.map(({ app }) => app)).toEqual(['mine']);
  expect(problems).toEqual([{ path: join(folder, 'bad.json'), reason: expect.stringMatching(reason) }]);
});

test('of two own files for one app the first counts; a folder of that name is no file', async () => {
  await put('a.json', own);
  await put('b.json', own);
  await mkdir(join(folder, 'c.json'));
  const { problems } = await readRules(null, folder);
  expect(problems.map(({ reason }) => reason)).toEqual([expect.stringContaining('a.json'), 'It is not a file.']);
});

test.each([
  ['comfyui', ['main.py', 'folder_paths.py', 'comfy/', 'models/checkpoints/']],
  ['comfyui', ['models/checkpoints/', 'models/loras/', 'custom_nodes/']],
  ['stable-diffusion-webui', ['webui.py', 'launch.py', 'modules/', 'extensions-builtin/', 'models/Stable-diffusion/']],
  ['stable-diffusion-webui', ['models/Stable-diffusion/', 'embeddings/']],
  [
    'forge',
    [
      'webui.py',
      'launch.py',
      'modules/',
      'extensions-builtin/',
      'modules_forge/',
      'backend/',
      'models/Stable-diffusion/',
      'embeddings/',
    ],
  ],
  ['sdnext', ['webui.py', 'launch.py', 'modules/', 'extensions-builtin/', 'installer.py', 'models/Stable-diffusion/']],
  ['invokeai', ['invokeai.yaml', 'models/', 'databases/invokeai.db']],
  ['fooocus', ['fooocus_version.py', 'launch.py', 'webui.py', 'modules/', 'models/checkpoints/']],
  ['swarmui', ['SwarmUI.sln', 'launch-linux.sh', 'src/', 'languages/', 'Models/']],
])('%s is known by what it lays out, and by no other name: %j', async (app, names) => {
  await make(...names.map((name) => `apps/one/${name}`));
  const { apps } = await readRules(shipped, join(folder, 'none'));
  expect(await detectInstalls(folder, apps)).toEqual([
    { app, label: findApp(apps, app).label, root: join(folder, 'apps', 'one'), evidence: expect.any(Array) },
  ]);
});

test('detection says what it saw, follows no link, and finds nothing where nothing is', async () => {
  await make('app/main.py', 'app/folder_paths.py', 'app/comfy/', 'elsewhere/');
  await symlink(join(folder, 'app'), join(folder, 'elsewhere', 'link'));
  const { apps } = await readRules(shipped, join(folder, 'none'));
  expect(await detectInstalls(join(folder, 'app'), apps)).toMatchObject([
    { app: 'comfyui', evidence: ['main.py', 'folder_paths.py', 'comfy/'] },
  ]);
  expect(await detectInstalls(join(folder, 'elsewhere'), apps)).toEqual([]);
  expect(await detectInstalls(join(folder, 'nowhere'), apps)).toEqual([]);
});
