import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyTinyBundle, temporaryFolder, writeSafetensors } from './fixtures/tiny-bundle.ts';
import { tinyOnnx } from './fixtures/tiny-onnx.ts';
import { repoIdOf, snapshotOf } from './huggingface-cache.ts';
import { readModelFacts } from './model-facts.ts';
import { partialReasonOf } from './partial-download.ts';
import { typeHintOf } from './type-hint.ts';

const oneTensor = { 'a.b': { dtype: 'F16', shape: [2], data_offsets: [0, 4] } };
const embedding = { emb_params: { dtype: 'F32', shape: [1, 10], data_offsets: [0, 40] } };

test('a diffusers folder gives the common shape', async () => {
  await using temporary = await temporaryFolder();
  const root = await copyTinyBundle(join(temporary.path, 'my model'));
  const { fingerprint, sizeBytes, ...facts } = await readModelFacts(root);
  expect(facts).toEqual({
    entryPath: root,
    bundleFormat: 'diffusers_directory',
    modelType: 'diffusion',
    family: 'stable-diffusion-1',
    taskType: 'text-to-image',
    pipelineClass: 'StableDiffusionPipeline',
    weightsFormat: 'safetensors',
    precision: 'fp32',
    parameterCount: 946_195,
    fileCount: 11,
    findings: [],
    reasons: ['It holds a model_index.json, as diffusers writes it.', 'Its pipeline is StableDiffusionPipeline.'],
    repoId: null,
    revision: null,
    baseModel: null,
    triggerWords: [],
    description: null,
    architecture: null,
    quantisation: null,
    loraRank: null,
    loraTarget: null,
    files: [],
    fileNames: [],
    previewPath: null,
    suggestedName: 'my model',
  });
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(sizeBytes).toBeGreaterThan(1_000_000);
});

test('a file gives the common shape, with what lies beside it', async () => {
  await using temporary = await temporaryFolder();
  const folder = join(temporary.path, 'loras/mine');
  const path = join(folder, 'word.v2.safetensors');
  await writeSafetensors(path, oneTensor, 4);
  await writeFile(join(folder, 'word.v2.png'), '');
  await writeFile(
    join(folder, 'word.v2.civitai.info'),
    JSON.stringify({
      model: { name: 'The\nword' },
      name: 'v2',
      baseModel: 'Pony',
      trainedWords: ['sks, girl', 'sks'],
      images: [{}],
    }),
  );
  const { fingerprint, reasons, ...facts } = await readModelFacts(path);
  expect(facts).toEqual({
    entryPath: path,
    bundleFormat: 'single_file',
    modelType: 'lora',
    family: 'stable-diffusion-xl',
    taskType: 'unknown',
    pipelineClass: null,
    weightsFormat: 'safetensors',
    precision: 'fp16',
    parameterCount: 2,
    sizeBytes: expect.any(Number),
    fileCount: 1,
    findings: [],
    repoId: null,
    revision: null,
    baseModel: 'Pony',
    triggerWords: ['sks', 'girl'],
    description: null,
    architecture: null,
    quantisation: null,
    loraRank: null,
    loraTarget: null,
    files: [path],
    fileNames: ['word.v2.safetensors'],
    previewPath: join(folder, 'word.v2.png'),
    suggestedName: 'The word',
  });
  expect(reasons.slice(1)).toEqual([
    'It lies in a folder for this kind of model ("loras").',
    'word.v2.civitai.info beside it says that it is for Pony.',
  ]);
});

test.each<[string, unknown, Record<string, unknown>]>([
  [
    '.cm-info.json',
    { ModelName: 'N', BaseModel: 'SD 1.5', TrainedWords: ['w'] },
    { suggestedName: 'N', baseModel: 'SD 1.5', triggerWords: ['w'], family: 'stable-diffusion-1' },
  ],
  [
    '.metadata.json',
    { model_name: 'N', base_model: 'Flux.1 D', civitai: { trainedWords: ['w'] } },
    { suggestedName: 'N', baseModel: 'Flux.1 D', triggerWords: ['w'], family: 'flux' },
  ],
  [
    '.json',
    { 'activation text': 'w, x', 'sd version': 'SD2', description: 'D' },
    { suggestedName: 'a', baseModel: 'SD2', triggerWords: ['w', 'x'], description: 'D', family: 'stable-diffusion-2' },
  ],
  ['.civitai.info', [1], { suggestedName: 'a', baseModel: null }],
  [
    '.civitai.info',
    { model: 7, baseModel: {}, trainedWords: 'no' },
    { suggestedName: 'a', baseModel: null, triggerWords: [] },
  ],
])('notes of %s beside a file are read: %j', async (ending, json, expected) => {
  await using temporary = await temporaryFolder();
  await writeSafetensors(join(temporary.path, 'a.safetensors'), oneTensor, 4);
  await writeFile(join(temporary.path, `a${ending}`), JSON.stringify(json));
  expect(await readModelFacts(join(temporary.path, 'a.safetensors'))).toMatchObject(expected);
});

test('notes that are broken, a folder, or huge say nothing', async () => {
  await using temporary = await temporaryFolder();
  await writeSafetensors(join(temporary.path, 'a.safetensors'), oneTensor, 4);
  await writeFile(join(temporary.path, 'a.civitai.info'), '{"model":');
  await writeFile(join(temporary.path, 'a.json'), Buffer.alloc(5 * 2 ** 20, 0x20));
  await mkdir(join(temporary.path, 'a.png'));
  expect(await readModelFacts(join(temporary.path, 'a.safetensors'))).toMatchObject({
    suggestedName: 'a',
    baseModel: null,
    previewPath: null,
    findings: [],
  });
});

