import { createHash } from 'node:crypto';
import {
  appendFile,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppEvent } from '../contract/event.ts';
import { ModelId } from '../contract/ids.ts';
import { ExecutionDescriptor } from '../contract/library/descriptor.ts';
import { Metadata } from '../contract/library/metadata.ts';
import { ListQuery, ModelPage } from '../contract/library/model.ts';
import { copyTinyBundle, temporaryFolder, tinyBundlePath } from '../formats/fixtures/tiny-bundle.ts';
import type { LibraryHost } from './host.ts';
import type { Library } from './library.ts';
import { openLibrary } from './open-library.ts';

const starterBundle = fileURLToPath(new URL('../../resources/starter-model/bundle', import.meta.url));
const unetWeights = 'unet/diffusion_pytorch_model.safetensors';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let library: Library;
let events: AppEvent[];
let clock: number;
let root: string;
let bundle: string;

const open = (changes: Partial<LibraryHost> = {}) =>
  openLibrary({
    rootPath: root,
    platform: 'linux-x64',
    runtimeVersion: '1.30.0',
    executionProviders: () => ['cpu'],
    emit: (event) => events.push(event),
    now: () => {
      clock += 1000;
      return new Date(clock);
    },
    log: () => {},
    drawPreview: async (bytes) => bytes,
    watches: false,
    ...changes,
  });

const reopen = async () => {
  await library.close();
  library = await open();
  await library.settled();
};

beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'library');
  bundle = await copyTinyBundle(join(folder.path, 'My Bundle'));
  events = [];
  clock = Date.parse('2026-01-01T00:00:00Z');
  library = await open();
});

afterEach(async () => {
  await library.close();
  await folder[Symbol.asyncDispose]();
});

const id = ModelId.parse('diffusion/stable-diffusion-1/my-bundle');
const metadataPath = () => join(root, 'models', id, 'metadata.json');
const all = () => library.list(ListQuery.parse({}));
const failure = (code: string, details: object = {}) =>
  expect.objectContaining({ failure: expect.objectContaining({ code, details: expect.objectContaining(details) }) });

/** Names, bytes, modes and modification times of everything below a folder. */
async function snapshot(path: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(path, { recursive: true })).sort()) {
    const at = join(path, name);
    const stats = await lstat(at, { bigint: true });
    const content = stats.isSymbolicLink()
      ? await readlink(at)
      : stats.isFile()
        ? createHash('sha256')
            .update(await readFile(at))
            .digest('hex')
        : 'folder';
    lines.push(`${name} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.mode} ${content}`);
  }
  return lines;
}

