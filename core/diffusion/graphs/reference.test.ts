import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Networks, Tensor } from '../networks.ts';
import { openNetworks } from '../open-networks.ts';
import {
  largestDifference,
  type ReferenceTensor,
  readTensors,
  referencePath,
  tensorOf,
} from '../reference/read-tensors.ts';
import type { AttentionForm } from './layers.ts';

/** The order asks for 1e-3; what is held here is what float32 on CPU gives, with room for another processor. */
const tolerance = 2e-5;

function rows(tensor: ReferenceTensor): number[][] {
  const [count = 0, width = 0] = tensor.dims;
  return Array.from({ length: count }, (_, row) => Array.from(tensor.data.subarray(row * width, (row + 1) * width)));
}

function firstRows(tensor: ReferenceTensor, count: number): Tensor {
  const [all = 1, ...rest] = tensor.dims;
  return { data: tensor.data.subarray(0, (tensor.data.length / all) * count), dims: [count, ...rest] };
}

describe.each<{ bundle: string; form: AttentionForm }>([
  { bundle: 'sd15-tiny', form: 'fused' },
  { bundle: 'sd15-tiny', form: 'plain' },
  { bundle: 'sd21-tiny', form: 'fused' },
  { bundle: 'sd21-tiny', form: 'plain' },
  { bundle: 'sdxl-tiny', form: 'fused' },
  { bundle: 'sdxl-tiny', form: 'plain' },
])('$bundle with $form attention', ({ bundle, form }) => {
  const isXl = bundle === 'sdxl-tiny';
  const expected = readTensors(`expected/${bundle}.safetensors`);
  const of = (name: string) => tensorOf(expected, name);
  let networks: Networks;
  beforeAll(async () => {
    networks = await openNetworks(referencePath(`bundles/${bundle}`), 'cpu', form);
  });
  afterAll(async () => {
    await networks.close();
  });
  const expectSame = (got: Tensor, name: string) => {
    expect(got.dims).toEqual(of(name).dims);
    expect(largestDifference(got.data, of(name).data), name).toBeLessThan(tolerance);
  };

  test('every prompt is encoded as diffusers feeds it to the UNet', async () => {
    const tokens = [rows(of('tokens')), ...(isXl ? [rows(of('tokens1'))] : [])];
    const { context, pooled } = await networks.encodeText(tokens, 0);
    if (!isXl) {
      expectSame(context, 'text.last_hidden_state');
      expect(pooled).toBeNull();
      return;
    }
    const [left, right] = [of('text.penultimate'), of('text1.penultimate')];
    const width = (left.dims[2] ?? 0) + (right.dims[2] ?? 0);
    expect(context.dims).toEqual([5, 77, width]);
    const part = (first: number, end: number) =>
      context.data.filter((_, at) => at % width >= first && at % width < end);
    expect(largestDifference(part(0, left.dims[2] ?? 0), left.data)).toBeLessThan(tolerance);
    expect(largestDifference(part(left.dims[2] ?? 0, width), right.data)).toBeLessThan(tolerance);
    expectSame(pooled ?? context, 'text1.text_embeds');
  });

  test.each([1, 500, 981])('the UNet at timestep %i gives what diffusers gives', async (timestep) => {
    const noise = await networks.predictNoise({
      sample: of('unet.sample'),
      timestep,
      context: of('unet.context'),
      pooled: isXl ? of('unet.text_embeds') : null,
      timeIds: isXl ? of('unet.time_ids') : null,
    });
    expectSame(noise, `unet.out.${timestep}`);
  });

  test('the same session takes one wide latent', async () => {
    const noise = await networks.predictNoise({
      sample: of('unet.sample_wide'),
      timestep: 321,
      context: firstRows(of('unet.context'), 1),
      pooled: isXl ? firstRows(of('unet.text_embeds'), 1) : null,
      timeIds: isXl ? firstRows(of('unet.time_ids'), 1) : null,
    });
    expectSame(noise, 'unet.out_wide.321');
  });

  test('the VAE decodes and encodes as in diffusers', async () => {
    expectSame(await networks.decode(of('vae.latent')), 'vae.decoded');
    const { mean, logVariance } = await networks.encode(of('vae.image'));
    expectSame(mean, 'vae.mean');
    expectSame(logVariance, 'vae.logvar');
  });
});
