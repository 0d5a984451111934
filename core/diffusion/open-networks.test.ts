import { copyFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readComponentWeights } from '../formats/weights/component-weights.ts';
import {
  asBfloat16,
  asFloat16,
  copyBundle,
  editJson,
  editTensors,
  readStored,
  writeTensors,
} from './graphs/fixtures.ts';
import { UnetConfig } from './graphs/unet-config.ts';
import type { Networks, Tensor } from './networks.ts';
import { openNetworks } from './open-networks.ts';
import { largestDifference, readTensors, referencePath, tensorOf } from './reference/read-tensors.ts';
import { openNoisePredictor } from './unet/noise-predictor.ts';

const expected = readTensors('expected/sd15-tiny.safetensors');
const of = (name: string) => tensorOf(expected, name);
const unetFile = 'unet/diffusion_pytorch_model.safetensors';
const vaeFile = 'vae/diffusion_pytorch_model.safetensors';
const noiseInput = {
  sample: of('unet.sample'),
  timestep: 500,
  context: of('unet.context'),
  pooled: null,
  timeIds: null,
};

let folder: string;
let bundle: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'networks-'));
  bundle = await copyBundle('sd15-tiny', folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function withNetworks<Result>(use: (networks: Networks) => Promise<Result>): Promise<Result> {
  const networks = await openNetworks(bundle, 'cpu');
  try {
    return await use(networks);
  } finally {
    await networks.close();
  }
}

const noiseOf = () => withNetworks((networks) => networks.predictNoise(noiseInput));
const difference = (got: Tensor, name: string) => largestDifference(got.data, of(name).data);

test('the facts of a bundle are those of its configs', async () => {
  await withNetworks(async ({ provider, latentChannels, pixelsPerLatent, scalingFactor, nativeSize }) => {
    expect({ provider, latentChannels, pixelsPerLatent, scalingFactor, nativeSize }).toEqual({
      provider: 'cpu',
      latentChannels: 4,
      pixelsPerLatent: 8,
      scalingFactor: 0.18215,
      nativeSize: 64,
    });
  });
});

test.each([
  ['float16', asFloat16, 0.02],
  ['bfloat16', asBfloat16, 0.1],
] as const)('weights in %s are run as float32', async (_, convert, allowed) => {
  await editTensors(join(bundle, unetFile), (name, tensor) => [name, convert(tensor)]);
  await editTensors(join(bundle, 'text_encoder/model.safetensors'), (name, tensor) => [name, convert(tensor)]);
  expect(difference(await noiseOf(), 'unet.out.500')).toBeLessThan(allowed);
  const row = Array.from(of('tokens').data.subarray(0, 77));
  const { context } = await withNetworks((networks) => networks.encodeText([[row]], 0));
  expect(
    largestDifference(context.data, of('text.last_hidden_state').data.subarray(0, context.data.length)),
  ).toBeLessThan(allowed);
});

test('a VAE with the attention names and shapes of early bundles is the same VAE', async () => {
  const old: Record<string, string> = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' };
  await editTensors(join(bundle, vaeFile), (name, tensor) => {
    const renamed = name.replace(/\.(to_q|to_k|to_v|to_out\.0)\./, (_, part: string) => `.${old[part]}.`);
    const isWeight = renamed !== name && name.endsWith('.weight');
    return [renamed, isWeight ? { ...tensor, shape: [...tensor.shape, 1, 1] } : tensor];
  });
  expect(difference(await withNetworks((networks) => networks.decode(of('vae.latent'))), 'vae.decoded')).toBeLessThan(
    2e-5,
  );
});

test('text encoder keys are found without their prefix, and a tensor that no graph uses is let pass', async () => {
  await editTensors(join(bundle, 'text_encoder/model.safetensors'), (name, tensor) => [
    name.replace('text_model.', ''),
    tensor,
  ]);
  const path = join(bundle, 'text_encoder/model.safetensors');
  const ids = { dtype: 'I64', shape: [1, 77], bytes: new Uint8Array(77 * 8) };
  await writeTensors(path, [...(await readStored(path)), ['embeddings.position_ids', ids]]);
  const row = Array.from(of('tokens').data.subarray(0, 77));
  const { context } = await withNetworks((networks) => networks.encodeText([[row]], 0));
  expect(
    largestDifference(context.data, of('text.last_hidden_state').data.subarray(0, context.data.length)),
  ).toBeLessThan(2e-5);
});

test('weights behind a link are read from where they lie', async () => {
  await mkdir(join(folder, 'blobs'));
  await rename(join(bundle, unetFile), join(folder, 'blobs/4f2a'));
  await symlink('../../blobs/4f2a', join(bundle, unetFile));
  expect(difference(await noiseOf(), 'unet.out.500')).toBeLessThan(2e-5);
});

test('shards whose links lead to two folders are run all the same', async () => {
  const all = await readStored(join(bundle, unetFile));
  const half = Math.floor(all.length / 2);
  const shards = [
    'diffusion_pytorch_model-00001-of-00002.safetensors',
    'diffusion_pytorch_model-00002-of-00002.safetensors',
  ];
  const weight_map: Record<string, string> = {};
  for (const [index, part] of [all.slice(0, half), all.slice(half)].entries()) {
    const shard = shards[index] ?? '';
    await mkdir(join(folder, `drive-${index}`));
    await writeTensors(join(folder, `drive-${index}`, 'w'), part);
    await symlink(join(folder, `drive-${index}`, 'w'), join(bundle, 'unet', shard));
    for (const [name] of part) weight_map[name] = shard;
  }
  await rm(join(bundle, unetFile));
  await writeFile(join(bundle, `${unetFile}.index.json`), JSON.stringify({ weight_map }));
  expect(difference(await noiseOf(), 'unet.out.500')).toBeLessThan(2e-5);
});

test('a UNet cut into as many graphs as it can be gives the same numbers', async () => {
  const unet = join(bundle, 'unet');
  const { default: json } = await import(referencePath('bundles/sd15-tiny/unet/config.json'), {
    with: { type: 'json' },
  });
  const { tensors } = await readComponentWeights(unet);
  const predictor = openNoisePredictor(
    { folder: unet, config: UnetConfig.parse(json), tensors },
    'cpu',
    { attention: 'fused', convolution: 'winograd', scaling: 'together' },
    0,
  );
  expect(difference(await predictor.predict(noiseInput), 'unet.out.500')).toBeLessThan(2e-5);
  await predictor.close();
});

const floats = (values: Float32Array, shape: readonly number[]) => ({
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(values.slice().buffer),
});

test('a latent consistency model is told the guidance, added to the time as diffusers adds it', async () => {
  const width = 6;
  const channels = 16;
  const weight = Float32Array.from({ length: channels * width }, (_, at) => Math.sin(at));
  await editJson(join(bundle, 'model_index.json'), (index) => {
    index._class_name = 'LatentConsistencyModelPipeline';
  });
  await editJson(join(bundle, 'unet/config.json'), (config) => {
    config.time_cond_proj_dim = width;
  });
  const stored = await readStored(join(bundle, unetFile));
  const projection = ['time_embedding.cond_proj.weight', floats(weight, [channels, width])] as const;
  await writeTensors(join(bundle, unetFile), [...stored, projection]);
  const [told, unguided] = await withNetworks(async (networks) => {
    expect(networks.takesGuidance).toBe(true);
    const at = (guidance: number) => networks.predictNoise({ ...noiseInput, guidance });
    return [await at(8.5), await at(1)];
  });
  expect(largestDifference(told.data, unguided.data)).toBeGreaterThan(1e-3);

  // The same network with the guidance worked into the first layer's bias.
  const half = width / 2;
  const features = Array.from({ length: width }, (_, at) => {
    const angle = 7.5 * 1000 * Math.exp((-Math.log(10_000) * (at % half)) / (half - 1));
    return at < half ? Math.sin(angle) : Math.cos(angle);
  });
  const added = Array.from({ length: channels }, (_, row) =>
    features.reduce((sum, feature, at) => sum + feature * (weight[row * width + at] ?? 0), 0),
  );
  const linear = new Float32Array(
    stored.find(([name]) => name === 'time_embedding.linear_1.weight')?.[1].bytes.slice().buffer ?? new ArrayBuffer(0),
  );
  await editTensors(join(bundle, unetFile), (name, tensor) => {
    if (name.includes('cond_proj')) return null;
    if (name !== 'time_embedding.linear_1.bias') return [name, tensor];
    const bias = new Float32Array(tensor.bytes.slice().buffer).map((value, row) =>
      added.reduce((sum, one, at) => sum + one * (linear[row * channels + at] ?? 0), value),
    );
    return [name, floats(bias, tensor.shape)];
  });
  await editJson(join(bundle, 'unet/config.json'), (config) => {
    config.time_cond_proj_dim = null;
  });
  const plain = await noiseOf();
  expect(largestDifference(told.data, plain.data)).toBeLessThan(1e-4);
});

test('a time that scales and shifts is the norm that it multiplies', async () => {
  const scaleAt = (channel: number) => 0.3 * Math.sin(channel);
  const shiftAt = (channel: number) => 0.2 * Math.cos(channel);
  const stored = await readStored(join(bundle, unetFile));
  const valuesOf = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);
  const zeros = (shape: readonly number[]) => new Float32Array(shape.reduce((size, one) => size * one, 1));
  const isTime = (name: string) => name.includes('time_emb_proj');

  // The same for every timestep, so that it can be worked into the second norm of each resnet.
  await writeTensors(
    join(bundle, unetFile),
    stored.map(([name, tensor]) => {
      if (!isTime(name)) return [name, tensor];
      const [channels = 0, ...rest] = tensor.shape;
      const shape = [2 * channels, ...rest];
      const bias = Float32Array.from({ length: 2 * channels }, (_, at) =>
        at < channels ? scaleAt(at) : shiftAt(at - channels),
      );
      return [name, floats(name.endsWith('bias') ? bias : zeros(shape), shape)];
    }),
  );
  await editJson(join(bundle, 'unet/config.json'), (config) => {
    config.resnet_time_scale_shift = 'scale_shift';
  });
  const got = await noiseOf();

  await writeTensors(
    join(bundle, unetFile),
    stored.map(([name, tensor]) => {
      if (isTime(name)) return [name, floats(zeros(tensor.shape), tensor.shape)];
      if (!/resnets\.\d+\.norm2\./.test(name)) return [name, tensor];
      const isShift = name.endsWith('bias');
      const changed = valuesOf(tensor.bytes).map(
        (value, at) => value * (1 + scaleAt(at)) + (isShift ? shiftAt(at) : 0),
      );
      return [name, floats(changed, tensor.shape)];
    }),
  );
  await editJson(join(bundle, 'unet/config.json'), (config) => {
    config.resnet_time_scale_shift = 'default';
  });
  expect(largestDifference(got.data, (await noiseOf()).data)).toBeLessThan(1e-5);
  expect(difference(got, 'unet.out.500')).toBeGreaterThan(1e-3);
});