describe('register', () => {
  test('makes a folder a model, in place, with a record of what it is', async () => {
    expect(await library.register(bundle)).toEqual({ model_id: id, status: 'registered' });
    const record = await library.show(id);
    expect(Metadata.parse(record)).toEqual(record);
    expect(record).toEqual({
      schema_version: 1,
      model_id: id,
      name: 'My Bundle',
      model_type: 'diffusion',
      family: 'stable-diffusion-1',
      task_type_primary: 'text-to-image',
      storage_kind: 'external_reference',
      bundle_format: 'diffusers_directory',
      pipeline_class: 'StableDiffusionPipeline',
      source_path: bundle,
      entry_path: bundle,
      import_state: 'ready',
      validation_state: 'valid',
      validation_errors: [],
      accepted_findings: [],
      recommended_backend: 'onnx-runtime',
      runtime_engine_hints: ['onnx-runtime', 'diffusers'],
      size_bytes: 3_944_720,
      file_count: 11,
      precision: 'fp32',
      parameter_count: 946_195,
      hashes: { fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) },
      tags: [],
      favourite: false,
      notes: '',
      preview: null,
      added_at: record.updated_at,
      updated_at: expect.stringMatching(/^2026-01-01T00:00:0\d\.000Z$/),
      match_source: 'external_reference',
    });
    const page = all();
    expect(ModelPage.parse(page)).toEqual(page);
    expect(page.models).toMatchObject([{ model_id: id, validation_state: 'valid', is_offline: false }]);
    expect(events).toEqual([{ kind: 'model_changed', model: page.models[0] }]);
  });

  test('the same folder again, by any of its names, is the same model', async () => {
    await symlink(bundle, join(folder.path, 'link'));
    const results = await Promise.all(
      [bundle, join(folder.path, 'link'), `${bundle}/unet/..`].map((path) => library.register(path)),
    );
    expect(results).toEqual([
      { model_id: id, status: 'registered' },
      { model_id: id, status: 'already_registered' },
      { model_id: id, status: 'already_registered' },
    ]);
    expect(all().total).toBe(1);
  });

  test('two folders of one name are two models', async () => {
    await mkdir(join(folder.path, 'other'));
    const other = await copyTinyBundle(join(folder.path, 'other/My Bundle'));
    await library.register(bundle);
    expect(await library.register(other)).toEqual({ model_id: `${id}-2`, status: 'registered' });
  });

  test('a name that is given is the name, in every script', async () => {
    const { model_id } = await library.register(bundle, { name: ' 红日 \u{1F305} ' });
    expect(model_id).toBe('diffusion/stable-diffusion-1/红日');
    expect((await library.show(model_id)).name).toBe('红日 \u{1F305}');
    await reopen();
    expect(all().models).toMatchObject([{ model_id }]);
  });

  test('a snapshot of the Hugging Face cache is named after its repository', async () => {
    const snapshotPath = join(folder.path, 'models--who--nice-model/snapshots/0123abc');
    await cp(bundle, snapshotPath, { recursive: true });
    expect((await library.register(snapshotPath)).model_id).toBe('diffusion/stable-diffusion-1/nice-model');
  });

  test('a folder that lacks what is not needed is registered as degraded', async () => {
    const index = JSON.parse(await readFile(join(bundle, 'model_index.json'), 'utf8'));
    await writeFile(join(bundle, 'model_index.json'), JSON.stringify({ ...index, safety_checker: ['a', 'B'] }));
    await library.register(bundle);
    expect(await library.show(id)).toMatchObject({
      validation_state: 'degraded',
      validation_errors: [{ code: 'missing_optional_component', severity: 'warning', path: 'safety_checker' }],
    });
  });

  test('a folder that can not run is refused with its findings and leaves nothing behind', async () => {
    const before = await snapshot(root);
    await truncate(join(bundle, unetWeights), 1000);
    await rm(join(bundle, 'vae'), { recursive: true });
    await expect(library.register(bundle)).rejects.toEqual(
      failure('invalid_bundle', {
        path: bundle,
        findings: [
          expect.objectContaining({ code: 'truncated_weights' }),
          expect.objectContaining({ code: 'missing_component' }),
        ],
      }),
    );
    const unchanging = (lines: string[]) => lines.filter((line) => !/^(models\.db|\.reconcile\.json)/.test(line));
    expect(unchanging(await snapshot(root))).toEqual(unchanging(before));
    expect([all().total, events]).toEqual([0, []]);
  });

  test.each<[string, () => string, string]>([
    ['a path with nothing there', () => join(folder.path, 'nothing'), 'path_not_found'],
    ['a file that is no model', () => join(bundle, 'model_index.json'), 'unsupported_path'],
    ['a folder that is no bundle', () => join(bundle, 'unet'), 'invalid_bundle'],
    ['a folder that holds the library', () => folder.path, 'unsupported_path'],
    ['the models folder of the library', () => join(root, 'models'), 'unsupported_path'],
    ['a relative path', () => 'bundle', 'invalid_input'],
    ['a path with a zero in it', () => `${bundle}\0`, 'invalid_input'],
    ['a name longer than the system allows', () => `/${'x'.repeat(300)}`, 'unreadable'],
  ])('%s is refused', async (_, path, code) => {
    await expect(library.register(path())).rejects.toEqual(failure(code));
    expect(all().total).toBe(0);
  });
});

test('register, validate, describe, accept and unregister leave an external folder as it was, times included', async () => {
  await symlink('config.json', join(bundle, 'unet/link.json'));
  const before = await snapshot(bundle);
  await library.classify(bundle);
  await library.register(bundle);
  await library.validate({ model_id: id });
  await library.validate({ path: bundle });
  await library.describe(id);
  await library.accept(id, 'source_changed').catch(() => undefined);
  await reopen();
  await library.unregister(id);
  expect(await snapshot(bundle)).toEqual(before);
});

