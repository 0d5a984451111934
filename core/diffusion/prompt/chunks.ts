import { Failed } from '../../contract/failure.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import type { PromptPiece } from './read-emphasis.ts';

/** As many tokens as the text encoder takes at once, start, end and padding among them. */
export interface PromptChunk {
  readonly ids: readonly number[];
  /** How many times each token counts; null where all count once. */
  readonly weights: readonly number[] | null;
  /** Of the text itself: without start, end and padding. */
  readonly tokenCount: number;
}

/** So far back a full chunk is cut at a comma: stable-diffusion-webui's `comma_padding_backtrack`. */
const commaReach = 20;
/** A weight past this drowns every other word: 145 brackets around one. */
const largestWeight = 1e6;

interface WeighedToken {
  readonly id: number;
  readonly weight: number;
}

/** Nothing at all: what a shorter prompt is padded with. */
export const emptyChunk = (tokenizer: ClipTokenizer): PromptChunk => toChunk([], tokenizer);

/** As much of a text as fits one chunk. */
export function plainChunk(text: string, tokenizer: ClipTokenizer): PromptChunk {
  const ids = tokenizer.encode(text).slice(0, tokenizer.maxLength - 2);
  return toChunk(
    ids.map((id) => ({ id, weight: 1 })),
    tokenizer,
  );
}

/**
 * Cuts a prompt into chunks, none of its tokens left out. A chunk ends when it is full, after the last comma where that is near, and at a break.
 * `field` is named in the failure for emphasis that is out of all measure.
 */
export function chunksOf(
  pieces: readonly PromptPiece[],
  tokenizer: ClipTokenizer,
  field: string,
): readonly PromptChunk[] {
  const room = tokenizer.maxLength - 2;
  const commaId = tokenizer.encode(',')[0];
  const chunks: PromptChunk[] = [];
  let tokens: WeighedToken[] = [];
  let lastComma = -1;
  const endChunk = (next: WeighedToken[] = []): void => {
    chunks.push(toChunk(tokens, tokenizer));
    tokens = next;
    lastComma = -1;
  };

  for (const piece of pieces) {
    if (piece.kind === 'break') {
      endChunk();
      continue;
    }
    const { text, weight } = piece;
    if (!(Math.abs(weight) <= largestWeight)) refuseWeight(text, field);
    for (const id of tokenizer.encode(text)) {
      if (tokens.length === room) {
        const isNear = id !== commaId && lastComma >= 0 && room - lastComma <= commaReach;
        endChunk(isNear ? tokens.splice(lastComma + 1) : []);
      }
      if (id === commaId) lastComma = tokens.length;
      tokens.push({ id, weight });
    }
  }
  if (tokens.length > 0 || chunks.length === 0) endChunk();
  return chunks;
}

function toChunk(tokens: readonly WeighedToken[], { startId, endId, padId, maxLength }: ClipTokenizer): PromptChunk {
  const ids = [startId, ...tokens.map(({ id }) => id), endId];
  const padding = maxLength - ids.length;
  const isPlain = tokens.every(({ weight }) => weight === 1);
  return {
    ids: [...ids, ...Array<number>(padding).fill(padId)],
    tokenCount: tokens.length,
    weights: isPlain ? null : [1, ...tokens.map(({ weight }) => weight), ...Array<number>(padding + 1).fill(1)],
  };
}

function refuseWeight(text: string, field: string): never {
  const shown = text.trim().slice(0, 40);
  throw new Failed('invalid_input', {
    field,
    reason: `Its brackets give "${shown}" more than ${largestWeight} times its weight. Take some away.`,
  });
}
