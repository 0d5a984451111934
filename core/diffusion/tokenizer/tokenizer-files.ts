import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import { formatLimits } from '../../formats/limits.ts';
import { parseJsonBytes, ReadFault, readSmallFile } from '../../formats/read-bounded.ts';
import { checkConfig } from '../graphs/check-config.ts';

/** What a CLIP tokenizer is made of, from whichever files a bundle has. */
export interface TokenizerFiles {
  /** The file that the vocabulary came from: errors name it. */
  readonly path: string;
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
  /** Words that are cut out of the text before anything else, each one token. */
  readonly wholeWords: readonly string[];
  readonly splitPattern: SplitPattern;
  readonly start: string;
  readonly end: string;
  readonly pad: string;
  readonly maxLength: number;
}

/** CLIP's own way to cut text into words, and the way of the tokenizers that transformers 5 writes. */
const splitPatterns = [
  "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
  "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
] as const;
type SplitPattern = (typeof splitPatterns)[number];

const clipLength = 77;

const Vocabulary = z.record(z.string(), z.int().min(0).max(10_000_000));
const Token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

/** A tokenizer.json that reads text as CLIP does. One that does otherwise is refused, its patterns with it: a hostile one could run for ever. */
const TokenizerJson = z.object({
  added_tokens: z.array(z.object({ id: z.int().min(0), content: z.string().min(1) })).default([]),
  normalizer: z.object({
    type: z.literal('Sequence'),
    normalizers: z.tuple([
      z.object({ type: z.literal('NFC') }),
      z.object({
        type: z.literal('Replace'),
        pattern: z.object({ Regex: z.literal('\\s+') }),
        content: z.literal(' '),
      }),
      z.object({ type: z.literal('Lowercase') }),
    ]),
  }),
  pre_tokenizer: z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.tuple([
      z.object({
        type: z.literal('Split'),
        pattern: z.object({ Regex: z.enum(splitPatterns) }),
        behavior: z.literal('Removed'),
        invert: z.literal(true),
      }),
      z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false) }),
    ]),
  }),
  model: z.object({
    type: z.literal('BPE'),
    end_of_word_suffix: z.literal('</w>'),
    vocab: Vocabulary,
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
});

const TokenNames = z.object({
  bos_token: Token.nullish(),
  eos_token: Token.nullish(),
  pad_token: Token.nullish(),
  unk_token: Token.nullish(),
});
const TokenizerConfig = TokenNames.extend({
  model_max_length: z.number().positive().nullish(),
  added_tokens_decoder: z.record(z.string(), z.object({ content: z.string().min(1) })).nullish(),
});

/** Reads tokenizer.json, else vocab.json and merges.txt. Throws `unreadable` and `unsupported_config`, both with the path. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const configPath = join(folder, 'tokenizer_config.json');
  const namesPath = join(folder, 'special_tokens_map.json');
  const config = checkConfig(TokenizerConfig, (await readJson(configPath, formatLimits.configBytes)) ?? {}, configPath);
  const names = checkConfig(TokenNames, (await readJson(namesPath, formatLimits.configBytes)) ?? {}, namesPath);
  // transformers lets the older file overrule a config that doesn't list its added tokens: SD 2's says "!" for padding only there.
  const [first, second] = config.added_tokens_decoder ? [config, names] : [names, config];
  const named = (field: keyof z.infer<typeof TokenNames>, fallback: string): string =>
    first[field] ?? second[field] ?? fallback;
  const end = named('eos_token', '<|endoftext|>');
  const special = {
    start: named('bos_token', '<|startoftext|>'),
    end,
    pad: named('pad_token', end),
    // transformers writes a huge number where there is no limit.
    maxLength: Math.min(Math.floor(config.model_max_length ?? clipLength), clipLength),
  };
  return (
    (await readTokenizerJson(folder, special)) ??
    (await readVocabulary(folder, special, [
      ...new Set([special.start, special.end, named('unk_token', end), special.pad]),
      ...Object.values(config.added_tokens_decoder ?? {}).map(({ content }) => content),
    ]))
  );
}

type Special = Pick<TokenizerFiles, 'start' | 'end' | 'pad' | 'maxLength'>;

async function readTokenizerJson(folder: string, special: Special): Promise<TokenizerFiles | null> {
  const path = join(folder, 'tokenizer.json');
  const json = await readJson(path, formatLimits.listBytes);
  if (json === null) return null;
  const { added_tokens, pre_tokenizer, model } = checkConfig(TokenizerJson, json, path);
  return {
    path,
    ...special,
    vocabulary: { ...model.vocab, ...Object.fromEntries(added_tokens.map(({ content, id }) => [content, id])) },
    merges: model.merges.map((merge, line) => (typeof merge === 'string' ? mergeOf(merge, path, line) : merge)),
    wholeWords: added_tokens.map(({ content }) => content),
    splitPattern: pre_tokenizer.pretokenizers[0].pattern.Regex,
  };
}

async function readVocabulary(
  folder: string,
  special: Special,
  wholeWords: readonly string[],
): Promise<TokenizerFiles> {
  const path = join(folder, 'vocab.json');
  const mergesPath = join(folder, 'merges.txt');
  const json = await readJson(path, formatLimits.listBytes);
  const merges = await readText(mergesPath);
  if (json === null) throw new Failed('unreadable', { path, reason: 'It is not there, nor is a tokenizer.json.' });
  if (merges === null) throw new Failed('unreadable', { path: mergesPath, reason: 'It is not there.' });
  const lines = merges.split('\n').map((line) => line.replace(/\r$/, ''));
  return {
    path,
    ...special,
    vocabulary: checkConfig(Vocabulary, json, path),
    merges: lines.flatMap((line, at) =>
      line === '' || line.startsWith('#version') ? [] : [mergeOf(line, mergesPath, at)],
    ),
    wholeWords,
    splitPattern: splitPatterns[0],
  };
}

function mergeOf(line: string, path: string, at: number): [string, string] {
  const [left, right, ...rest] = line.split(' ');
  if (!left || !right || rest.length > 0)
    throw new Failed('unreadable', { path, reason: `Merge ${at + 1} is not two pieces of a word.` });
  return [left, right];
}

/** Null when there is no such file. */
async function readJson(path: string, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(path, maxBytes);
  try {
    return bytes === null ? null : parseJsonBytes(bytes);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Failed('unreadable', { path, reason: 'It is not JSON.' }, { cause: error });
    throw error;
  }
}

const readText = async (path: string): Promise<string | null> =>
  (await readBytes(path, formatLimits.listBytes))?.toString('utf8') ?? null;

async function readBytes(path: string, maxBytes: number): Promise<Buffer | null> {
  try {
    return await readSmallFile(path, maxBytes);
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error;
    if (error.problem === 'missing') return null;
    throw new Failed('unreadable', { path, reason: `It ${error.reason}.` }, { cause: error });
  }
}