describe('describe', () => {
  test('gives what a runner is told', async () => {
    await library.register(bundle);
    const descriptor = await library.describe(id);
    expect(ExecutionDescriptor.parse(descriptor)).toEqual(descriptor);
    expect(descriptor).toEqual({
      execution_contract_version: 1,
      model_id: id,
      entry_path: bundle,
      model_type: 'diffusion',
      task_type_primary: 'text-to-image',
      recommended_backend: 'onnx-runtime',
      runtime_engine_hints: ['onnx-runtime', 'diffusers'],
      storage_kind: 'external_reference',
      bundle_format: 'diffusers_directory',
      pipeline_class: 'StableDiffusionPipeline',
      validation_state: 'valid',
      dependency_resolution: {
        contract_version: 1,
        state: 'resolved',
        bindings: [
          {
            profile_id: 'onnxruntime',
            backend: 'onnx-runtime',
            platform: 'linux-x64',
            packages: [{ name: 'onnxruntime-node', version: '==1.30.0' }],
            execution_providers: ['cpu'],
          },
        ],
      },
    });
  });

  test('a whole model that nothing here runs is described with an unknown profile', async () => {
    const index = JSON.parse(await readFile(join(bundle, 'model_index.json'), 'utf8'));
    await writeFile(join(bundle, 'model_index.json'), JSON.stringify({ ...index, _class_name: 'FluxPipeline' }));
    const { model_id } = await library.register(bundle);
    expect(model_id).toBe('diffusion/flux/my-bundle');
    expect(await library.describe(model_id)).toMatchObject({
      validation_state: 'valid',
      recommended_backend: 'diffusers',
      dependency_resolution: { state: 'unknown_profile', bindings: [] },
    });
  });

  test('checks the files anew and refuses what is not whole now, with the findings', async () => {
    await library.register(bundle);
    await truncate(join(bundle, unetWeights), 1000);
    await expect(library.describe(id)).rejects.toEqual(
      failure('asset_not_executable', {
        model_id: id,
        validation_state: 'invalid',
        findings: [expect.objectContaining({ code: 'truncated_weights', path: unetWeights })],
      }),
    );
    expect(all().models).toMatchObject([{ validation_state: 'invalid' }]);
    expect(events.at(-1)).toMatchObject({ kind: 'model_changed', model: { validation_state: 'invalid' } });
  });

  test('a model that is not there is not found', async () => {
    await expect(library.describe(id)).rejects.toEqual(failure('not_found', { what: 'model', id }));
  });
});

