import { beforeAll, describe, expect, test } from 'vitest';
import { referencePath } from '../reference/read-tensors.ts';
import { type ClipTokenizer, openTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { type CountOptions, countPrompt } from './count-prompt.ts';

let tokenizer: ClipTokenizer;
beforeAll(async () => {
  tokenizer = await openTokenizer(referencePath('bundles/sd15-tiny/tokenizer'));
});
const count = (text: string, options: Partial<CountOptions> = {}) =>
  countPrompt(text, tokenizer, { syntax: 'webui', steps: 20, isNegative: false, ...options });
const tokensOf = (text: string) => tokenizer.encode(text).length;

describe('the tokens of a prompt', () => {
  test('are those of its text without its marks', () => {
    expect(count('(sun:1.3) over [moon]')).toEqual({
      tokens: tokensOf('sun over moon'),
      chunks: [tokensOf('sun over moon')],
      limit: 75,
      problems: [],
    });
    expect(count('')).toEqual({ tokens: 0, chunks: [0], limit: 75, problems: [] });
  });

  test('are told chunk by chunk', () => {
    expect(count('. '.repeat(80)).chunks).toEqual([75, 5]);
    expect(count('sun BREAK moon').chunks).toEqual([tokensOf('sun'), tokensOf('moon')]);
  });

  test('are those of the longest text where a prompt changes or is composed', () => {
    const long = 'a horse and twelve cats';
    for (const text of [`[sun:${long}:0.5]`, `[sun|${long}]`, `sun AND ${long} AND moon`])
      expect(count(text).tokens).toBe(tokensOf(long));
    expect(count(`sun AND ${long}`, { isNegative: true }).tokens).toBe(tokensOf(`sun AND ${long}`));
  });

  test('count marks too where they mean themselves, and stop at a chunk', () => {
    expect(count('(sun)', { syntax: 'plain' }).tokens).toBe(tokensOf('(sun)'));
    expect(count('. '.repeat(80), { syntax: 'plain' })).toMatchObject({
      chunks: [75],
      problems: [{ code: 'cut_off', message: expect.stringContaining('the last 5 of 80') }],
    });
  });
});

test.each([
  ['a (b', [['not_closed', 2, '(']]],
  [
    'a) [b',
    [
      ['not_opened', 1, ')'],
      ['not_closed', 3, '['],
    ],
  ],
  ['(a [b) c]', []],
  [
    '\\(a \\) [x:1)',
    [
      ['not_closed', 7, '['],
      ['not_opened', 11, ')'],
    ],
  ],
])('in %j the brackets without another half are %j', (text, problems) => {
  expect(count(text).problems.map(({ code, at, mark }) => [code, at, mark])).toEqual(problems);
});

test('a weight out of all measure is told instead of thrown', () => {
  const { problems } = count(`${'('.repeat(5_000)}sun${')'.repeat(5_000)}`);
  expect(problems).toEqual([{ code: 'too_heavy', at: null, mark: '(', message: expect.stringContaining('"sun"') }]);
});

test('of thousands of problems the first are told', () => {
  expect(count('('.repeat(10_000)).problems.filter(({ code }) => code === 'not_closed')).toHaveLength(20);
});
