import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Pixels } from '../contract/generate/runner.ts';
import { sampleDescriptor, samplePlan } from './fixtures/sample-plan.ts';
import { createOnnxRunner } from './onnx-runner.ts';

const starter = (path: string): string =>
  fileURLToPath(new URL(`../../resources/starter-model/${path}`, import.meta.url));
const runner = createOnnxRunner({
  entryPath: fileURLToPath(new URL('./entry.ts', import.meta.url)),
  nodePath: process.execPath,
});
afterAll(() => runner.close());

// A picture is half a second's work, but a busy machine may take its time with it.
vi.setConfig({ testTimeout: 300_000 });

/** What the starter model makes of a prompt, at its own size, steps and guidance, by the sampler that its bundle names. */
async function pictureOf(prompt: string, seed: number): Promise<Pixels> {
  const pictures: Pixels[] = [];
  const plan = samplePlan({
    descriptor: { ...sampleDescriptor, entry_path: starter('bundle') },
    prompt,
    seeds: [seed],
    width: 128,
    height: 128,
    steps: 20,
    guidance_scale: 5,
    sampler: 'Automatic',
  });
  const gather = (event: Parameters<Parameters<typeof runner.run>[1]>[0]): void => {
    if (event.kind === 'image') pictures.push(event.pixels);
  };
  await runner.run(plan, gather, new AbortController().signal);
  if (pictures[0] === undefined) throw new Error('there is no picture');
  return pictures[0];
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
const whole = { left: 0, top: 0, right: 1, bottom: 1 };
const sky = { ...whole, bottom: 0.5 };
const land = { ...whole, top: 0.8 };

/** The mean red, green and blue, 0..255, of a part given in shares of the picture. */
function meanOf({ rgb, width, height }: Pixels, part: Part): { red: number; green: number; blue: number } {
  const sums = [0, 0, 0];
  let count = 0;
  for (let y = Math.round(part.top * height); y < Math.round(part.bottom * height); y++)
    for (let x = Math.round(part.left * width); x < Math.round(part.right * width); x++, count++)
      for (const channel of [0, 1, 2]) sums[channel] = (sums[channel] ?? 0) + (rgb[(y * width + x) * 3 + channel] ?? 0);
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => sum / count);
  return { red, green, blue };
}

type Measure = (picture: Pixels) => number;
const brightness: Measure = (picture) => {
  const { red, green, blue } = meanOf(picture, whole);
  return 0.3 * red + 0.59 * green + 0.11 * blue;
};
const rednessOf =
  (part: Part): Measure =>
  (picture) => {
    const { red, blue } = meanOf(picture, part);
    return red - blue;
  };
const greennessOf =
  (part: Part): Measure =>
  (picture) => {
    const { red, green, blue } = meanOf(picture, part);
    return green - (red + blue) / 2;
  };
const rednessOnTheLeft: Measure = (picture) =>
  rednessOf({ ...sky, right: 0.5 })(picture) - rednessOf({ ...sky, left: 0.5 })(picture);
const colourfulness: Measure = ({ rgb }) => {
  let sum = 0;
  for (let at = 0; at < rgb.length; at += 3) {
    const pixel = [...rgb.subarray(at, at + 3)];
    sum += Math.max(...pixel) - Math.min(...pixel);
  }
  return sum / (rgb.length / 3);
};

describe('at the same seed', () => {
  test.each<[string, string, string, Measure, number]>([
    ['day is brighter than night', 'the sea by day', 'the sea at night', brightness, 60],
    ['also in a city', 'a city skyline at noon', 'a city skyline at midnight', brightness, 60],
    ['dawn is brighter than night', 'a forest at dawn', 'a forest at night', brightness, 50],
    [
      'a red sun is redder than a blue one',
      'a huge red sun over the sea by day',
      'a huge blue sun over the sea by day',
      rednessOf(sky),
      15,
    ],
    [
      'so is a red moon',
      'a huge red full moon over a forest at night',
      'a huge blue full moon over a forest at night',
      rednessOf(sky),
      8,
    ],
    ['a sunset is redder than the day', 'the desert at sunset', 'the desert by day', rednessOf(sky), 40],
    ['green hills are greener than red ones', 'green hills by day', 'red hills by day', greennessOf(land), 40],
    [
      'blue mountains are less red than golden ones',
      'golden mountains by day',
      'blue mountains by day',
      rednessOf(land),
      40,
    ],
    [
      'a red sun on the left is on the left',
      'a huge red sun on the left over the sea by day',
      'a huge red sun on the right over the sea by day',
      rednessOnTheLeft,
      20,
    ],
    ['black and white has less colour', 'hills at sunset', 'hills at sunset, black and white', colourfulness, 40],
  ])('%s', async (_, more, less, measure, margin) => {
    const difference = measure(await pictureOf(more, 1)) - measure(await pictureOf(less, 1));
    expect(difference).toBeGreaterThan(margin);
  });
});

test('a stored seed makes the picture that the training code made with the same weights in PyTorch', async () => {
  const Reference = z.object({ prompt: z.string(), seed: z.int() });
  const { prompt, seed } = Reference.parse(JSON.parse(readFileSync(starter('reference.json'), 'utf8')));
  const expected = await sharp(starter('reference.png')).removeAlpha().raw().toBuffer();
  const { rgb } = await pictureOf(prompt, seed);
  expect(rgb.length).toBe(expected.length);
  const differences = expected.map((value, at) => Math.abs(value - (rgb[at] ?? 0)));
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
});