test('another activation gives other numbers in the UNet and in the VAE', async () => {
  const decoded = () => withNetworks(({ decode }) => decode(of('vae.latent')));
  for (const component of ['unet', 'vae'])
    await editJson(join(bundle, component, 'config.json'), (config) => {
      config.act_fn = 'swish';
    });
  expect(difference(await noiseOf(), 'unet.out.500')).toBeLessThan(2e-5);
  expect(difference(await decoded(), 'vae.decoded')).toBeLessThan(2e-5);
  for (const component of ['unet', 'vae'])
    await editJson(join(bundle, component, 'config.json'), (config) => {
      config.act_fn = 'relu';
    });
  expect(difference(await noiseOf(), 'unet.out.500')).toBeGreaterThan(1e-3);
  expect(difference(await decoded(), 'vae.decoded')).toBeGreaterThan(1e-3);
});

test('a prompt that changed in place is not answered with the old one', async () => {
  await withNetworks(async (networks) => {
    const context = { ...noiseInput.context, data: noiseInput.context.data.slice().fill(0.5) };
    const flat = await networks.predictNoise({ ...noiseInput, context });
    context.data.set(noiseInput.context.data);
    expect(difference(await networks.predictNoise({ ...noiseInput, context }), 'unet.out.500')).toBeLessThan(2e-5);
    expect(difference(flat, 'unet.out.500')).toBeGreaterThan(1e-4);
  });
});

