import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { Failed } from '../../contract/failure.ts';
import { Hires } from '../../contract/generate/generate.ts';
import { Mask, TiledUpscale } from '../../contract/generate/passes.ts';
import type { Pixels, RunPlan } from '../../contract/generate/runner.ts';
import { sharpImaging as imaging } from '../imaging/sharp-imaging.ts';
import { fillSurroundings } from './fill-surroundings.ts';
import { hiresComposition } from './hires.ts';
import { maskedInit } from './masked-init.ts';
import { tiledComposition } from './tiles.ts';

const pixels = (width: number, height: number, draw: (x: number, y: number) => number): Pixels => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return draw(pixel % width, Math.floor(pixel / width));
  }),
});
const pngOf = ({ width, height, rgb }: Pixels) =>
  sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
const at = ({ width, rgb }: Pixels, x: number, y: number) => rgb[(y * width + x) * 3] ?? -1;
const plan = {
  prompt: 'a',
  negative_prompt: 'b',
  width: 64,
  height: 64,
  steps: 10,
  sampler: 'Euler',
  scheduler: 'Automatic',
  seeds: [7, 8],
  variation: null,
  init: null,
} as unknown as RunPlan;
/** A run that gives back what it began with, and remembers its plans. */
function echo() {
  const plans: RunPlan[] = [];
  const run = async (one: RunPlan) => {
    plans.push(one);
    return one.init?.pixels ?? pixels(one.width, one.height, (x) => x);
  };
  return { plans, run };
}

describe('what lies around a masked part', () => {
  const hole = (x: number, y: number) => x >= 20 && x < 44 && y >= 20 && y < 44;
  const grey = Uint8Array.from({ length: 64 * 64 }, (_, index) => (hole(index % 64, Math.floor(index / 64)) ? 255 : 0));

  test('is drawn into it, smoothly, and stays as it is itself', () => {
    const slope = pixels(64, 64, (x, y) => (hole(x, y) ? 255 : 2 * x));
    const filled = fillSurroundings(slope, grey);
    for (let y = 0; y < 64; y++)
      for (let x = 0; x < 64; x++) {
        if (hole(x, y)) {
          expect(at(filled, x, y)).toBeGreaterThanOrEqual(2 * 16);
          expect(at(filled, x, y)).toBeLessThanOrEqual(2 * 48);
        } else expect(at(filled, x, y)).toBe(2 * x);
      }
    expect(at(filled, 21, 32)).toBeLessThan(at(filled, 42, 32));
  });

  test('of one colour is that colour; where nothing is to be seen it is black', () => {
    const filled = fillSurroundings(
      pixels(64, 64, (x, y) => (hole(x, y) ? 0 : 99)),
      grey,
    );
    expect(new Set(filled.rgb)).toEqual(new Set([99]));
    const nothing = fillSurroundings(
      pixels(9, 5, () => 99),
      new Uint8Array(45).fill(255),
    );
    expect(new Set(nothing.rgb)).toEqual(new Set([0]));
  });
});

describe('a masked init picture', () => {
  const whole = pixels(64, 48, (x) => x);
  const left = pixels(64, 48, (x) => (x < 32 ? 255 : 0));
  const input = async (mask: Partial<Mask>, change: object = {}) => ({
    bytes: await pngOf(whole),
    own: { width: 64, height: 48 },
    maskBytes: await pngOf(left),
    mask: Mask.parse({ image: 'x', blur: 0, ...mask }),
    size: { width: 64, height: 48 },
    resizeMode: 0 as const,
    strength: 0.5,
    imaging,
    ...change,
  });
  const white = pixels(64, 48, () => 255);

  test.each([
    [{}, 255, 50],
    [{ is_inverted: true }, 10, 255],
  ])('of %j is made anew where the mask says, and stays elsewhere', async (mask, inside, outside) => {
    const made = await maskedInit(await input(mask));
    const finished = await made?.finish(white);
    expect(finished && [at(finished, 10, 20), at(finished, 50, 20)]).toEqual([inside, outside]);
    expect(made?.init.mask?.begins_as).toBe('init');
  });

  test('with a soft edge goes over from the one to the other', async () => {
    const made = await maskedInit(await input({ blur: 6 }));
    const finished = (await made?.finish(white)) ?? whole;
    const across = [20, 28, 32, 36, 44].map((x) => at(finished, x, 24) - x);
    expect(across).toEqual(across.toSorted((a, b) => b - a));
    expect(new Set(across).size).toBeGreaterThan(3);
  });

  test.each([
    ['fill', 'init'],
    ['original', 'init'],
    ['noise', 'noise'],
    ['nothing', 'nothing'],
  ] as const)('filled with %s begins as %s', async (fill, begins_as) => {
    const made = await maskedInit(await input({ fill }));
    expect(made?.init.mask).toEqual({ grey: expect.any(Uint8Array), begins_as });
    expect(made && at(made.init.pixels, 5, 5) === 5).toBe(fill !== 'fill');
  });

  test('of which only the part is made: that part at the size of the run, put back where it was', async () => {
    const spot = pixels(64, 48, (x, y) => (x >= 40 && x < 48 && y >= 40 && y < 44 ? 255 : 0));
    const size = { width: 32, height: 32 };
    const made = await maskedInit(await input({ area: 'masked', padding: 2 }, { maskBytes: await pngOf(spot), size }));
    expect(made?.init.pixels).toMatchObject(size);
    expect(made?.init.mask?.grey).toHaveLength(32 * 32);
    const finished = (await made?.finish(pixels(32, 32, () => 255))) ?? whole;
    expect([finished.width, finished.height]).toEqual([64, 48]);
    expect([at(finished, 44, 41), at(finished, 39, 41), at(finished, 44, 46)]).toEqual([255, 39, 44]);
  });

  test('with nothing masked leaves all as it is, and where only the part is wanted there is none', async () => {
    const maskBytes = await pngOf(pixels(64, 48, () => 0));
    const made = await maskedInit(await input({}, { maskBytes }));
    expect((await made?.finish(white))?.rgb).toEqual(whole.rgb);
    expect(await maskedInit(await input({ area: 'masked' }, { maskBytes }))).toBeNull();
  });
});