describe('health', () => {
  beforeEach(() => library.register(bundle).then(() => undefined));
  const verdict = async () => {
    const { validation_state, validation_errors } = await library.validate({ model_id: id });
    return [validation_state, validation_errors.map(({ code }) => code)];
  };

  test('follows the files, there and back, and keeps what was known of them', async () => {
    const before = await library.show(id);
    await rename(bundle, `${bundle}-away`);
    expect(await verdict()).toEqual(['invalid', ['path_not_found']]);
    expect(await library.show(id)).toMatchObject({
      size_bytes: before.size_bytes,
      pipeline_class: before.pipeline_class,
    });
    await rename(`${bundle}-away`, bundle);
    expect(await verdict()).toEqual(['valid', []]);
    expect({ ...(await library.show(id)), updated_at: '' }).toEqual({ ...before, updated_at: '' });
  });

  test('nothing is written when nothing changed', async () => {
    const before = await snapshot(join(root, 'models'));
    events.length = 0;
    await verdict();
    await reopen();
    expect([await snapshot(join(root, 'models')), events]).toEqual([before, []]);
  });

  test('a drive that is not mounted degrades a model and can not be accepted', async () => {
    const record = await library.show(id);
    await writeFile(metadataPath(), JSON.stringify({ ...record, entry_path: '/media/nobody-here/Disk/bundle' }));
    expect(await verdict()).toEqual(['degraded', ['volume_offline']]);
    expect(all().models).toMatchObject([{ is_offline: true, validation_state: 'degraded' }]);
    await expect(library.accept(id, 'volume_offline')).rejects.toEqual(failure('conflict'));
    await expect(library.describe(id)).rejects.toEqual(
      failure('asset_not_executable', { validation_state: 'degraded' }),
    );
  });

  test('files that are whole but others are a change, accepted for what they are now', async () => {
    const swap = (name: string) =>
      rename(join(bundle, unetWeights), join(bundle, `unet/diffusion_pytorch_model.${name}safetensors`));
    await swap('fp16.');
    expect(await verdict()).toEqual(['degraded', ['source_changed']]);
    const accepted = await library.accept(id, 'source_changed');
    expect(accepted).toMatchObject({
      validation_state: 'valid',
      validation_errors: [{ code: 'source_changed', accepted: true }],
    });
    await library.describe(id);
    expect(await library.accept(id, 'source_changed')).toEqual(accepted);
    await appendFile(join(bundle, 'tokenizer/merges.txt'), 'a b\n');
    expect(await verdict()).toEqual(['degraded', ['source_changed']]);
  });

  test('a warning is accepted for its model and its file, and stays so', async () => {
    const index = JSON.parse(await readFile(join(bundle, 'model_index.json'), 'utf8'));
    await writeFile(
      join(bundle, 'model_index.json'),
      JSON.stringify({ ...index, safety_checker: ['a', 'B'], feature_extractor: ['a', 'BProcessor'] }),
    );
    await library.accept(id, 'missing_optional_component', 'safety_checker');
    expect(await library.show(id)).toMatchObject({
      validation_state: 'degraded',
      accepted_findings: [{ code: 'missing_optional_component', path: 'safety_checker' }],
    });
    await library.accept(id, 'missing_optional_component');
    await reopen();
    expect(await library.show(id)).toMatchObject({
      validation_state: 'valid',
      validation_errors: [{ accepted: true }, { accepted: true }],
    });
  });

  test('an error is never accepted, nor what was not found', async () => {
    await rm(join(bundle, 'vae'), { recursive: true });
    await expect(library.accept(id, 'missing_component')).rejects.toEqual(failure('conflict'));
    await expect(library.accept(id, 'missing_optional_component')).rejects.toEqual(failure('not_found'));
  });

  test('an acceptance written by hand for an error counts for nothing', async () => {
    const record = await library.show(id);
    await rm(join(bundle, 'vae'), { recursive: true });
    await writeFile(metadataPath(), JSON.stringify({ ...record, accepted_findings: [{ code: 'missing_component' }] }));
    expect(await verdict()).toEqual(['invalid', ['missing_component']]);
  });

  test('of a path that is in no library is told without making it one', async () => {
    const other = await copyTinyBundle(join(folder.path, 'other'));
    expect(await library.validate({ path: other })).toEqual({ validation_state: 'valid', validation_errors: [] });
    expect(await library.validate({ path: join(folder.path, 'nothing') })).toMatchObject({
      validation_state: 'invalid',
      validation_errors: [{ code: 'path_not_found' }],
    });
    await expect(library.validate({ path: 'a\0b' })).rejects.toEqual(failure('invalid_input'));
    expect(all().total).toBe(1);
  });
});