test.each(['sd15-tiny', 'sd21-tiny', 'sdxl-tiny'])(
  'one sample for all rows of %s is that sample in each',
  async (name) => {
    const tensors = readTensors(`expected/${name}.safetensors`);
    const { dims, data } = tensorOf(tensors, 'unet.sample');
    const row = data.subarray(0, data.length / 2);
    const input = {
      timestep: 500,
      context: tensorOf(tensors, 'unet.context'),
      pooled: tensors.get('unet.text_embeds') ?? null,
      timeIds: tensors.get('unet.time_ids') ?? null,
    };
    const networks = await openNetworks(referencePath(`bundles/${name}`), 'cpu');
    const twice = await networks.predictNoise({
      ...input,
      sample: { dims, data: Float32Array.from([...row, ...row]) },
    });
    const once = await networks.predictNoise({ ...input, sample: { dims: [1, ...dims.slice(1)], data: row } });
    await networks.close();
    expect(once.dims).toEqual(twice.dims);
    expect(largestDifference(once.data, twice.data)).toBeLessThan(1e-5);
  },
);

test('a latent whose sides do not halve evenly comes back in its own size', async () => {
  await withNetworks(async (networks) => {
    const sample = { data: of('unet.sample').data.subarray(0, 4 * 7 * 9), dims: [1, 4, 7, 9] };
    const context = { data: of('unet.context').data.subarray(0, 77 * 16), dims: [1, 77, 16] };
    expect((await networks.predictNoise({ ...noiseInput, sample, context })).dims).toEqual([1, 4, 7, 9]);
  });
});

