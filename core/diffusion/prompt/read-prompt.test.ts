import { beforeAll, describe, expect, test } from 'vitest';
import { referencePath } from '../reference/read-tensors.ts';
import { type ClipTokenizer, openTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { promptReaders } from './read-prompt.ts';

const { webui, plain } = promptReaders;
let tokenizer: ClipTokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
});
const chunks = (text: string) => webui.chunksOf(text, tokenizer, 'prompt');
/** The ids between start and end. */
const words = (text: string) => chunks(text).map(({ ids }) => ids.slice(1, ids.indexOf(tokenizer.endId)));

test('plainly read, a prompt is one chunk whose marks mean themselves', () => {
  const text = '(red:1.3) [a|b] AND horse '.repeat(30);
  const [part, ...others] = plain.readPrompt(text, 4);
  expect([part?.weight, part?.schedule.at(2), others]).toEqual([1, text, []]);
  expect(plain.chunksOf(text, tokenizer, 'prompt')).toEqual([
    { ids: tokenizer.encodePadded(text), weights: null, tokenCount: 75 },
  ]);
});

describe('with marks read', () => {
  test.each(['', 'a red sun, over blue mountains'])('%j is the chunk that it is plainly', (text) => {
    expect(chunks(text)).toEqual(plain.chunksOf(text, tokenizer, 'prompt'));
  });

  test('a weight stands at each of its tokens, 1 everywhere else', () => {
    const [chunk] = chunks('sun (moon:2)');
    const [sun, moon] = ['sun', 'moon'].map((word) => tokenizer.encode(word).length);
    expect(chunk?.ids).toEqual(tokenizer.encodePadded('sun moon'));
    const expected = [1, ...Array(sun).fill(1), ...Array(moon).fill(2)];
    expect(chunk?.weights).toEqual([...expected, ...Array(77 - expected.length).fill(1)]);
  });

  test('no token of a long prompt is left out', () => {
    const text = 'a photograph of an astronaut '.repeat(40);
    expect(words(text).flat()).toEqual(tokenizer.encode(text));
    expect(chunks(text).every(({ ids }) => ids.length === 77)).toBe(true);
  });

  test('a break fills its chunk up', () => {
    expect(words('sun BREAK moon')).toEqual([tokenizer.encode('sun'), tokenizer.encode('moon')]);
  });

  test('a full chunk is cut after a comma that is near, not after one that is far', () => {
    const [comma = 0, dot = 0] = [',', '.'].map((mark) => tokenizer.encode(mark)[0]);
    const lengths = (commaAt: number) => {
      const text = Array.from({ length: 80 }, (_, at) => (at === commaAt ? ',' : '.')).join(' ');
      const cut = words(text);
      expect(cut.flat()).toEqual(Array.from({ length: 80 }, (_, at) => (at === commaAt ? comma : dot)));
      return cut.map(({ length }) => length);
    };
    expect(lengths(60)).toEqual([61, 19]);
    expect(lengths(55)).toEqual([56, 24]);
    expect(lengths(54)).toEqual([75, 5]);
    expect(lengths(75)).toEqual([75, 5]);
  });

  test('10,000 brackets that mean themselves are tokens, in little time', () => {
    expect(words(')'.repeat(10_000)).flat().length).toBeGreaterThan(75);
  });
});