describe('a second pass', () => {
  test('begins with the first picture made larger, has its seed, and what it says itself', async () => {
    const { plans, run } = echo();
    const hires = Hires.parse({ width: 128, height: 96, strength: 0.4, steps: 5, prompt: 'more', sampler: 'DDIM' });
    const composition = hiresComposition(plan, hires, imaging);
    expect(await composition.make(1, run)).toMatchObject({ width: 128, height: 96 });
    expect(plans).toMatchObject([
      { seeds: [8], width: 64, height: 64, init: null, prompt: 'a' },
      {
        seeds: [8],
        width: 128,
        height: 96,
        steps: 5,
        prompt: 'more',
        negative_prompt: 'b',
        sampler: 'DDIM',
        scheduler: 'Automatic',
        init: { strength: 0.4, pixels: { width: 128, height: 96 } },
      },
    ]);
  });

  test('that would take no step is left out', async () => {
    const { plans, run } = echo();
    const hires = Hires.parse({ width: 128, height: 128, strength: 0.05 });
    const made = await hiresComposition(plan, hires, imaging).make(0, run);
    expect([plans.length, made.width]).toEqual([1, 128]);
  });
});

describe('tiles', () => {
  test('cover the picture, overlap, and lie together without a seam', async () => {
    const { plans, run } = echo();
    const source = pixels(70, 50, (x, y) => 2 * x + y);
    const composition = await tiledComposition(
      plan,
      source,
      0.5,
      TiledUpscale.parse({ scale: 2, overlap: 16 }),
      imaging,
    );
    const made = await composition.make(0, run);
    const large = await sharp(source.rgb, { raw: { width: 70, height: 50, channels: 3 } })
      .resize(140, 100, { kernel: 'lanczos3', fit: 'fill' })
      .raw()
      .toBuffer();
    expect([made.width, made.height, composition.runCount]).toEqual([140, 100, plans.length]);
    for (const [index, value] of made.rgb.entries())
      expect(Math.abs(value - (large[index] ?? 0))).toBeLessThanOrEqual(1);
    expect(new Set(plans.flatMap(({ seeds }) => seeds)).size).toBe(plans.length);
  });

  test('of a picture smaller than one are one of its own size', async () => {
    const { plans, run } = echo();
    const composition = await tiledComposition(
      plan,
      pixels(20, 40, (x) => x),
      0.5,
      TiledUpscale.parse({ scale: 1, overlap: 0 }),
      imaging,
    );
    expect(await composition.make(0, run)).toMatchObject({ width: 20, height: 40 });
    expect(plans.map(({ width, height }) => [width, height])).toEqual([
      [16, 40],
      [16, 40],
    ]);
  });

  test.each([
    [TiledUpscale.parse({ overlap: 64 }), 'tiled_upscale.overlap'],
    [TiledUpscale.parse({ overlap: 63, scale: 4 }), 'tiled_upscale'],
  ])('of %j are refused', async (tiled, field) => {
    const asked = tiledComposition(
      plan,
      pixels(64, 64, () => 0),
      0.5,
      tiled,
      imaging,
    );
    await expect(asked).rejects.toBeInstanceOf(Failed);
    await expect(asked).rejects.toMatchObject({ failure: { code: 'invalid_input', details: { field } } });
  });
});
