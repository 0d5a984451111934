import { z } from 'zod';

/** What a job does with its pictures after it made them. `{ upscale: {} }` doubles their size. */
export const Chain = z.strictObject({
  upscale: z.strictObject({ scale: z.union([z.literal(2), z.literal(4)], { error: 'must be 2 or 4' }).default(2) }),
});
export type Chain = z.infer<typeof Chain>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What may be said of a job besides its request. */
export const jobExtras = {
  chain: Chain.optional(),
  overrides: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Options of this run alone; the options as they stand are never changed by a run'),
  keeps_overrides: z
    .boolean()
    .optional()
    .describe('Once the run has begun, its overrides become the options of the session, however it ends'),
  task_id: z.string().min(1).max(200).optional().describe("A caller's own name for the job"),
  idempotency: z
    .object({ key_sha256: sha256, body_sha256: sha256 })
    .optional()
    .describe('The same key with the same body gives the job that was queued first; with another body: conflict'),
} as const;
export const JobExtras = z.object(jobExtras);
export type JobExtras = z.infer<typeof JobExtras>;
