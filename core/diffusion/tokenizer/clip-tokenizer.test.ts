import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readTensors, referencePath, tensorOf } from '../reference/read-tensors.ts';
import { openTokenizer } from './clip-tokenizer.ts';

const Expected = z.object({ prompts: z.array(z.string()) });
const bundle = (path: string): string => referencePath(`bundles/${path}`);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function expectedIds(name: string, tensor: string): { prompts: string[]; ids: number[][] } {
  const { prompts } = Expected.parse(JSON.parse(readFileSync(referencePath(`expected/${name}.json`), 'utf8')));
  const { data, dims } = tensorOf(readTensors(`expected/${name}.safetensors`), tensor);
  const width = dims[1] ?? 0;
  return { prompts, ids: prompts.map((_, row) => [...data.subarray(row * width, (row + 1) * width)]) };
}

describe.each([
  { name: 'sd15-tiny', part: 'tokenizer', tensor: 'tokens' },
  { name: 'sd21-tiny', part: 'tokenizer', tensor: 'tokens' },
  { name: 'sdxl-tiny', part: 'tokenizer', tensor: 'tokens' },
  { name: 'sdxl-tiny', part: 'tokenizer_2', tensor: 'tokens1' },
])('$part of $name', ({ name, part, tensor }) => {
  const { prompts, ids } = expectedIds(name, tensor);

  test("gives transformers' ids", async () => {
    const tokenizer = await openTokenizer(bundle(`${name}/${part}`));
    expect(prompts.map(tokenizer.encodePadded)).toEqual(ids);
  });

  test('gives the same ids from vocab.json and merges.txt alone', async () => {
    const words = bundle('sdxl-tiny/tokenizer');
    for (const file of ['vocab.json', 'merges.txt']) cpSync(join(words, file), join(folder, file));
    cpSync(bundle(`${name}/${part}/tokenizer_config.json`), join(folder, 'tokenizer_config.json'));
    const tokenizer = await openTokenizer(folder);
    expect(prompts.map(tokenizer.encodePadded)).toEqual(ids);
  });
});

test('a folder without tokenizer_config.json is a CLIP tokenizer all the same', async () => {
  for (const file of ['vocab.json', 'merges.txt']) cpSync(bundle(`sd15-tiny/tokenizer/${file}`), join(folder, file));
  const [bare, whole] = [await openTokenizer(folder), await openTokenizer(bundle('sd15-tiny/tokenizer'))];
  expect(bare.encodePadded('a cat!')).toEqual(whole.encodePadded('a cat!'));
});

test('special_tokens_map.json says what to pad with where the config lists no added tokens', async () => {
  cpSync(bundle('sd15-tiny/tokenizer'), folder, { recursive: true });
  writeFileSync(
    join(folder, 'special_tokens_map.json'),
    JSON.stringify({ pad_token: { content: '!', lstrip: false } }),
  );
  const tokenizer = await openTokenizer(folder);
  expect(tokenizer.padId).toBe(0);
  writeFileSync(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ pad_token: '<|endoftext|>', added_tokens_decoder: { 2513: { content: '<|endoftext|>' } } }),
  );
  expect((await openTokenizer(folder)).padId).toBe(2513);
});

test('case, white space and composed letters make no difference', async () => {
  const { encode } = await openTokenizer(bundle('sd15-tiny/tokenizer'));
  expect(encode('  A\u00a0\n CAFE\u0301\t')).toEqual(encode('a café'));
  expect(encode('ΟΔΟΣ')).toEqual(encode('οδοσ'));
  expect(encode('   ')).toEqual([]);
});

test("a special token's own text is that token", async () => {
  const { encode, endId } = await openTokenizer(bundle('sd15-tiny/tokenizer'));
  expect(encode('a<|endoftext|>b')).toEqual([...encode('a'), endId, ...encode('b')]);
});

test.each([
  ['one word', 'a'.repeat(100_000)],
  ['white space', ' \t\u3000\n'.repeat(25_000)],
  ['marks', '!('.repeat(50_000)],
  ['halves of a special token', '<|startoftext|'.repeat(7_142)],
  ['pairs of surrogates', '🚀'.repeat(50_000)],
  ['lone surrogates', '\ud83d'.repeat(100_000)],
  ['words', 'the horse and 12 cats, '.repeat(4_347)],
])('100,000 characters of %s take no noticeable time', async (_, text) => {
  const tokenizer = await openTokenizer(bundle('sd21-tiny/tokenizer'));
  expect(tokenizer.encodePadded(text)).toHaveLength(77);
});

const json = (file: string): Record<string, unknown> => {
  const value: Record<string, unknown> = JSON.parse(readFileSync(bundle(`sd21-tiny/tokenizer/${file}`), 'utf8'));
  return value;
};

test.each<{ what: string; file: string; content: string; code: string; says: RegExp }>([
  { what: 'is no JSON', file: 'tokenizer.json', content: '{"model":', code: 'unreadable', says: /not JSON/ },
  { what: 'is empty', file: 'tokenizer.json', content: '', code: 'unreadable', says: /not JSON/ },
  {
    what: 'has no model',
    file: 'tokenizer.json',
    content: '{}',
    code: 'unsupported_config',
    says: /"normalizer" is missing/,
  },
  {
    what: 'holds a pattern of its own',
    file: 'tokenizer.json',
    content: JSON.stringify(json('tokenizer.json')).replace('[\\\\p{L}]+', '(a+)+$'),
    code: 'unsupported_config',
    says: /pre_tokenizer\.pretokenizers\.0\.pattern\.Regex/,
  },
  {
    what: 'has a word for an id',
    file: 'tokenizer.json',
    content: JSON.stringify(json('tokenizer.json')).replace('"!":0', '"!":"zero"'),
    code: 'unsupported_config',
    says: /model\.vocab\.!/,
  },
  {
    what: 'names an end that the vocabulary lacks',
    file: 'tokenizer_config.json',
    content: JSON.stringify({ eos_token: '<end>' }),
    code: 'unreadable',
    says: /no token "<end>"/,
  },
  {
    what: 'leaves no room for a token',
    file: 'tokenizer_config.json',
    content: JSON.stringify({ model_max_length: 2 }),
    code: 'unsupported_config',
    says: /"model_max_length" is 2/,
  },
])('a $file that $what is refused by name', async ({ file, content, code, says }) => {
  cpSync(bundle('sd21-tiny/tokenizer'), folder, { recursive: true });
  writeFileSync(join(folder, file), content);
  await expect(openTokenizer(folder)).rejects.toMatchObject({
    failure: { code, message: expect.stringMatching(says) },
  });
});

test.each([
  ['vocab.json', 'merges.txt'],
  ['merges.txt', 'vocab.json'],
])('a folder without %s is refused by name', async (missing, present) => {
  cpSync(bundle(`sd15-tiny/tokenizer/${present}`), join(folder, present));
  await expect(openTokenizer(folder)).rejects.toMatchObject({
    failure: { code: 'unreadable', details: { path: join(folder, missing) } },
  });
});

test('a merge of one piece is refused with its line', async () => {
  cpSync(bundle('sd15-tiny/tokenizer'), folder, { recursive: true });
  writeFileSync(join(folder, 'merges.txt'), '#version: 0.2\ni n\nlonely\n');
  await expect(openTokenizer(folder)).rejects.toThrow(/merges\.txt" could not be read: Merge 3/);
});
