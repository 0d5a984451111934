import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Pixels } from '../../contract/generate/runner.ts';
import type { Tensor } from '../networks.ts';
import { openNetworks } from '../open-networks.ts';
import { torchGenerator } from '../random/torch-generator.ts';
import { leastSquares } from './least-squares.ts';
import { toPixels } from './pixels.ts';
import { colourMaps, previewOf } from './preview.ts';

const noise = (dims: readonly number[], seed: number): Tensor => ({
  data: torchGenerator(seed).randn(dims.reduce((product, one) => product * one, 1)),
  dims,
});

/** A VAE of that many channels that is itself a linear map: 2 pixels a cell, red of the first channel, the others of the last. */
function linearVae(latentChannels: number, scalingFactor = 0.5) {
  return {
    latentChannels,
    scalingFactor,
    decode: async ({ data, dims }: Tensor): Promise<Tensor> => {
      const [, channels = 0, height = 0, width = 0] = dims;
      const image = new Float32Array(3 * 4 * height * width);
      for (const [at] of image.entries()) {
        const colour = Math.floor(at / (4 * height * width));
        const [y, x] = [Math.floor(at / (2 * width)) % (2 * height), at % (2 * width)];
        const cell = Math.floor(y / 2) * width + Math.floor(x / 2);
        const channel = colour === 0 ? 0 : channels - 1;
        image[at] = 0.1 * (data[channel * height * width + cell] ?? 0) - 0.2 * colour;
      }
      return { data: image, dims: [1, 3, 2 * height, 2 * width] };
    },
  };
}

describe('previews', () => {
  test.each([1, 4, 16])('of a VAE of %i channels that is linear are what it decodes', async (channels) => {
    const vae = linearVae(channels);
    const latent = noise([1, channels, 5, 40], 3);
    const preview = previewOf(latent, await colourMaps(vae, () => true)(latent));
    expect(preview).toMatchObject({ width: 40, height: 5 });
    const decoded = toPixels(await vae.decode({ ...latent, data: latent.data.map((value) => value / 0.5) }));
    const near = [...preview.rgb].every((value, at) => {
      const [cell, colour] = [Math.floor(at / 3), at % 3];
      const pixel = Math.floor(cell / 40) * 2 * 80 + (cell % 40) * 2;
      return Math.abs(value - (decoded.rgb[pixel * 3 + colour] ?? 0)) <= 2;
    });
    expect(near).toBe(true);
  });

  test('are grey where there is no room to ask the VAE, and take its colours once there is', async () => {
    let hasRoom = false;
    const latent = noise([1, 4, 8, 8], 1);
    const maps = colourMaps(linearVae(4), () => hasRoom);
    const grey = previewOf(latent, await maps(latent));
    expect([...grey.rgb].every((value, at) => value === grey.rgb[at - (at % 3)])).toBe(true);
    hasRoom = true;
    expect(previewOf(latent, await maps(latent))).not.toEqual(grey);
  });

  test("of the starter model have its pictures' colours", async () => {
    const bundle = fileURLToPath(new URL('../../../resources/starter-model/bundle', import.meta.url));
    const networks = await openNetworks(bundle, 'cpu');
    const picture = await sharp({ create: { width: 128, height: 128, channels: 3, background: '#c83c1e' } })
      .composite([
        { input: { create: { width: 128, height: 60, channels: 3, background: '#1e3c96' } }, gravity: 'south' },
      ])
      .blur(6)
      .raw()
      .toBuffer();
    const planes = Float32Array.from({ length: 3 * 128 * 128 }, (_, at) => {
      const [colour, pixel] = [Math.floor(at / 128 ** 2), at % 128 ** 2];
      return (picture[pixel * 3 + colour] ?? 0) / 127.5 - 1;
    });
    const { mean } = await networks.encode({ data: planes, dims: [1, 3, 128, 128] });
    const latent = { ...mean, data: mean.data.map((value) => value * networks.scalingFactor) };
    const preview = previewOf(latent, await colourMaps(networks, () => true)(latent));
    const decoded = toPixels(await networks.decode(mean));
    await networks.close();
    expect(await meanDifference(preview, decoded)).toBeLessThan(20);
  });
});

async function meanDifference(preview: Pixels, { width, height, rgb }: Pixels): Promise<number> {
  const small = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(preview.width, preview.height)
    .raw()
    .toBuffer();
  return small.reduce((sum, value, at) => sum + Math.abs(value - (preview.rgb[at] ?? 0)), 0) / small.length;
}

test('least squares find the factors that made the targets, and an answer where rows say too little', () => {
  const rows = Array.from({ length: 9 }, (_, at) => [Math.sin(at), Math.cos(2 * at), 1]);
  const targets = rows.map(([a = 0, b = 0]) => 3 * a - 2 * b + 5);
  const found = leastSquares(rows, targets);
  for (const [at, factor] of [3, -2, 5].entries()) expect(found[at]).toBeCloseTo(factor, 4);
  expect(leastSquares([[0, 1]], [4])[1]).toBeCloseTo(4, 4);
});