test('clip skip leaves out layers, and no more than there are', async () => {
  await withNetworks(async (networks) => {
    const row = Array.from(of('tokens').data.subarray(0, 77));
    const { context } = await networks.encodeText([[row]], 1);
    expect(
      largestDifference(context.data, of('text.last_hidden_state').data.subarray(0, context.data.length)),
    ).toBeGreaterThan(0.01);
    await expect(networks.encodeText([[row]], 3)).rejects.toMatchObject({
      failure: { code: 'invalid_input', details: { field: 'clip_skip' } },
    });
  });
});

test('a token past the vocabulary is refused by its number', async () => {
  await withNetworks(async (networks) => {
    const row = Array.from({ length: 77 }, () => 9_999);
    await expect(networks.encodeText([[row]], 0)).rejects.toMatchObject({
      failure: { code: 'unsupported_config', details: { value: expect.stringContaining('9999') } },
    });
  });
});

test.each<{ file: string; field: string; value: unknown; shown?: string }>([
  { file: 'model_index.json', field: '_class_name', value: 'FluxPipeline' },
  { file: 'model_index.json', field: 'unet', value: ['my_network', 'UNetOfMyOwn'] },
  { file: 'model_index.json', field: 'vae', value: ['diffusers', 'AsymmetricAutoencoderKL'] },
  { file: 'unet/config.json', field: 'class_embed_type', value: 'timestep' },
  { file: 'unet/config.json', field: 'time_cond_proj_dim', value: 'wide' },
  { file: 'unet/config.json', field: 'resnet_time_scale_shift', value: 'spatial' },
  { file: 'unet/config.json', field: 'act_fn', value: 'tanh' },
  { file: 'unet/config.json', field: 'norm_num_groups', value: 7 },
  { file: 'unet/config.json', field: 'attention_head_dim', value: [4, 4] },
  { file: 'unet/config.json', field: 'attention_head_dim', value: 5 },
  { file: 'unet/config.json', field: 'in_channels', value: 9 },
  { file: 'unet/config.json', field: 'cross_attention_dim', value: 24 },
  { file: 'unet/config.json', field: 'block_out_channels', value: 'many' },
  { file: 'unet/config.json', field: 'addition_embed_type', value: 'image' },
  { file: 'vae/config.json', field: '_class_name', value: 'AutoencoderTiny' },
  { file: 'vae/config.json', field: 'shift_factor', value: 'far' },
  { file: 'vae/config.json', field: 'latents_mean', value: [0, 0] },
  { file: 'vae/config.json', field: 'latents_std', value: [1, 1, 1, 0] },
  { file: 'text_encoder/config.json', field: 'hidden_act', value: 'swish' },
  { file: 'text_encoder/config.json', field: 'architectures', value: ['BertModel'] },
  { file: 'text_encoder/config.json', field: 'num_hidden_layers', value: 1e9 },
])('$file with $field = $value is refused by that field', async ({ file, field, value }) => {
  await editJson(join(bundle, file), (config) => {
    config[field] = value;
  });
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({
    failure: {
      code: 'unsupported_config',
      details: { path: join(bundle, file), field: `"${field}"` },
      message: expect.stringContaining(field),
    },
  });
});

