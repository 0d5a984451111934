import { z } from 'zod';
import type { CommandShape } from '../command-shape.ts';
import { ModelId } from '../ids.ts';
import { limits, PromptSyntax } from './generate.ts';

/** Something in a prompt that is read, but hardly as it was meant. */
export const PromptProblem = z.object({
  code: z.enum(['not_closed', 'not_opened', 'too_heavy', 'cut_off']),
  at: z.int().nonnegative().nullable().describe('The place in the text, counted in UTF-16 units; null: no one place'),
  mark: z.string().describe('What stands there'),
  message: z.string(),
});
export type PromptProblem = z.infer<typeof PromptProblem>;

/** How long a prompt is for the model that is to read it. */
export const PromptCount = z.object({
  tokens: z.int().nonnegative().describe('Of all chunks'),
  chunks: z
    .array(z.int().nonnegative())
    .min(1)
    .describe('Tokens of each chunk; at a prompt that changes, the longest text'),
  limit: z.int().positive().describe('Tokens that fit one chunk: 75'),
  problems: z.array(PromptProblem),
});
export type PromptCount = z.infer<typeof PromptCount>;

/** Both prompts of a request, counted by the same reader. */
export const PromptCounts = z.object({ prompt: PromptCount, negative_prompt: PromptCount });
export type PromptCounts = z.infer<typeof PromptCounts>;

const text = z.string().max(limits.promptCharacters);

/** The rows of the command table about prompts. */
export const promptCommands = {
  'prompts.count': {
    summary: 'Tokens of a prompt as its model will read them, and what is wrong with its marks. Loads no network',
    input: z.object({
      model_id: ModelId.optional().describe('A model of the library; the starter model when left out'),
      prompt: text.default(''),
      negative_prompt: text.default(''),
      steps: z.int().min(1).max(limits.maxSteps).default(20).describe('Prompts that change do so at some step'),
      prompt_syntax: PromptSyntax.optional().describe("The options' when left out"),
    }),
    output: PromptCounts,
    http: { method: 'POST', path: '/prompts/count' },
  },
} as const satisfies Record<string, CommandShape>;
