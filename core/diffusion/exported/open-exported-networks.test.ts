import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { editJson } from '../graphs/fixtures.ts';
import type { Networks, Tensor } from '../networks.ts';
import { openNetworks } from '../open-networks.ts';
import { largestDifference, type ReferenceTensor, readTensors, tensorOf } from '../reference/read-tensors.ts';
import { type ExportOptions, exportBundle } from './fixtures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exported-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const rows = (tensor: ReferenceTensor): number[][] => {
  const [count = 0, width = 0] = tensor.dims;
  return Array.from({ length: count }, (_, row) => Array.from(tensor.data.subarray(row * width, (row + 1) * width)));
};

describe.each<{ bundle: string; options: ExportOptions; allowed: number }>([
  { bundle: 'sd15-tiny', options: {}, allowed: 1e-4 },
  { bundle: 'sd15-tiny', options: { className: 'OnnxStableDiffusionPipeline', configs: false }, allowed: 1e-4 },
  { bundle: 'sd15-tiny', options: { externalData: true, precision: 'float16' }, allowed: 5e-3 },
  { bundle: 'sd15-tiny', options: { batch: 1 }, allowed: 1e-4 },
  { bundle: 'sd15-tiny', options: { batch: 3 }, allowed: 1e-4 },
  { bundle: 'sd21-tiny', options: { externalData: true }, allowed: 1e-4 },
  {
    bundle: 'sdxl-tiny',
    options: { className: 'ORTStableDiffusionXLPipeline', externalData: true },
    allowed: 1e-4,
  },
  { bundle: 'sdxl-tiny', options: { precision: 'float16', batch: 1 }, allowed: 5e-3 },
])('$bundle exported with $options', ({ bundle, options, allowed }) => {
  const isXl = bundle === 'sdxl-tiny';
  const expected = readTensors(`expected/${bundle}.safetensors`);
  const of = (name: string) => tensorOf(expected, name);
  let place: string;
  let networks: Networks;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'exported-'));
    networks = await openNetworks(await exportBundle(bundle, place, options), 'cpu');
  });
  afterAll(async () => {
    await networks.close();
    await rm(place, { recursive: true });
  });
  const expectSame = (got: Tensor, name: string) => {
    expect(got.dims).toEqual(of(name).dims);
    expect(largestDifference(got.data, of(name).data), name).toBeLessThan(allowed);
  };

  test('gives the numbers of the weights that it was made of', async () => {
    const tokens = [rows(of('tokens')), ...(isXl ? [rows(of('tokens1'))] : [])];
    const { context, pooled } = await networks.encodeText(tokens, 0);
    if (isXl) expectSame(pooled ?? context, 'text1.text_embeds');
    else expectSame(context, 'text.last_hidden_state');
    for (const timestep of [1, 981]) {
      const noise = await networks.predictNoise({
        sample: of('unet.sample'),
        timestep,
        context: of('unet.context'),
        pooled: isXl ? of('unet.text_embeds') : null,
        timeIds: isXl ? of('unet.time_ids') : null,
      });
      expectSame(noise, `unet.out.${timestep}`);
    }
    expectSame(await networks.decode(of('vae.latent')), 'vae.decoded');
    const { mean, logVariance } = await networks.encode(of('vae.image'));
    expectSame(mean, 'vae.mean');
    expectSame(logVariance, 'vae.logvar');
  });

  test('skips layers where it was exported with them, and says so where not', async () => {
    const tokens = [rows(of('tokens')), ...(isXl ? [rows(of('tokens1'))] : [])];
    if (!isXl)
      return expect(networks.encodeText(tokens, 1)).rejects.toMatchObject({
        failure: { code: 'invalid_input', details: { field: 'clip_skip' } },
      });
    const { context } = await networks.encodeText(tokens, 1);
    expect(context.dims).toEqual((await networks.encodeText(tokens, 0)).context.dims);
    await expect(networks.encodeText(tokens, 9)).rejects.toMatchObject({
      failure: { code: 'invalid_input', details: { field: 'clip_skip' } },
    });
  });

  test('has the facts of the bundle', () => {
    expect(networks).toMatchObject({ latentChannels: 4, pixelsPerLatent: 8, scalingFactor: 0.18215 });
    expect(networks.contextWidths).toHaveLength(isXl ? 2 : 1);
  });
});

const unetOf = (bundle: string, ...names: string[]) => join(bundle, 'unet', ...names);

