import { z } from 'zod';

/** What to write to the starter model: it knows few words, and a prompt in them is a picture. */
export const StarterPrompts = z.object({
  about: z.string().min(1).describe('What the model is and what it can not do, in a sentence or two'),
  examples: z.array(z.string().min(1)).min(1).describe('Whole prompts, to be used as they stand'),
  suggestions: z
    .array(z.object({ group: z.string().min(1), words: z.array(z.string().min(1)).min(1) }))
    .describe('Its vocabulary, to add to a prompt word by word'),
});
export type StarterPrompts = z.infer<typeof StarterPrompts>;
