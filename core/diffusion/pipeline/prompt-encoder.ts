import type { Networks, Tensor, TextEncoding } from '../networks.ts';
import { emptyChunk, type PromptChunk } from '../prompt/chunks.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';

/** SDXL's prompts of usual length are 0.6 MB each. */
const keptChunks = 48;

export interface EncodeOptions {
  /** Chunks that the encoding shall have; those that are missing are empty ones. */
  readonly length: number;
  readonly skipLayers: number;
  readonly pause: () => Promise<void>;
}

export interface PromptEncoder {
  /** `chunks[encoder]`: one text, cut for each text encoder. One row: `[1, length * 77, channels]`; `pooled` is that of the first chunk. */
  encode(chunks: readonly (readonly PromptChunk[])[], options: EncodeOptions): Promise<TextEncoding>;
}

/** Encodes prompts chunk by chunk, alone: what a chunk gives never depends on what else is asked, and the last ones are remembered. */
export function promptEncoder(networks: Networks, tokenizers: readonly ClipTokenizer[]): PromptEncoder {
  const kept = new Map<string, TextEncoding>();
  const empty = tokenizers.map(emptyChunk);

  const encodeChunk = async (chunk: readonly PromptChunk[], { skipLayers, pause }: EncodeOptions) => {
    const key = `${skipLayers}:${chunk.map(({ ids }) => ids.join()).join(';')}`;
    const known = kept.get(key);
    kept.delete(key);
    if (known === undefined) await pause();
    const tokens = chunk.map(({ ids }) => [ids]);
    const encoding = known ?? (await networks.encodeText(tokens, skipLayers));
    kept.set(key, encoding);
    const [oldest] = kept.keys();
    if (kept.size > keptChunks && oldest !== undefined) kept.delete(oldest);
    return { ...encoding, context: emphasized(encoding.context, chunk, networks.contextWidths) };
  };

  return {
    encode: async (chunks, options) => {
      const encodings: TextEncoding[] = [];
      for (let index = 0; index < options.length; index++) {
        const chunk = empty.map((nothing, encoder) => chunks[encoder]?.[index] ?? nothing);
        encodings.push(await encodeChunk(chunk, options));
      }
      const [first] = encodings;
      if (first === undefined) throw new RangeError('a prompt has a chunk');
      if (encodings.length === 1) return first;
      const [, tokens = 0, channels = 0] = first.context.dims;
      const data = concatenated(encodings.map(({ context }) => context));
      return { context: { data, dims: [1, tokens * encodings.length, channels] }, pooled: first.pooled };
    },
  };
}

/** Encodings of one length as rows of one. */
export function joinContexts(rows: readonly TextEncoding[]): TextEncoding {
  const [first] = rows;
  if (first === undefined) throw new RangeError('a conditioning has a row');
  if (rows.length === 1) return first;
  const joined = (tensors: readonly Tensor[], [, ...shape]: readonly number[]): Tensor => ({
    data: concatenated(tensors),
    dims: [tensors.length, ...shape],
  });
  return {
    context: joined(
      rows.map(({ context }) => context),
      first.context.dims,
    ),
    pooled:
      first.pooled === null
        ? null
        : joined(
            rows.flatMap(({ pooled }) => pooled ?? []),
            first.pooled.dims,
          ),
  };
}

/**
 * Each token's encoding times its weight, then all of them times what brings the mean back: emphasis must not make the whole prompt louder.
 * Each encoder's channels have a mean of their own. stable-diffusion-webui calls it "Original".
 */
function emphasized(context: Tensor, chunk: readonly PromptChunk[], widths: readonly number[]): Tensor {
  if (chunk.every(({ weights }) => weights === null)) return context;
  const data = context.data.slice();
  const [, tokens = 0, channels = 0] = context.dims;
  let first = 0;
  for (const [encoder, width] of widths.entries()) {
    const weights = chunk[encoder]?.weights ?? null;
    if (weights !== null) weigh(data, weights, { tokens, channels, first, width });
    first += width;
  }
  return { data, dims: context.dims };
}

interface Columns {
  readonly tokens: number;
  readonly channels: number;
  readonly first: number;
  readonly width: number;
}

function weigh(data: Float32Array, weights: readonly number[], { tokens, channels, first, width }: Columns): void {
  let [before, after] = [0, 0];
  const each = (act: (at: number, weight: number) => void): void => {
    for (let token = 0; token < tokens; token++)
      for (let column = first; column < first + width; column++) act(token * channels + column, weights[token] ?? 1);
  };
  each((at, weight) => {
    const value = data[at] ?? 0;
    before += value;
    data[at] = value * weight;
    after += data[at] ?? 0;
  });
  if (after === 0) return;
  each((at) => {
    data[at] = (data[at] ?? 0) * (before / after);
  });
}

function concatenated(tensors: readonly Tensor[]): Float32Array {
  const data = new Float32Array(tensors.reduce((sum, one) => sum + one.data.length, 0));
  let at = 0;
  for (const one of tensors) {
    data.set(one.data, at);
    at += one.data.length;
  }
  return data;
}