test.each([
  ['what\never\u0007.safetensors', 'what ever'],
  ['😀.safetensors', '😀'],
  ['نموذج.safetensors', 'نموذج'],
  ['CON.safetensors', 'CON'],
  ['trailing..safetensors', 'trailing.'],
  ['   .safetensors', 'model'],
  [`${'x'.repeat(243)}.safetensors`, 'x'.repeat(200)],
  ['e\u0301.safetensors', '\u00e9'],
  ['.safetensors', '.safetensors'],
  ['v1.5.safetensors', 'v1.5'],
])('a file called %j is offered as %j', async (fileName, name) => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.path, fileName);
  await writeSafetensors(path, embedding, 40);
  expect(await readModelFacts(path)).toMatchObject({ suggestedName: name, findings: [], modelType: 'embedding' });
});

test('a file that is called as every file is takes the name of its folder', async () => {
  await using temporary = await temporaryFolder();
  const path = join(temporary.path, 'my vae/diffusion_pytorch_model.fp16.safetensors');
  await writeSafetensors(path, oneTensor, 4);
  expect((await readModelFacts(path)).suggestedName).toBe('my vae');
});

test('a file of a Hugging Face cache keeps its repository and revision, though it is a link to a blob', async () => {
  await using temporary = await temporaryFolder();
  const repository = join(temporary.path, 'models--org--nice-lora');
  const path = join(repository, 'snapshots/abc123/pytorch_lora_weights.safetensors');
  await writeSafetensors(join(repository, 'blobs/ffff'), embedding, 40);
  await mkdir(dirname(path), { recursive: true });
  await symlink('../../blobs/ffff', path);
  expect(await readModelFacts(path)).toMatchObject({
    entryPath: join(repository, 'blobs/ffff'),
    modelType: 'embedding',
    repoId: 'org/nice-lora',
    revision: 'abc123',
    suggestedName: 'nice-lora',
    findings: [],
  });
  expect(await readModelFacts(join(repository, 'blobs/ffff'))).toMatchObject({
    modelType: 'embedding',
    repoId: 'org/nice-lora',
    revision: null,
  });
});

test('a graph of a Hugging Face cache stays where its weights have the names that it knows', async () => {
  await using temporary = await temporaryFolder();
  const repository = join(temporary.path, 'models--org--graph');
  const path = join(repository, 'snapshots/abc/onnx/model.onnx');
  await mkdir(dirname(path), { recursive: true });
  await mkdir(join(repository, 'blobs'));
  const tensors = [{ name: 'w', dims: [2], external: { location: './model.onnx_data', length: '8' } }];
  await writeFile(join(repository, 'blobs/1'), tinyOnnx({ tensors }));
  await writeFile(join(repository, 'blobs/2'), Buffer.alloc(8));
  await symlink('../../../blobs/1', path);
  await symlink('../../../blobs/2', `${path}_data`);
  const facts = await readModelFacts(path);
  expect(facts).toMatchObject({
    entryPath: path,
    files: [join(repository, 'blobs/1'), join(repository, 'blobs/2')],
    fileNames: ['model.onnx', 'model.onnx_data'],
    fileCount: 2,
    findings: [],
    revision: 'abc',
  });
  expect((await readModelFacts(facts.entryPath)).fingerprint).toBe(facts.fingerprint);
});

test('nothing there is a folder that is not found', async () => {
  const facts = await readModelFacts('/nowhere/at/all');
  expect(facts.findings.map(({ code }) => code)).toEqual(['path_not_found']);
});

describe('names', () => {
  test.each([
    ['/c/models--org--name/snapshots/abc', { repoId: 'org/name', name: 'name', revision: 'abc', pathInRepo: '' }],
    [
      '/c/models--org--a--b/snapshots/abc/unet/x',
      { repoId: 'org/a--b', name: 'a--b', revision: 'abc', pathInRepo: 'unet/x' },
    ],
    ['/c/models--gpt2/blobs/1', { repoId: 'gpt2', name: 'gpt2', revision: null, pathInRepo: '' }],
    ['/c/models--/snapshots/abc', null],
    ['/c/datasets--a--b/snapshots/abc', null],
    ['/plain/folder', null],
  ])('%s stands in a cache as it says', (path, place) => {
    expect(snapshotOf(path)).toEqual(place);
  });

  test('a folder of another name is no repository', () => {
    expect(repoIdOf('model--a--b')).toBeNull();
  });

  test.each([
    ['a.safetensors.part', [], true],
    ['a.safetensors.crdownload', [], true],
    ['Unconfirmed 123.crdownload', [], true],
    ['a.gguf.aria2', [], true],
    ['a.gguf.TMP', [], true],
    ['0f3c.incomplete', [], true],
    ['a.safetensors', ['a.safetensors.aria2'], true],
    ['a.safetensors', ['a.safetensors.part'], true],
    ['a.safetensors', ['b.safetensors.part'], false],
    ['notes.tmp', [], false],
    ['part', [], false],
    ['a.part.safetensors', [], false],
  ] as const)('%s beside %j is partial: %s', (name, siblings, isPartial) => {
    expect(partialReasonOf(name, (sibling) => siblings.some((other) => other === sibling)) !== null).toBe(isPartial);
  });

  test.each([
    ['/m/loras/a.pt', { type: 'lora', folder: 'loras' }],
    ['/m/Lora/style/mine/a.pt', { type: 'lora', folder: 'Lora' }],
    ['/m/loras/vae/a.pt', { type: 'vae', folder: 'vae' }],
    ['C:\\m\\Stable-diffusion\\a.ckpt', { type: 'checkpoint', folder: 'Stable-diffusion' }],
    ['/loras/1/2/3/4/a.pt', null],
    ['/constructor/a.pt', null],
  ])('%s hints at a type', (path, hint) => {
    expect(typeHintOf(path)).toEqual(hint);
  });
});
