import { Tokenizer } from '@huggingface/tokenizers';
import { Failed } from '../../contract/failure.ts';
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts';

export interface ClipTokenizer {
  readonly startId: number;
  readonly endId: number;
  readonly padId: number;
  /** How many tokens the text encoder takes, start and end among them: 77. */
  readonly maxLength: number;
  /** The ids of a text, without start, end or padding. */
  encode(text: string): number[];
  /** Start, as many ids as fit, end, padding: `maxLength` ids, as transformers pads and cuts. */
  encodePadded(text: string): number[];
}

/**
 * The CLIP tokenizer of a bundle's tokenizer folder. Throws `unreadable` or `unsupported_config`, both with the path.
 */
export async function openTokenizer(folder: string): Promise<ClipTokenizer> {
  const files = await readTokenizerFiles(folder);
  const idOf = (token: string): number => {
    const id = Object.hasOwn(files.vocabulary, token) ? files.vocabulary[token] : undefined;
    if (id === undefined) throw new Failed('unreadable', { path: files.path, reason: `It has no token "${token}".` });
    return id;
  };
  const [startId, endId, padId] = [idOf(files.start), idOf(files.end), idOf(files.pad)];
  const { maxLength } = files;
  if (maxLength < 3)
    throw new Failed('unsupported_config', { path: files.path, field: '"model_max_length"', value: maxLength });
  const tokenizer = makeTokenizer(files, idOf);

  const encode = (text: string): number[] => {
    // The original lower-cases letter by letter; JavaScript knows that a sigma that ends a word has another form.
    return tokenizer.encode(text.replaceAll('Σ', 'σ'), { add_special_tokens: false }).ids;
  };
  return {
    startId,
    endId,
    padId,
    maxLength,
    encode,
    encodePadded: (text) => {
      const ids = [startId, ...encode(text).slice(0, maxLength - 2), endId];
      return [...ids, ...Array<number>(maxLength - ids.length).fill(padId)];
    },
  };
}

function makeTokenizer(files: TokenizerFiles, idOf: (token: string) => number): Tokenizer {
  const whole = files.wholeWords.filter((word) => Object.hasOwn(files.vocabulary, word));
  return new Tokenizer(
    {
      added_tokens: whole.map((content) => ({ id: idOf(content), content, normalized: false, special: true })),
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Lowercase' },
        ],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: files.splitPattern }, behavior: 'Removed', invert: true },
          { type: 'ByteLevel', add_prefix_space: false, use_regex: true },
        ],
      },
      post_processor: null,
      decoder: null,
      model: {
        type: 'BPE',
        unk_token: files.end,
        end_of_word_suffix: '</w>',
        vocab: files.vocabulary,
        merges: files.merges,
      },
    },
    {},
  );
}
