import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../contract/failure.ts';
import { checkInitPicture, initPixels } from './init-picture.ts';
import { resizedPixels } from './resized-pixels.ts';

/** Left half red, right half blue. */
const halves = (width: number, height: number): Sharp => {
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const isLeft = Math.floor(at / 3) % width < width / 2;
    return at % 3 === (isLeft ? 0 : 2) ? 255 : 0;
  });
  return sharp(rgb, { raw: { width, height, channels: 3 } });
};
const refusalOf = async (work: Promise<unknown>) =>
  failureOf(
    await work.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    ),
  );
const pixelAt = ({ width, rgb }: { width: number; rgb: Uint8Array }, x: number, y: number) => [
  ...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

describe('an init picture', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('may be %s', async (format) => {
    const bytes = await halves(24, 16).toFormat(format).toBuffer();
    expect(await checkInitPicture(bytes)).toEqual({ width: 24, height: 16 });
  });

  it('of the size that is wanted has its pixels, bit for bit', async () => {
    const source = halves(16, 8);
    const expected = new Uint8Array(await source.clone().raw().toBuffer());
    const bytes = await source.png().toBuffer();
    for (const mode of [0, 1, 2] as const)
      expect((await initPixels(bytes, { width: 16, height: 8 }, mode)).rgb).toEqual(expected);
  });

  it('of another shape is stretched, cropped or fitted in', async () => {
    const bytes = await halves(64, 16).png().toBuffer();
    const [stretched, cropped, fitted] = await Promise.all(
      ([0, 1, 2] as const).map((mode) => initPixels(bytes, { width: 32, height: 32 }, mode)),
    );
    const ends = (one: typeof stretched) => one && [pixelAt(one, 1, 0), pixelAt(one, 30, 31)];
    const [red, blue] = [
      [255, 0, 0],
      [0, 0, 255],
    ];
    expect([ends(stretched), ends(cropped), ends(fitted)]).toEqual([
      [red, blue],
      [red, blue],
      [red, blue],
    ]);
    for (const one of [stretched, cropped, fitted]) expect(one?.rgb.byteLength).toBe(32 * 32 * 3);
    // Cropping keeps the scale: the seam is as sharp as it was, twice as large.
    expect(pixelAt(cropped ?? expect.unreachable(), 14, 3)[0]).toBeGreaterThan(240);
  });

  it('is seen on white where it is clear, and upright', async () => {
    const clear = await sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    expect(pixelAt(await initPixels(clear, { width: 8, height: 8 }, 0), 3, 3)).toEqual([255, 255, 255]);
    const turned = await halves(16, 8).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    expect(await checkInitPicture(turned)).toEqual({ width: 8, height: 16 });
    const upright = await initPixels(turned, { width: 8, height: 16 }, 0);
    expect(pixelAt(upright, 4, 1)[0]).toBeGreaterThan(200);
    expect(pixelAt(upright, 4, 14)[2]).toBeGreaterThan(200);
  });

  it.each([
    ['grey', (one: Sharp) => one.greyscale().png()],
    ['of 16 bits', (one: Sharp) => one.toColourspace('rgb16').png()],
    ['of a palette', (one: Sharp) => one.png({ palette: true })],
  ])('may be %s', async (_, encode) => {
    const bytes = await encode(halves(16, 8)).toBuffer();
    const pixels = await initPixels(bytes, { width: 24, height: 24 }, 0);
    expect(pixels.rgb.byteLength).toBe(24 * 24 * 3);
    expect(pixelAt(pixels, 0, 0)).not.toEqual(pixelAt(pixels, 23, 0));
  });

  const wide = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#123456' } })
      .png()
      .toBuffer();
  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['empty', () => new Uint8Array(), 'It is empty.'],
    ['text', () => Buffer.from('no picture at all'), 'It is no PNG'],
    ['an SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'), 'It is no PNG'],
    ['a GIF', () => halves(8, 8).gif().toBuffer(), 'It is no PNG'],
    [
      'cut off',
      async () => (await halves(64, 64).png({ compressionLevel: 0 }).toBuffer()).subarray(0, 500),
      'It is broken',
    ],
    ['30,000 px wide', () => wide(30_000, 8), 'It is 30000x8 px'],
    ['of too many pixels', () => wide(16_000, 8_000), 'It is 16000x8000 px'],
  ])('that is %s is refused with one sentence', async (_, make, reason) => {
    expect(await refusalOf(checkInitPicture(await make()))).toMatchObject({
      code: 'invalid_input',
      details: { field: 'init_image', reason: expect.stringContaining(reason) },
    });
  });
});

it('a picture made larger has twice or four times the side, and the same look', async () => {
  const pixels = { width: 16, height: 8, rgb: new Uint8Array(await halves(16, 8).raw().toBuffer()) };
  for (const factor of [2, 4] as const) {
    const large = await resizedPixels(pixels, { width: 16 * factor, height: 8 * factor }, 'Lanczos', 'fill');
    expect([large.width, large.height, large.rgb.byteLength]).toEqual([16 * factor, 8 * factor, 384 * factor ** 2]);
    expect([pixelAt(large, 1, 1), pixelAt(large, 16 * factor - 2, 1)]).toEqual([
      [255, 0, 0],
      [0, 0, 255],
    ]);
  }
});
