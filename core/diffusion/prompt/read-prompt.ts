import type { PromptSyntax } from '../../contract/generate/generate.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { chunksOf, type PromptChunk, plainChunk } from './chunks.ts';
import { readComposition } from './read-composition.ts';
import { readEmphasis } from './read-emphasis.ts';
import { type PromptSchedule, readSchedule } from './read-schedule.ts';

/** One of the prompts that are followed at once. */
export interface PromptPart {
  readonly weight: number;
  readonly schedule: PromptSchedule;
}

/** A way to read a prompt: what its characters mean, and how it is cut into chunks whose encodings are joined. */
export interface PromptReader {
  /** `AND` joins prompts, never negative ones. */
  readPrompt(text: string, steps: number): readonly PromptPart[];
  readNegative(text: string, steps: number): PromptSchedule;
  /** At least one. `field` is the request's, for failures. */
  chunksOf(text: string, tokenizer: ClipTokenizer, field: string): readonly PromptChunk[];
}

/** stable-diffusion-webui's: emphasis, breaks, prompt editing, composition, no end to its length. */
const webuiReader: PromptReader = {
  readPrompt: (text, steps) =>
    readComposition(text).map(({ text: part, weight }) => ({ weight, schedule: readSchedule(part, steps) })),
  readNegative: readSchedule,
  chunksOf: (text, tokenizer, field) => chunksOf(readEmphasis(text), tokenizer, field),
};

const constant = (text: string): PromptSchedule => ({ isConstant: true, at: () => text });

/** diffusers' plain reading: no character means more than itself, and what goes past one chunk is left out. */
const plainReader: PromptReader = {
  readPrompt: (text) => [{ weight: 1, schedule: constant(text) }],
  readNegative: constant,
  chunksOf: (text, tokenizer) => [plainChunk(text, tokenizer)],
};

export const promptReaders: Readonly<Record<PromptSyntax, PromptReader>> = { webui: webuiReader, plain: plainReader };