test.each([
  ['not JSON', '{'],
  ['nothing', ''],
])('a config that is %s is unreadable', async (_, text) => {
  await writeFile(join(bundle, 'unet/config.json'), text);
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({ failure: { code: 'unreadable' } });
});

test('a config that is missing, and one that is no object, are named', async () => {
  await rm(join(bundle, 'vae/config.json'));
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({ failure: { code: 'unreadable' } });
  await writeFile(join(bundle, 'vae/config.json'), '[]');
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({ failure: { code: 'unsupported_config' } });
});

test.each([
  {
    title: 'a missing tensor',
    file: unetFile,
    edit: 'drop',
    name: 'mid_block.resnets.0.conv1.weight',
    reason: 'The tensor "mid_block.resnets.0.conv1.weight" is missing.',
  },
  {
    title: 'a tensor of another shape',
    file: unetFile,
    edit: 'reshape',
    name: 'conv_in.weight',
    reason: 'The tensor "conv_in.weight" has the shape [16,36], but config.json makes it [16,4,3,3].',
  },
  {
    title: 'a tensor of whole numbers',
    file: unetFile,
    edit: 'integers',
    name: 'conv_in.bias',
    reason: 'The tensor "conv_in.bias" is I32, which this version can\'t run.',
  },
] as const)('$title is refused by name before anything is loaded', async ({ file, edit, name, reason }) => {
  await editTensors(join(bundle, file), (each, tensor) => {
    if (each !== name) return [each, tensor];
    if (edit === 'drop') return null;
    return [each, edit === 'reshape' ? { ...tensor, shape: [16, 36] } : { ...tensor, dtype: 'I32' }];
  });
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({
    failure: { code: 'invalid_weights', details: { path: join(bundle, 'unet'), reason } },
  });
});

test('a component without weights is refused with what its folder lacks', async () => {
  await rm(join(bundle, vaeFile));
  await expect(openNetworks(bundle, 'cpu')).rejects.toMatchObject({ failure: { code: 'invalid_weights' } });
});

test('a VAE that lacks a tensor fails when it decodes, by name', async () => {
  await editTensors(join(bundle, vaeFile), (name, tensor) =>
    name === 'decoder.conv_out.bias' ? null : [name, tensor],
  );
  await withNetworks(async (networks) => {
    await expect(networks.decode(of('vae.latent'))).rejects.toMatchObject({
      failure: { code: 'invalid_weights', details: { reason: expect.stringContaining('decoder.conv_out.bias') } },
    });
  });
});

test('values that are no numbers are told of with the network that gave them', async () => {
  await withNetworks(async (networks) => {
    const latent = { ...of('vae.latent'), data: of('vae.latent').data.map(() => Number.NaN) };
    await expect(networks.decode(latent)).rejects.toMatchObject({
      failure: { code: 'nan_in_result', details: { where: 'the VAE decoder' } },
    });
  });
});

test('NaN among the weights is told with the file and the tensor', async () => {
  await editTensors(join(bundle, unetFile), (name, tensor) =>
    name === 'conv_out.bias'
      ? [name, { ...tensor, bytes: new Uint8Array(tensor.bytes.byteLength).fill(0xff) }]
      : [name, tensor],
  );
  await expect(noiseOf()).rejects.toMatchObject({
    failure: {
      code: 'invalid_weights',
      details: { path: join(bundle, unetFile), reason: expect.stringContaining('conv_out.bias') },
    },
  });
});

test('weights that vanish after the check fail the load, and the next run tries anew', async () => {
  await withNetworks(async (networks) => {
    await rename(join(bundle, unetFile), join(folder, 'elsewhere'));
    await expect(networks.predictNoise(noiseInput)).rejects.toMatchObject({ failure: { code: 'model_load_failed' } });
    await copyFile(join(folder, 'elsewhere'), join(bundle, unetFile));
    expect(difference(await networks.predictNoise(noiseInput), 'unet.out.500')).toBeLessThan(2e-5);
  });
});