describe('disk is the truth, the index can go', () => {
  beforeEach(() => library.register(bundle).then(() => undefined));

  test.each(['deleted', 'damaged', 'an empty file'])('the index is %s: nothing is lost', async (how) => {
    const before = all();
    await library.close();
    for (const name of await readdir(root)) if (name.startsWith('models.db')) await rm(join(root, name));
    if (how === 'damaged') await writeFile(join(root, 'models.db'), 'nonsense '.repeat(1000));
    if (how === 'an empty file') await writeFile(join(root, 'models.db'), '');
    library = await open();
    expect(all()).toEqual(before);
  });

  test('a record that came or went while nobody looked comes or goes at the next start', async () => {
    await library.close();
    await rename(join(root, 'models', id), join(root, 'models/diffusion/stable-diffusion-1/renamed'));
    events = [];
    library = await open();
    await library.settled();
    const renamed = 'diffusion/stable-diffusion-1/renamed';
    expect(all().models).toMatchObject([{ model_id: renamed }]);
    expect(events.map(({ kind }) => kind)).toEqual(['model_changed', 'model_removed', 'library_reconciled']);
    expect((await library.show(ModelId.parse(renamed))).model_id).toBe(renamed);
  });

  test('what the user wrote into metadata.json is kept and found', async () => {
    const record = await library.show(id);
    await writeFile(
      metadataPath(),
      JSON.stringify({ ...record, notes: 'for posters', tags: ['sunset'], mine: { deep: [1] } }),
    );
    await reopen();
    expect(library.list(ListQuery.parse({ query: 'poster sunset' })).total).toBe(1);
    await rm(join(bundle, 'vae'), { recursive: true });
    await library.validate({ model_id: id });
    expect(JSON.parse(await readFile(metadataPath(), 'utf8'))).toMatchObject({
      mine: { deep: [1] },
      validation_state: 'invalid',
    });
  });

  test.each(['', '{"schema_version": 1', '[]'])(
    'a metadata.json of %j leaves the model, as last known, and itself as it is',
    async (text) => {
      const before = await library.show(id);
      await writeFile(metadataPath(), text);
      await reopen();
      const record = await library.show(id);
      expect(record).toEqual({
        ...before,
        validation_state: 'invalid',
        validation_errors: [expect.objectContaining({ code: 'metadata_corrupt' })],
      });
      expect(all().models).toMatchObject([{ model_id: id, name: 'My Bundle', validation_state: 'invalid' }]);
      await expect(library.describe(id)).rejects.toEqual(failure('asset_not_executable'));
      await reopen();
      expect(await library.show(id)).toEqual(record);
      expect(await readFile(metadataPath(), 'utf8')).toBe(text);
      expect(await library.register(bundle)).toEqual({ model_id: id, status: 'already_registered' });
    },
  );

  test('a damaged metadata.json that the index never saw is a model too', async () => {
    await library.close();
    await writeFile(metadataPath(), 'x');
    for (const name of await readdir(root)) if (name.startsWith('models.db')) await rm(join(root, name));
    library = await open();
    expect(all().models).toMatchObject([
      { model_id: id, name: 'my-bundle', model_type: 'diffusion', validation_state: 'invalid' },
    ]);
    expect(Metadata.safeParse(await library.show(id)).success).toBe(true);
  });

  test('links and hidden folders inside models are not followed', async () => {
    await symlink(join(root, 'models/diffusion'), join(root, 'models/again'));
    await cp(join(root, 'models/diffusion'), join(root, 'models/.old'), { recursive: true });
    await reopen();
    expect(all().total).toBe(1);
  });
});

describe('unregister', () => {
  test('takes the record of an external folder, what is ours beside it, and the folders this left empty', async () => {
    await library.register(bundle);
    await writeFile(`${metadataPath()}.123456`, 'left by a write that was killed');
    events.length = 0;
    expect(await library.unregister(id)).toEqual({ removed: [metadataPath(), join(root, 'models', id)] });
    expect([await readdir(join(root, 'models')), all().total]).toEqual([[], 0]);
    expect(events).toEqual([{ kind: 'model_removed', model_id: id }]);
    await expect(library.unregister(id)).rejects.toEqual(failure('not_found'));
    expect(await library.register(bundle)).toEqual({ model_id: id, status: 'registered' });
  });

  test('leaves what somebody else put beside the record, and its neighbours', async () => {
    await library.register(bundle);
    await library.register(await copyTinyBundle(join(folder.path, 'neighbour')));
    await writeFile(join(root, 'models', id, 'mine.txt'), 'keep');
    expect(await library.unregister(id)).toEqual({ removed: [metadataPath()] });
    expect(await readdir(join(root, 'models', id))).toEqual(['mine.txt']);
    expect(all().total).toBe(1);
    expect((await library.register(bundle)).model_id).toBe(`${id}-2`);
  });

  test('works on a damaged record, and takes no payload then', async () => {
    await library.register(bundle);
    await writeFile(metadataPath(), 'x');
    expect(await library.unregister(id)).toEqual({ removed: [metadataPath(), join(root, 'models', id)] });
  });

  test('a payload of the library goes to its trash, whole', async () => {
    const starter = await library.adoptStarter(starterBundle);
    if (starter === null) throw new Error('it was never removed');
    expect(await library.unregister(starter)).toEqual({ removed: [join(root, 'models', starter)] });
    const [trashId] = await readdir(join(root, '.trash'));
    expect(await readdir(join(root, '.trash', trashId ?? '', 'model'))).toEqual(
      [...(await readdir(starterBundle)), 'metadata.json'].sort(),
    );
    await reopen();
    expect(all().total).toBe(0);
  });

  test('an id that a link leads out of the library is refused, and nothing there is touched', async () => {
    const outside = join(folder.path, 'outside/stable-diffusion-1/my-bundle');
    await library.register(bundle);
    await cp(join(root, 'models', id), outside, { recursive: true });
    await rm(join(root, 'models/diffusion'), { recursive: true });
    await symlink(join(folder.path, 'outside'), join(root, 'models/diffusion'));
    const before = await snapshot(outside);
    await expect(library.unregister(id)).rejects.toEqual(failure('forbidden'));
    expect(await snapshot(outside)).toEqual(before);
  });
});

