import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readUserComment, withUserComment } from './exif-comment.ts';

const picture = () => sharp({ create: { width: 16, height: 8, channels: 3, background: '#804020' } });
const files = {
  jpeg: () => picture().jpeg().toBuffer(),
  webp: () =>
    picture()
      .withExif({ IFD2: { UserComment: '-' } })
      .webp()
      .toBuffer(),
};

test.each([
  ['jpeg', 'a red sun\nSteps: 20, Sampler: Euler a'],
  ['jpeg', '夜の海 🌊'],
  ['jpeg', ''],
  ['webp', 'a red sun\nSteps: 20'],
  ['webp', '夜の海 🌊!'],
] as const)('a %s carries %j, and its pixels are as they were', async (format, text) => {
  const before = await files[format]();
  const after = await sharp(Buffer.from(withUserComment(before, text)))
    .raw()
    .toBuffer();
  expect(after).toEqual(await sharp(before).raw().toBuffer());
  const { exif } = await sharp(Buffer.from(withUserComment(before, text))).metadata();
  expect(readUserComment(exif ?? Buffer.alloc(0))).toBe(text);
});

test('a text that no segment of a JPEG holds is left out', async () => {
  const before = await files.jpeg();
  expect(withUserComment(before, 'x'.repeat(40_000))).toBe(before);
});

test('a comment in ASCII is read, as cameras write it', async () => {
  const { exif } = await sharp(await files.webp()).metadata();
  expect(readUserComment(exif ?? Buffer.alloc(0))).toBe('-');
});

test('other bytes are refused, and no damage of a block does more than hide its comment', async () => {
  expect(() => withUserComment(Buffer.from('RIFF....WAVE'), 'x')).toThrow(TypeError);
  const { exif = Buffer.alloc(0) } = await sharp(Buffer.from(withUserComment(await files.jpeg(), 'abc'))).metadata();
  for (let length = 0; length < exif.length; length++) readUserComment(exif.subarray(0, length));
  for (let at = 6; at < exif.length; at++) {
    const damaged = Buffer.from(exif);
    damaged[at] = 0xff;
    const read = readUserComment(damaged);
    expect(read === null || typeof read === 'string').toBe(true);
  }
  expect(readUserComment(Buffer.from('Exif\0\0XX*'))).toBeNull();
});
