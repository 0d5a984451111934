import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeSafetensors } from '../fixtures/tiny-bundle.ts';
import { chooseWeights, readComponentWeights } from './component-weights.ts';
import { WeightsFault } from './safetensors.ts';

const one = (name: string) => ({ [name]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });

test.each<[string[], string | null, string | null]>([
  [
    ['diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.fp16.safetensors'],
    'diffusion_pytorch_model.safetensors',
    null,
  ],
  [['model.bf16.safetensors', 'model.fp16.safetensors', 'model.non_ema.safetensors'], 'model.fp16.safetensors', 'fp16'],
  [['model.bf16.safetensors', 'pytorch_model.bin'], 'model.bf16.safetensors', 'bf16'],
  [['model.safetensors', 'model.safetensors.index.json'], 'model.safetensors', null],
  [['model.safetensors.index.json', 'model.fp16.safetensors'], 'model.safetensors.index.json', null],
  [
    ['diffusion_pytorch_model.safetensors.index.fp16.json'],
    'diffusion_pytorch_model.safetensors.index.fp16.json',
    'fp16',
  ],
  [
    ['diffusion_pytorch_model.safetensors.fp16.index.json'],
    'diffusion_pytorch_model.safetensors.fp16.index.json',
    'fp16',
  ],
  [
    ['diffusion_pytorch_model.fp16.safetensors.index.json'],
    'diffusion_pytorch_model.fp16.safetensors.index.json',
    'fp16',
  ],
  [['model-00001-of-00002.safetensors', 'model.onnx', 'config.json', 'lora.safetensors'], null, null],
])('of %j the weights are %s', (names, name, variant) => {
  const choice = chooseWeights(names);
  expect(choice === null ? [null, null] : [choice.name, choice.variant]).toEqual([name, variant]);
});

test('shards behind links give their tensors with the real files', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'unet'));
  await writeSafetensors(join(folder.path, 'blobs/aa'), one('a'), 4);
  await writeSafetensors(join(folder.path, 'blobs/bb'), one('b'), 4);
  const index = { metadata: { total_size: 8 }, weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors' } };
  await writeFile(join(folder.path, 'blobs/cc'), JSON.stringify(index));
  await symlink('../blobs/aa', join(folder.path, 'unet/m-1.safetensors'));
  await symlink('../blobs/bb', join(folder.path, 'unet/m-2.safetensors'));
  await symlink('../blobs/cc', join(folder.path, 'unet/model.safetensors.index.json'));
  const weights = await readComponentWeights(join(folder.path, 'unet'));
  expect([...weights.tensors].map(([name, { path }]) => [name, path])).toEqual([
    ['a', join(folder.path, 'blobs/aa')],
    ['b', join(folder.path, 'blobs/bb')],
  ]);
  expect(weights.fileNames).toEqual(['m-1.safetensors', 'm-2.safetensors']);
});

const index = (map: unknown) => JSON.stringify({ weight_map: map });

test.each<[string, (folder: string) => Promise<void>, string, string]>([
  ['is empty', async () => {}, 'missing_weights', ''],
  [
    'holds a pickle only',
    (at) => writeFile(join(at, 'pytorch_model.bin'), ''),
    'unsafe_weights_only',
    'pytorch_model.bin',
  ],
  ['holds OpenVINO weights only', (at) => writeFile(join(at, 'openvino_model.bin'), ''), 'missing_weights', ''],
  [
    'holds shards without their list',
    (at) => writeSafetensors(join(at, 'model-00001-of-00002.safetensors'), one('a'), 4),
    'missing_weights',
    '',
  ],
  [
    'lists a shard that is not there',
    (at) => writeFile(join(at, 'model.safetensors.index.json'), index({ a: 'gone.safetensors' })),
    'missing_shard',
    'gone.safetensors',
  ],
  [
    'lists a shard elsewhere',
    (at) => writeFile(join(at, 'model.safetensors.index.json'), index({ a: '../a.safetensors' })),
    'path_escape',
    'model.safetensors.index.json',
  ],
  [
    'has a list that is not JSON',
    (at) => writeFile(join(at, 'model.safetensors.index.json'), 'x'),
    'invalid_weights_header',
    'model.safetensors.index.json',
  ],
  [
    'has a list of something else',
    (at) => writeFile(join(at, 'model.safetensors.index.json'), '{"weight_map":[1]}'),
    'invalid_weights_header',
    'model.safetensors.index.json',
  ],
  [
    'has a folder for a list',
    async (at) => void (await mkdir(join(at, 'model.safetensors.index.json'))),
    'component_unreadable',
    'model.safetensors.index.json',
  ],
  [
    'lists a tensor that its shard does not hold',
    async (at) => {
      await writeSafetensors(join(at, 's.safetensors'), one('a'), 4);
      await writeFile(join(at, 'model.safetensors.index.json'), index({ a: 's.safetensors', b: 's.safetensors' }));
    },
    'invalid_weights_header',
    's.safetensors',
  ],
  [
    'holds a link to nothing',
    (at) => symlink('../gone', join(at, 'model.safetensors')),
    'missing_weights',
    'model.safetensors',
  ],
  [
    'holds a link to itself',
    (at) => symlink('model.safetensors', join(at, 'model.safetensors')),
    'component_unreadable',
    'model.safetensors',
  ],
  [
    'holds a truncated file behind a link',
    async (at) => {
      await writeSafetensors(join(at, 'blob'), one('a'), 4);
      await truncate(join(at, 'blob'), 40);
      await symlink('blob', join(at, 'model.safetensors'));
    },
    'truncated_weights',
    'model.safetensors',
  ],
  ['is not there', (at) => rm(at, { recursive: true }), 'component_unreadable', ''],
])('a folder that %s is %s', async (_, prepare, code, file) => {
  await using folder = await temporaryFolder();
  const unet = join(folder.path, 'unet');
  await mkdir(unet);
  await prepare(unet);
  const fault = await readComponentWeights(unet).then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(WeightsFault);
  expect(fault).toMatchObject({ code, path: join(unet, file) });
});

test.each([
  [1, 'a01.safetensors is not there. Download it.'],
  [2, '2 of 3 shards are not there: a01.safetensors, a02.safetensors. Download them.'],
  [
    12,
    `12 of 13 shards are not there: ${Array.from({ length: 10 }, (_, index) => `a${String(index + 1).padStart(2, '0')}.safetensors`).join(', ')} and 2 more. Download them.`,
  ],
])('of %i missing shards a finding names all, or the first ones and how many more', async (count, reason) => {
  await using folder = await temporaryFolder();
  const gone = Array.from({ length: count }, (_, at) => `a${String(at + 1).padStart(2, '0')}.safetensors`);
  await writeSafetensors(join(folder.path, 'here.safetensors'), one('here'), 4);
  const weightMap = Object.fromEntries(['here.safetensors', ...gone].map((name) => [name.slice(0, -12), name]));
  await writeFile(join(folder.path, 'model.safetensors.index.json'), index(weightMap));
  await expect(readComponentWeights(folder.path)).rejects.toMatchObject({
    code: 'missing_shard',
    path: join(folder.path, 'a01.safetensors'),
    reason,
  });
});
