import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingSeverity, stateOf } from '../../contract/library/finding.ts';
import { bundleLayouts } from '../fixtures/bundle-layouts.ts';
import { bytesReadBy } from '../fixtures/bytes-read.ts';
import { copyTinyBundle, temporaryFolder, tinyBundlePath, writeSafetensors } from '../fixtures/tiny-bundle.ts';
import { tinyOnnx } from '../fixtures/tiny-onnx.ts';
import { readDiffusersFolder } from './diffusers-folder.ts';

async function edit(path: string, change: (json: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
}

const editIndex = (extra: Record<string, unknown>) => (root: string) =>
  edit(join(root, 'model_index.json'), (json) => ({ ...json, ...extra }));

const replaceWith = (file: string, make: (path: string) => Promise<unknown> | unknown) => async (root: string) => {
  await rm(join(root, file), { recursive: true, force: true });
  await make(join(root, file));
};

const remove = (file: string) => (root: string) => rm(join(root, file), { recursive: true });
const put = (file: string, text: string) => (root: string) => writeFile(join(root, file), text);
const fifoMaker = 'mkfifo';
const fifo = (path: string) => execFileSync(fifoMaker, [path]);
const loop = (path: string) => symlink(path, path);
const folder = (path: string) => mkdir(path);
const replaceWithGraph = (bytes: Buffer) => async (root: string) => {
  await rm(join(root, unetWeights));
  await writeFile(join(root, 'unet/model.onnx'), bytes);
};
const unetWeights = 'unet/diffusion_pytorch_model.safetensors';

test.each([
  ['sd15-tiny', 'StableDiffusionPipeline', 'stable-diffusion-1', 946_195, 11],
  ['sd21-tiny', 'StableDiffusionPipeline', 'stable-diffusion-2', 1_577_955, 10],
  ['sdxl-tiny', 'StableDiffusionXLPipeline', 'stable-diffusion-xl', 2_300_675, 18],
] as const)('%s is whole and known for what it is', async (name, pipelineClass, family, parameterCount, fileCount) => {
  const { components, fingerprint, sizeBytes, ...facts } = await readDiffusersFolder(tinyBundlePath(name));
  expect(facts).toEqual({
    rootPath: tinyBundlePath(name),
    pipelineClass,
    family,
    taskType: 'text-to-image',
    precision: 'fp32',
    weightsFormat: 'safetensors',
    parameterCount,
    fileCount,
    findings: [],
  });
  expect(components.find((component) => component.name === 'unet')?.weights?.files).toHaveLength(1);
  expect(sizeBytes).toBeGreaterThan(parameterCount * 4);
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
});

describe('what is wrong with a folder is found, where it is', () => {
  test.each<[string, (root: string) => unknown, string, string | undefined]>([
    ['no model_index.json', remove('model_index.json'), 'missing_model_index', 'model_index.json'],
    [
      'a model_index.json that is a link to nothing',
      replaceWith('model_index.json', (at) => symlink('gone', at)),
      'missing_model_index',
      'model_index.json',
    ],
    [
      'a model_index.json that is not JSON',
      put('model_index.json', '{'),
      'invalid_model_index_json',
      'model_index.json',
    ],
    [
      'a model_index.json that is a list',
      put('model_index.json', '[]'),
      'invalid_model_index_json',
      'model_index.json',
    ],
    [
      'a model_index.json of binary',
      replaceWith('model_index.json', (at) => writeFile(at, Buffer.from([0xff, 0xfe]))),
      'invalid_model_index_json',
      'model_index.json',
    ],
    [
      'a component that is no pair',
      editIndex({ unet: ['a', 'b', 'c'] }),
      'invalid_model_index_json',
      'model_index.json',
    ],
    [
      'a model_index.json that is a folder',
      replaceWith('model_index.json', folder),
      'component_unreadable',
      'model_index.json',
    ],
    [
      'a model_index.json that is a FIFO',
      replaceWith('model_index.json', fifo),
      'component_unreadable',
      'model_index.json',
    ],
    [
      'a model_index.json that is a link to itself',
      replaceWith('model_index.json', loop),
      'component_unreadable',
      'model_index.json',
    ],
    [
      'a huge model_index.json',
      (root) => truncate(join(root, 'model_index.json'), 2 ** 31),
      'component_unreadable',
      'model_index.json',
    ],
    ['no pipeline class', editIndex({ _class_name: undefined }), 'missing_pipeline_class', 'model_index.json'],
    ['a pipeline class that is a number', editIndex({ _class_name: 7 }), 'missing_pipeline_class', 'model_index.json'],
    [
      'a pipeline for other work',
      editIndex({ _class_name: 'StableDiffusionInpaintPipeline' }),
      'unsupported_pipeline',
      'model_index.json',
    ],
    [
      "SDXL's refiner in disguise",
      editIndex({ requires_aesthetics_score: true }),
      'unsupported_pipeline',
      'model_index.json',
    ],
    [
      'a component named out of the folder',
      editIndex({ '../other': ['diffusers', 'AutoencoderKL'] }),
      'path_escape',
      'model_index.json',
    ],
    ['a component that is missing', remove('vae'), 'missing_component', 'vae'],
    [
      'a component that is a link to nothing',
      replaceWith('vae', (at) => symlink('gone', at)),
      'missing_component',
      'vae',
    ],
    ['a component that is a file', replaceWith('vae', (at) => writeFile(at, '')), 'component_unreadable', 'vae'],
    ['a component that is a FIFO', replaceWith('vae', fifo), 'component_unreadable', 'vae'],
    ['a component that is a link to itself', replaceWith('vae', loop), 'component_unreadable', 'vae'],
    [
      'a component that is a link elsewhere',
      replaceWith('vae', (at) => symlink(join(tinyBundlePath('sd15-tiny'), 'vae'), at)),
      'path_escape',
      'vae',
    ],
    ['no config', remove('unet/config.json'), 'invalid_config', 'unet/config.json'],
    ['a config that is not JSON', put('vae/config.json', 'nope'), 'invalid_config', 'vae/config.json'],
    ['a config that is a list', put('vae/config.json', '[]'), 'invalid_config', 'vae/config.json'],
    [
      'a config of another network',
      (root) => edit(join(root, 'unet/config.json'), (json) => ({ ...json, in_channels: 9 })),
      'invalid_config',
      'unet/config.json',
    ],
    ['a config that is a FIFO', replaceWith('unet/config.json', fifo), 'component_unreadable', 'unet/config.json'],
    [
      'no scheduler config',
      remove('scheduler/scheduler_config.json'),
      'invalid_config',
      'scheduler/scheduler_config.json',
    ],
    [
      'a network that is absent though nothing works without it',
      editIndex({ vae: [null, null] }),
      'missing_component',
      'model_index.json',
    ],
    [
      'a text-to-image pipeline without any network that makes pictures',
      (root) =>
        edit(join(root, 'model_index.json'), ({ unet: _, ...json }) => ({ ...json, _class_name: 'FluxPipeline' })),
      'missing_component',
      'model_index.json',
    ],
    [
      'an export to ONNX that names no second half of its VAE',
      (root) =>
        edit(join(root, 'model_index.json'), ({ vae: _, ...json }) => ({
          ...json,
          _class_name: 'OnnxStableDiffusionPipeline',
        })),
      'missing_component',
      'model_index.json',
    ],
    [
      'merges that are fewer than the words which they make',
      async (root) => {
        const lines = (await readFile(join(root, 'tokenizer/merges.txt'), 'utf8')).split('\n');
        await writeFile(join(root, 'tokenizer/merges.txt'), lines.slice(0, 1500).join('\n'));
      },
      'invalid_config',
      'tokenizer/merges.txt',
    ],
    [
      'a sentencepiece model cut off',
      async (root) => {
        await rm(join(root, 'tokenizer'), { recursive: true });
        await mkdir(join(root, 'tokenizer'));
        await writeFile(join(root, 'tokenizer/spiece.model'), Buffer.from([0x0a, 0x20, 1, 2, 3]));
      },
      'invalid_config',
      'tokenizer/spiece.model',
    ],
    [
      'a large tokenizer.json cut off',
      (root) => writeFile(join(root, 'tokenizer/tokenizer.json'), `{"a":"${'x'.repeat(5 * 2 ** 20)}`),
      'invalid_config',
      'tokenizer/tokenizer.json',
    ],
    ['no weights', remove(unetWeights), 'missing_weights', 'unet'],
    [
      'weights without a tensor',
      replaceWith(unetWeights, (at) => writeSafetensors(at, {}, 0)),
      'missing_weights',
      'unet',
    ],
    [
      'only pickled weights',
      (root) => rename(join(root, unetWeights), join(root, 'unet/diffusion_pytorch_model.bin')),
      'unsafe_weights_only',
      'unet/diffusion_pytorch_model.bin',
    ],
    ['truncated weights', (root) => truncate(join(root, unetWeights), 100_000), 'truncated_weights', unetWeights],
    ['weights of no bytes', (root) => truncate(join(root, unetWeights), 0), 'truncated_weights', unetWeights],
    [
      'weights with a lying header',
      put(unetWeights, '\xff\xff\xff\xff\xff\xff\xff\xff{'),
      'invalid_weights_header',
      unetWeights,
    ],
    ['weights that are a folder', replaceWith(unetWeights, folder), 'component_unreadable', unetWeights],
    ['weights that are a FIFO', replaceWith(unetWeights, fifo), 'component_unreadable', unetWeights],
    ['weights that are a link to itself', replaceWith(unetWeights, loop), 'component_unreadable', unetWeights],
    [
      'weights that are a link elsewhere',
      replaceWith(unetWeights, (at) => symlink(join(tinyBundlePath('sd15-tiny'), unetWeights), at)),
      'path_escape',
      unetWeights,
    ],
    [
      'a shard missing',
      replaceWith(unetWeights, (at) =>
        writeFile(`${at}.index.json`, JSON.stringify({ weight_map: { a: 'shard-1.safetensors' } })),
      ),
      'missing_shard',
      'unet/shard-1.safetensors',
    ],
    [
      'a network exported to ONNX whose weights are gone',
      replaceWithGraph(tinyOnnx({ tensors: [{ name: 'w', dims: [2], external: { location: 'model.onnx_data' } }] })),
      'missing_weights',
      'unet/model.onnx',
    ],
    [
      'a network exported to ONNX whose weights are elsewhere',
      replaceWithGraph(tinyOnnx({ tensors: [{ name: 'w', dims: [2], external: { location: '../vae/config.json' } }] })),
      'path_escape',
      'unet/model.onnx',
    ],
    [
      'a network exported to ONNX that is cut off',
      replaceWithGraph(tinyOnnx().subarray(0, 20)),
      'truncated_weights',
      'unet/model.onnx',
    ],
    ['half a tokenizer', remove('tokenizer/merges.txt'), 'missing_tokenizer_files', 'tokenizer'],
    ['a vocabulary that is not JSON', put('tokenizer/vocab.json', '{"a":'), 'invalid_config', 'tokenizer/vocab.json'],
    ['empty merges', put('tokenizer/merges.txt', ''), 'invalid_config', 'tokenizer/merges.txt'],
    [
      'merges that are a FIFO',
      replaceWith('tokenizer/merges.txt', fifo),
      'component_unreadable',
      'tokenizer/merges.txt',
    ],
    [
      'no safety checker though it is named',
      editIndex({ safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'] }),
      'missing_optional_component',
      'safety_checker',
    ],
    [
      'a safety checker that is empty',
      async (root) => {
        await editIndex({ safety_checker: ['stable_diffusion', 'StableDiffusionSafetyChecker'] })(root);
        await mkdir(join(root, 'safety_checker'));
      },
      'missing_optional_component',
      'safety_checker',
    ],
    [
      'no feature extractor though it is named',
      editIndex({ feature_extractor: ['transformers', 'CLIPImageProcessor'] }),
      'missing_optional_component',
      'feature_extractor',
    ],
  ])('%s', async (_, breakIt, code, path) => {
    await using temporary = await temporaryFolder();
    const root = await copyTinyBundle(join(temporary.path, 'bundle'));
    await breakIt(root);
    const { findings } = await readDiffusersFolder(root);
    expect(findings).toEqual([
      {
        code,
        severity: findingSeverity[code as keyof typeof findingSeverity],
        message: expect.stringMatching(/^[^\n]{20,400}\.$/),
        path,
      },
    ]);
  });

  test('a path that is not there, and one that is a file', async () => {
    await using temporary = await temporaryFolder();
    await writeFile(join(temporary.path, 'file'), '');
    await symlink('loop', join(temporary.path, 'loop'));
    const codes = async (name: string) =>
      (await readDiffusersFolder(join(temporary.path, name))).findings.map(({ code }) => code);
    expect(await codes('nothing')).toEqual(['path_not_found']);
    expect(await codes('file')).toEqual(['path_not_directory']);
    expect(await codes('loop')).toEqual(['component_unreadable']);
  });

  test('everything wrong is found in one pass', async () => {
    await using temporary = await temporaryFolder();
    const root = await copyTinyBundle(join(temporary.path, 'bundle'));
    await remove('vae')(root);
    await truncate(join(root, unetWeights), 10_000);
    await editIndex({ safety_checker: ['a', 'B'] })(root);
    const { findings } = await readDiffusersFolder(root);
    expect(findings.map(({ code }) => code).sort()).toEqual([
      'missing_component',
      'missing_optional_component',
      'truncated_weights',
    ]);
    expect(stateOf(findings)).toBe('invalid');
  });
});

describe('what is whole is called whole', () => {
  test.each<[string, (root: string) => unknown]>([
    ['a file beside the components that links elsewhere', (root) => symlink('/etc', join(root, 'examples'))],
    [
      'a component that is a link inside the bundle',
      async (root) => {
        await rename(join(root, 'vae'), join(root, 'vae-real'));
        await symlink('vae-real', join(root, 'vae'));
      },
    ],
    [
      'half-precision weights only',
      (root) => rename(join(root, unetWeights), join(root, 'unet/diffusion_pytorch_model.fp16.safetensors')),
    ],
    ['a network exported to ONNX', replaceWithGraph(tinyOnnx())],
    ['a text-to-image class that nothing here runs', editIndex({ _class_name: 'FluxPipeline' })],
    [
      'a large tokenizer.json',
      (root) => writeFile(join(root, 'tokenizer/tokenizer.json'), `{"a":"${'x'.repeat(5 * 2 ** 20)}"}\n`),
    ],
    ['a component absent on purpose', editIndex({ image_encoder: [null, null] })],
    [
      'a byte order mark before a config',
      async (root) => {
        const config = await readFile(join(root, 'vae/config.json'), 'utf8');
        await writeFile(join(root, 'vae/config.json'), `\uFEFF${config}`);
      },
    ],
  ])('%s', async (_, change) => {
    await using temporary = await temporaryFolder();
    const root = await copyTinyBundle(join(temporary.path, 'bundle'));
    await change(root);
    expect((await readDiffusersFolder(root)).findings).toEqual([]);
  });
});

test('a snapshot of the Hugging Face cache is read through its links, another repository is not', async () => {
  await using temporary = await temporaryFolder();
  const repository = join(temporary.path, 'models--who--sd');
  const snapshot = join(repository, 'snapshots/abc');
  const real = await copyTinyBundle(join(temporary.path, 'real'));
  await cp(real, snapshot, { recursive: true });
  await mkdir(join(repository, 'blobs'));
  await mkdir(join(temporary.path, 'models--who--other/blobs'), { recursive: true });
  await rename(join(snapshot, unetWeights), join(repository, 'blobs/123'));
  await symlink('../../../blobs/123', join(snapshot, unetWeights));
  const facts = await readDiffusersFolder(snapshot);
  expect(facts.findings).toEqual([]);
  expect(facts.fingerprint).toBe((await readDiffusersFolder(real)).fingerprint);

  await rename(join(repository, 'blobs/123'), join(temporary.path, 'models--who--other/blobs/123'));
  await rm(join(snapshot, unetWeights));
  await symlink('../../../../models--who--other/blobs/123', join(snapshot, unetWeights));
  expect((await readDiffusersFolder(snapshot)).findings).toMatchObject([{ code: 'path_escape', path: unetWeights }]);
});

describe('the fingerprint', () => {
  test('stays when the folder moves, is touched, or gains files beside the components', async () => {
    await using temporary = await temporaryFolder();
    const root = await copyTinyBundle(join(temporary.path, 'a'));
    const before = await readDiffusersFolder(root);
    await rename(root, join(temporary.path, 'b'));
    await writeFile(join(temporary.path, 'b/README.md'), 'hello');
    const after = await readDiffusersFolder(join(temporary.path, 'b'));
    expect(after.fingerprint).toBe(before.fingerprint);
    expect(after.fileCount).toBe(before.fileCount + 1);
  });

  test('changes with the weights header, with a size and with a name', async () => {
    await using temporary = await temporaryFolder();
    const root = await copyTinyBundle(join(temporary.path, 'a'));
    const seen = new Set([(await readDiffusersFolder(root)).fingerprint]);
    const path = join(root, unetWeights);
    const bytes = await readFile(path);
    await writeFile(path, Buffer.from(bytes.toString('latin1').replace('conv_in', 'conv_im'), 'latin1'));
    seen.add((await readDiffusersFolder(root)).fingerprint);
    await writeFile(path, bytes);
    await writeFile(join(root, 'tokenizer/merges.txt'), '#version: 0.2\na b\n');
    seen.add((await readDiffusersFolder(root)).fingerprint);
    await rename(path, join(root, 'unet/diffusion_pytorch_model.fp16.safetensors'));
    seen.add((await readDiffusersFolder(root)).fingerprint);
    expect(seen.size).toBe(4);
  });
});

test('eight gigabytes of weights cost no more than their header', async () => {
  await using temporary = await temporaryFolder();
  const root = await copyTinyBundle(join(temporary.path, 'a'));
  await rm(join(root, unetWeights));
  const size = 8 * 2 ** 30;
  await writeSafetensors(
    join(root, unetWeights),
    { big: { dtype: 'F16', shape: [size / 2], data_offsets: [0, size] } },
    size,
  );
  expect(await bytesReadBy(() => readDiffusersFolder(root))).toBeLessThan(2 * 2 ** 20);
  const facts = await readDiffusersFolder(root);
  expect(facts).toMatchObject({ findings: [], precision: 'fp16' });
  expect(facts.sizeBytes).toBeGreaterThan(size);
});

test('a folder of everything is answered without walking it', async () => {
  await using temporary = await temporaryFolder();
  expect((await readDiffusersFolder(temporary.path)).findings.map(({ code }) => code)).toEqual(['missing_model_index']);
});

test('files to ignore are neither counted nor measured', async () => {
  const whole = await readDiffusersFolder(tinyBundlePath('sd15-tiny'));
  const without = await readDiffusersFolder(tinyBundlePath('sd15-tiny'), { ignore: ['model_index.json'] });
  expect(without.fileCount).toBe(whole.fileCount - 1);
});

test('a folder exported to ONNX is whole, and said to be of ONNX', async () => {
  await using temporary = await temporaryFolder();
  const root = await copyTinyBundle(join(temporary.path, 'bundle'));
  for (const name of ['unet', 'vae', 'text_encoder']) await rm(join(root, name), { recursive: true });
  const tensors = [{ name: 'w', dims: [2, 3], type: 10 }];
  for (const name of ['unet', 'vae_decoder', 'vae_encoder', 'text_encoder']) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'model.onnx'), tinyOnnx({ tensors }));
  }
  const { findings, weightsFormat, precision, parameterCount, fingerprint } = await readDiffusersFolder(root);
  expect({ findings, weightsFormat, precision, parameterCount }).toEqual({
    findings: [],
    weightsFormat: 'onnx',
    precision: 'fp16',
    parameterCount: 24,
  });
  await writeFile(join(root, 'unet/model.onnx'), tinyOnnx({ tensors: [{ name: 'v', dims: [2, 3], type: 10 }] }));
  expect((await readDiffusersFolder(root)).fingerprint).not.toBe(fingerprint);
});

test('the family of an export without configs is that of the text which its graph takes', async () => {
  await using temporary = await temporaryFolder();
  const root = await bundleLayouts['export to ONNX']?.(temporary.path);
  expect(await readDiffusersFolder(root ?? '')).toMatchObject({ family: 'stable-diffusion-1', weightsFormat: 'onnx' });
});

test('weights of the same shape with other numbers have another fingerprint', async () => {
  await using temporary = await temporaryFolder();
  const root = await copyTinyBundle(join(temporary.path, 'bundle'));
  const { fingerprint } = await readDiffusersFolder(root);
  const bytes = await readFile(join(root, unetWeights));
  bytes.fill(7, bytes.length - 100);
  await writeFile(join(root, unetWeights), bytes);
  expect((await readDiffusersFolder(root)).fingerprint).not.toBe(fingerprint);
});
