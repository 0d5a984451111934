import { z } from 'zod';

/** Why there is no update: what a person can do differs. */
export const UpdateProblem = z.enum(['unreachable', 'bad_answer', 'damaged', 'not_written', 'not_updatable', 'other']);
export type UpdateProblem = z.infer<typeof UpdateProblem>;

export const UpdateStatus = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('idle'),
    looked_at: z.iso.datetime().nullable().describe('When nothing newer was found'),
  }),
  z.object({ kind: z.literal('looking') }),
  z.object({ kind: z.literal('downloading'), version: z.string(), fraction: z.number().min(0).max(1) }),
  z.object({
    kind: z.literal('ready'),
    version: z.string().describe('Installed when the program quits, and no job runs'),
  }),
  z.object({ kind: z.literal('failed'), problem: UpdateProblem, detail: z.string() }),
]);
export type UpdateStatus = z.infer<typeof UpdateStatus>;

/** How the desktop program stands with newer versions of itself. */
export const Updates = z.object({
  has_address: z.boolean().describe('Whether this build was told where newer ones are'),
  is_on: z.boolean(),
  status: UpdateStatus,
});
export type Updates = z.infer<typeof Updates>;

/** `on` and `off` are remembered; `look` looks now. */
export const UpdateAct = z.enum(['on', 'off', 'look']);
export type UpdateAct = z.infer<typeof UpdateAct>;
