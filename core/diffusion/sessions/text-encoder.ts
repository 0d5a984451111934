import { join } from 'node:path';
import { Failed } from '../../contract/failure.ts';
import {
  type ClipTextConfig,
  clipTextEncoderGraph,
  clipWeights,
  endRows,
  hasProjection,
} from '../graphs/clip-text-encoder.ts';
import type { TextEncoding } from '../networks.ts';
import { inPrecision, type Precision } from '../onnx/half-precision.ts';
import { assertFinite, openSession } from '../onnx/session.ts';
import type { Component } from './component.ts';
import { type LazySession, lazySession, present } from './lazy-session.ts';

export interface TextEncoder {
  /** Channels of the context. */
  readonly contextWidth: number;
  encode(prompts: readonly (readonly number[])[], skipLayers: number): Promise<TextEncoding>;
  readonly isLoaded: boolean;
  close(): Promise<void>;
}

export function openTextEncoder(
  { folder, config, tensors }: Component<ClipTextConfig>,
  provider: string,
  isXl: boolean,
  precision: Precision = 'float32',
): TextEncoder {
  const weights = clipWeights(folder, tensors);
  // The graph ends where the reading does: another clip skip is another graph.
  let current: { readonly skipLayers: number; readonly session: LazySession } | null = null;
  const sessionFor = async (skipLayers: number) => {
    if (current?.skipLayers === skipLayers) return current.session;
    await current?.session.close();
    const reading = { skipLayers: skipLayers + (isXl ? 1 : 0), finalNorm: !isXl };
    const session = lazySession(
      provider,
      () => inPrecision(clipTextEncoderGraph(config, weights, reading), precision),
      openSession,
    );
    current = { skipLayers, session };
    return session;
  };
  return {
    contextWidth: config.hidden_size,
    encode: async (prompts, skipLayers) => {
      const most = config.num_hidden_layers - (isXl ? 2 : 1);
      if (skipLayers > most)
        throw new Failed('invalid_input', {
          field: 'clip_skip',
          reason: `This model's text encoder has ${most} layers to skip.`,
        });
      const session = await sessionFor(skipLayers);
      const length = config.max_position_embeddings;
      checkTokens(prompts, config, folder);
      const ids = { ids: BigInt64Array.from(prompts.flat(), BigInt), dims: [prompts.length, length] };
      const ends = { ids: endRows(prompts, config), dims: [prompts.length] };
      const { context, pooled } = await session.run(hasProjection(config) ? { ids, end_rows: ends } : { ids });
      return { context: assertFinite(present(context), 'the text encoder'), pooled: pooled ?? null };
    },
    get isLoaded() {
      return current?.session.isLoaded ?? false;
    },
    close: async () => {
      await current?.session.close();
      current = null;
    },
  };
}

/** The tokenizer's files may be another model's: an id past the table would be an error of the runtime that names nothing. */
function checkTokens(prompts: readonly (readonly number[])[], config: ClipTextConfig, folder: string): void {
  for (const prompt of prompts) {
    if (prompt.length !== config.max_position_embeddings)
      throw new Failed('unsupported_config', {
        path: join(folder, 'config.json'),
        field: '"max_position_embeddings"',
        value: `${config.max_position_embeddings}, but the tokenizer gives ${prompt.length} tokens`,
      });
    const stray = prompt.find((id) => id >= config.vocab_size);
    if (stray !== undefined)
      throw new Failed('unsupported_config', {
        path: join(folder, 'config.json'),
        field: '"vocab_size"',
        value: `${config.vocab_size}, but the tokenizer gives the token ${stray}`,
      });
  }
}
