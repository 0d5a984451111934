import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';

/** As many tokens as the text encoder takes at once, start, end and padding among them. */
export interface PromptChunk {
  readonly ids: readonly number[];
}

/** A way to read a prompt: what its characters mean, and how it is cut into chunks whose encodings are joined. */
export type ReadPrompt = (text: string, tokenizer: ClipTokenizer) => readonly PromptChunk[];

/** diffusers' plain reading: no character means more than itself, and what goes past one chunk is left out. */
export const readPlainPrompt: ReadPrompt = (text, tokenizer) => [{ ids: tokenizer.encodePadded(text) }];