test('a Hugging Face cache, where graph and weights are links to blobs, is run from where they lie', async () => {
  const snapshot = join(folder, 'models--a--b', 'snapshots', '0123');
  await mkdir(snapshot, { recursive: true });
  const exported = await exportBundle('sd15-tiny', join(folder, 'own'), { externalData: true });
  await rename(exported, join(snapshot, 'bundle'));
  const blobs = join(folder, 'models--a--b', 'blobs');
  await mkdir(blobs);
  for (const [blob, name] of [
    ['aa', 'model.onnx'],
    ['bb', 'model.onnx_data'],
  ] as const) {
    await rename(unetOf(join(snapshot, 'bundle'), name), join(blobs, blob));
    await symlink(`../../../../blobs/${blob}`, unetOf(join(snapshot, 'bundle'), name));
  }
  const expected = readTensors('expected/sd15-tiny.safetensors');
  const networks = await openNetworks(join(snapshot, 'bundle'), 'cpu');
  const noise = await networks.predictNoise({
    sample: tensorOf(expected, 'unet.sample'),
    timestep: 500,
    context: tensorOf(expected, 'unet.context'),
    pooled: null,
    timeIds: null,
  });
  await networks.close();
  expect(largestDifference(noise.data, tensorOf(expected, 'unet.out.500').data)).toBeLessThan(1e-4);
});

test.each<{ what: string; spoil: (bundle: string) => Promise<void>; code: string; says: RegExp }>([
  {
    what: 'keeps its weights outside of its folder',
    spoil: async (bundle) => {
      const text = (await readFile(unetOf(bundle, 'model.onnx'))).toString('latin1');
      await writeFile(
        unetOf(bundle, 'model.onnx'),
        Buffer.from(text.replaceAll('model.onnx_data', '../../etc/passwd'.slice(0, 15)), 'latin1'),
      );
    },
    code: 'invalid_weights',
    says: /unet\/model\.onnx.*outside its folder/,
  },
  {
    what: 'names weights behind a link that leads out of its folder',
    spoil: async (bundle) => {
      await rename(unetOf(bundle, 'model.onnx_data'), join(folder, 'elsewhere'));
      await symlink(join(folder, 'elsewhere'), unetOf(bundle, 'model.onnx_data'));
    },
    code: 'invalid_weights',
    says: /unet\/model\.onnx.*outside its folder/,
  },
  {
    what: 'lacks its file of weights',
    spoil: (bundle) => rm(unetOf(bundle, 'model.onnx_data')),
    code: 'invalid_weights',
    says: /model\.onnx.*model\.onnx_data/,
  },
  {
    what: 'is cut off',
    spoil: async (bundle) => {
      const bytes = await readFile(unetOf(bundle, 'model.onnx'));
      await writeFile(unetOf(bundle, 'model.onnx'), bytes.subarray(0, bytes.length / 2));
    },
    code: 'invalid_weights',
    says: /unet\/model\.onnx/,
  },
  {
    what: 'is of another network',
    spoil: (bundle) => copyFile(join(bundle, 'vae_decoder/model.onnx'), unetOf(bundle, 'model.onnx')),
    code: 'unsupported_config',
    says: /unet\/model\.onnx": the input "sample" is missing/,
  },
  {
    what: 'has no text encoder',
    spoil: (bundle) => rm(join(bundle, 'text_encoder/model.onnx')),
    code: 'invalid_weights',
    says: /text_encoder\/model\.onnx/,
  },
  {
    what: 'belongs to an SDXL pipeline by its index alone',
    spoil: (bundle) =>
      editJson(join(bundle, 'model_index.json'), (index) => {
        index._class_name = 'StableDiffusionXLPipeline';
      }),
    code: 'unsupported_config',
    says: /unet\/model\.onnx": the input "text_embeds" is missing/,
  },
  {
    what: 'has a VAE config whose channels deviate by words',
    spoil: (bundle) =>
      editJson(join(bundle, 'vae_decoder/config.json'), (config) => {
        config.latents_std = 'far';
      }),
    code: 'unsupported_config',
    says: /vae_decoder\/config\.json": "latents_std"/,
  },
])('an export that $what is refused by its file', async ({ spoil, code, says }) => {
  const bundle = await exportBundle('sd15-tiny', folder, { externalData: true });
  await spoil(bundle);
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({
    failure: { code, message: expect.stringMatching(says) },
  });
});
