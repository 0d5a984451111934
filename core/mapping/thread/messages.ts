import { z } from 'zod';
import type { EntryLink } from '../links/entry-identity.ts';

/** A link to be made; `source` and `target` absolute. */
export interface LinkWish {
  readonly kind: EntryLink;
  readonly source: string;
  readonly target: string;
}

/** What became of it: the identity of the link, or a sentence, with the system's code where its drive takes no such links. */
export const LinkOutcome = z.discriminatedUnion('is', [
  z.object({ is: z.literal('made'), identity: z.string() }),
  z.object({ is: z.literal('failed'), reason: z.string(), refusal: z.string().nullable() }),
]);
export type LinkOutcome = z.infer<typeof LinkOutcome>;