describe('the starter model', () => {
  const starterId = 'diffusion/stable-diffusion-1/vitrine-starter';

  test('is copied into the library once, runnable, with what it was made for', async () => {
    expect(library.starterModelId()).toBeNull();
    expect(await library.adoptStarter(starterBundle)).toBe(starterId);
    expect(library.starterModelId()).toBe(starterId);
    expect(await library.describe(ModelId.parse(starterId))).toMatchObject({
      entry_path: join(root, 'models', starterId),
      storage_kind: 'library_owned',
    });
    const record = await library.show(ModelId.parse(starterId));
    expect(record).toMatchObject({
      name: 'Vitrine Starter',
      match_source: 'starter',
      precision: 'fp16',
      file_count: 12,
      generation_defaults: { width: 128, height: 128, steps: 20, guidance_scale: 5 },
    });
    expect(record.generation_defaults?.example_prompts).toHaveLength(6);
    expect(record.notes).toMatch(/^A very small model of our own/);
    expect((await readdir(join(root, '.incoming'))).length).toBe(0);
    await reopen();
    expect([library.starterModelId(), await library.adoptStarter(starterBundle), all().total]).toEqual([
      starterId,
      starterId,
      1,
    ]);
    expect(await library.show(ModelId.parse(starterId))).toEqual(record);
  });

  test('does not come back to a user who removed it', async () => {
    await library.adoptStarter(starterBundle);
    await library.unregister(ModelId.parse(starterId));
    await reopen();
    expect([await library.adoptStarter(starterBundle), library.starterModelId(), all().total]).toEqual([null, null, 0]);
  });

  test('a copy that was killed half way leaves nothing in the library, and goes with the next', async () => {
    await mkdir(join(root, '.incoming/starter-dead/unet'), { recursive: true });
    await reopen();
    expect(all().total).toBe(0);
    expect(await library.adoptStarter(starterBundle)).toBe(starterId);
    expect(await readdir(join(root, '.incoming'))).toEqual([]);
  });

  test('a copy whose remembrance was lost is taken as it is', async () => {
    await library.adoptStarter(starterBundle);
    await rm(join(root, '.starter.json'));
    await reopen();
    expect([await library.adoptStarter(starterBundle), all().total]).toEqual([starterId, 1]);
  });

  test('a library that was moved finds its own files at the new place', async () => {
    await library.adoptStarter(starterBundle);
    await library.close();
    await rename(root, join(folder.path, 'moved'));
    root = join(folder.path, 'moved');
    library = await open();
    await library.settled();
    expect(await library.describe(ModelId.parse(starterId))).toMatchObject({
      entry_path: join(root, 'models', starterId),
    });
  });

  test('stands beside a model that has its name already', async () => {
    await library.register(bundle, { name: 'Vitrine Starter' });
    expect(await library.adoptStarter(starterBundle)).toBe(`${starterId}-2`);
    expect(all().total).toBe(2);
  });

  test('a bundle that is not whole is refused', async () => {
    await expect(library.adoptStarter(join(folder.path, 'nothing'))).rejects.toEqual(failure('invalid_bundle'));
    expect(library.starterModelId()).toBeNull();
  });
});

test('the tiny bundles of the repository are never written to', async () => {
  const before = await snapshot(tinyBundlePath('sd21-tiny'));
  const { model_id } = await library.register(tinyBundlePath('sd21-tiny'));
  await library.describe(model_id);
  await library.unregister(model_id);
  expect(await snapshot(tinyBundlePath('sd21-tiny'))).toEqual(before);
});

test('a library root that can not be made is a failure in one sentence', async () => {
  await writeFile(join(folder.path, 'file'), '');
  await expect(open({ rootPath: join(folder.path, 'file/library') })).rejects.toEqual(failure('write_failed'));
});
