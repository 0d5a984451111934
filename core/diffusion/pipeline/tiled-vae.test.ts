import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Networks, Tensor } from '../networks.ts';
import { openNetworks } from '../open-networks.ts';
import { torchGenerator } from '../random/torch-generator.ts';
import { referencePath } from '../reference/read-tensors.ts';
import { spansOf, tiledVae } from './tiled-vae.ts';

test.each([
  [64, [0]],
  [40, [0]],
  [97, [0, 33]],
  [112, [0, 48]],
  [113, [0, 25, 49]],
  [512, [0, 45, 90, 134, 179, 224, 269, 314, 358, 403, 448]],
])('a length of %i is covered from %j', (length, starts) => {
  const spans = spansOf(length, 64, 16);
  expect(spans.map(({ start }) => start)).toEqual(starts);
  expect(spans.every(({ size }) => size === Math.min(length, 64))).toBe(true);
  for (const [index, { start, size }] of spans.slice(0, -1).entries())
    expect(start + size - (spans[index + 1]?.start ?? 0)).toBeGreaterThanOrEqual(16);
});

let networks: Networks;
beforeAll(async () => {
  networks = await openNetworks(referencePath('bundles/sd15-tiny'), 'cpu');
});
afterAll(() => networks.close());

const noise = (dims: readonly number[]): Tensor => ({
  data: torchGenerator(5).randn(dims.reduce((product, one) => product * one, 1)),
  dims,
});
const meanDifference = (left: Tensor, right: Tensor): number =>
  left.data.reduce((sum, value, at) => sum + Math.abs(value - (right.data[at] ?? Number.NaN)), 0) / left.data.length;

describe('a VAE in tiles', () => {
  let tiles = 0;
  const counted = () => tiledVae(networks, async () => void tiles++);

  test('decodes a big latent to nearly what it is in one piece', async () => {
    const latent = noise([1, 4, 64, 264]);
    const [tiled, whole] = [await counted().decode(latent), await networks.decode(latent)];
    expect(tiled.dims).toEqual(whole.dims);
    expect(meanDifference(tiled, whole)).toBeLessThan(0.05);
    expect(tiles).toBe(4);
  });

  test('encodes a big picture to nearly what it is in one piece', async () => {
    const image = noise([1, 3, 2112, 512]);
    const [tiled, whole] = [await counted().encode(image), await networks.encode(image)];
    expect(tiled.mean.dims).toEqual(whole.mean.dims);
    expect(meanDifference(tiled.mean, whole.mean)).toBeLessThan(0.05);
    expect(meanDifference(tiled.logVariance, whole.logVariance)).toBeLessThan(0.05);
  });

  test('is not cut up to the area of 1024 by 1024 px', async () => {
    tiles = 0;
    const latent = noise([1, 4, 32, 512]);
    expect((await counted().decode(latent)).data).toEqual((await networks.decode(latent)).data);
    expect(tiles).toBe(0);
  });
});
