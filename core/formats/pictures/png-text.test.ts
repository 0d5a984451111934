import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { formatLimits } from '../limits.ts';
import { readPngText, withPngText } from './png-text.ts';

const picture = await sharp({ create: { width: 4, height: 3, channels: 3, background: { r: 200, g: 30, b: 0 } } })
  .png()
  .toBuffer();

function chunk(type: string, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat([
    Buffer.from(type),
    ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  ]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The picture with a chunk put after its header. */
const pictureWith = (...chunks: Buffer[]) => Buffer.concat([picture.subarray(0, 33), ...chunks, picture.subarray(33)]);

test.each([
  ['plain', 'a red sun\nSteps: 20, Sampler: Euler a'],
  ['Latin-1', 'Müller, 20 °C'],
  ['of every script', '赤い太陽 🌅 שמש'],
  ['long and of every script', '太陽 '.repeat(10_000)],
  ['empty', ''],
])('text that is %s comes back as it was, and the pixels stay', async (_, text) => {
  const written = withPngText(picture, { parameters: text, Software: 'Vitrine' });
  expect(readPngText(written)).toEqual({ parameters: text, Software: 'Vitrine' });
  expect(await sharp(written).raw().toBuffer()).toEqual(await sharp(picture).raw().toBuffer());
});

test('other programs find Latin-1 text in tEXt and the rest in iTXt', () => {
  expect(Buffer.from(withPngText(picture, { parameters: 'sun' })).includes('tEXtparameters\0sun')).toBe(true);
  expect(Buffer.from(withPngText(picture, { parameters: '太' })).includes('iTXtparameters\0\0\0\0\0太')).toBe(true);
});

test('writing a keyword again replaces its text and leaves the others', () => {
  const first = withPngText(picture, { parameters: 'old', Comment: 'kept' });
  expect(readPngText(withPngText(first, { parameters: '新' }))).toEqual({ parameters: '新', Comment: 'kept' });
});

test('what other programs write is read', () => {
  const compressed = chunk('zTXt', 'workflow\0\0', deflateSync('{"a":1}'));
  const international = chunk('iTXt', 'Title\0\x01\0de\0Titel\0', deflateSync(Buffer.from('Grüße 太陽')));
  expect(readPngText(pictureWith(compressed, international))).toEqual({ workflow: '{"a":1}', Title: 'Grüße 太陽' });
});

test.each([
  ['no PNG at all', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  [
    'a chunk longer than the file',
    Buffer.concat([picture.subarray(0, 33), Buffer.from([0x7f, 0xff, 0xff, 0xff]), Buffer.from('tEXt')]),
  ],
  ['a wrong checksum', pictureWith(Buffer.concat([chunk('tEXt', 'a\0b').subarray(0, -1), Buffer.from([0])]))],
  ['a keyword without an end', pictureWith(chunk('tEXt', 'x'.repeat(200)))],
  ['an empty keyword', pictureWith(chunk('tEXt', '\0text'))],
  ['compressed text that is damaged', pictureWith(chunk('zTXt', 'a\0\0', 'not deflate'))],
  ['a compression nobody knows', pictureWith(chunk('zTXt', 'a\0\x07', deflateSync('x')))],
  ['international text without its parts', pictureWith(chunk('iTXt', 'a\0\0\0'))],
  [
    'text that inflates past the limit',
    pictureWith(chunk('zTXt', 'a\0\0', deflateSync(Buffer.alloc(formatLimits.pngTextBytes + 1, 65)))),
  ],
])('of %s no text is read, and nothing is thrown', (_, bytes) => {
  expect(readPngText(bytes)).toEqual({});
});

test('many small chunks that inflate hugely stop at the limit together', () => {
  const bomb = deflateSync(Buffer.alloc(formatLimits.pngTextBytes - 1000, 65));
  const chunks = Array.from({ length: 20 }, (_, index) => chunk('zTXt', `k${index}\0\0`, bomb));
  expect(Object.keys(readPngText(pictureWith(...chunks)))).toEqual(['k0']);
});

test('a keyword that the format forbids is refused, and so is what is no PNG', () => {
  for (const keyword of ['', ' a', 'a  b', 'x'.repeat(80), '太', 'a\nb'])
    expect(() => withPngText(picture, { [keyword]: 'x' }), keyword).toThrow(TypeError);
  expect(() => withPngText(Buffer.from('GIF89a'), {})).toThrow(TypeError);
});
