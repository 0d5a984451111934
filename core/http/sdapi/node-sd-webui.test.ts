import { createRequire } from 'node:module';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

/** The published client, unchanged, against the real door. Its types call it CommonJS. */
const { default: sdwebui, SamplingMethod } = createRequire(import.meta.url)(
  'node-sd-webui',
) as typeof import('node-sd-webui');

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const small = { width: 64, height: 64, steps: 2, seed: 7 };
const sizeOf = async (image = '') => {
  const { width, height } = await sharp(Buffer.from(image, 'base64')).metadata();
  return [width, height];
};

test('node-sd-webui makes pictures from text, in batches, with every sampler that it knows', async () => {
  const client = sdwebui({ apiUrl: app.url });
  const { images, info } = await client.txt2img({ ...small, prompt: 'a red sun', batchSize: 2, batchCount: 2 });
  expect(images).toHaveLength(4);
  expect(await sizeOf(images[0])).toEqual([64, 64]);
  expect(JSON.parse(info)).toMatchObject({ all_seeds: [7, 8, 9, 10], prompt: 'a red sun', sampler_name: 'Euler' });
  for (const samplingMethod of Object.values(SamplingMethod))
    expect((await client.txt2img({ ...small, prompt: 'a', samplingMethod })).images, samplingMethod).toHaveLength(1);
});

test('node-sd-webui makes a picture from its picture, and a variation of one', async () => {
  const client = sdwebui({ apiUrl: app.url });
  const first = await client.txt2img({ ...small, prompt: 'a', negativePrompt: 'b', restoreFaces: false });
  const again = await client.img2img({ ...small, prompt: 'a', imageData: first.images });
  expect(await sizeOf(again.images[0])).toEqual([64, 64]);
  const varied = await client.txt2img({ ...small, prompt: 'a', variationSeed: 3, variationSeedStrength: 0.5 });
  expect(JSON.parse(varied.info)).toMatchObject({ subseed: 3, subseed_strength: 0.5, all_seeds: [7] });
});

test('node-sd-webui reads the text of a picture', async () => {
  const client = sdwebui({ apiUrl: app.url });
  const { images } = await client.txt2img({ ...small, prompt: 'a', negativePrompt: 'b', samplingMethod: 'Euler a' });
  const [imageData = ''] = images;
  // It takes values by their place, and knows no "Schedule type": what comes behind that it misreads, from the original as well.
  expect(await client.pngInfo({ imageData })).toMatchObject({
    prompt: 'a',
    negativePrompt: 'b',
    steps: 2,
    samplingMethod: 'Euler a',
  });
});

test('node-sd-webui is told of what it may not do', async () => {
  const client = sdwebui({ apiUrl: app.url });
  await expect(client.img2img({ ...small, prompt: 'a', imageData: ['nonsense'] })).rejects.toThrow(
    'Internal Server Error',
  );
  await expect(client.txt2img({ ...small, prompt: 'a', script: { name: 'X/Y/Z plot' } })).rejects.toThrow(
    'Unprocessable Entity',
  );
});
