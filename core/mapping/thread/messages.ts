import { z } from 'zod';
import { type EntryLink, linkStates, type MadeLink } from '../links/entry-identity.ts';

/** A link to be made; `source` and `target` absolute. */
export interface LinkWish {
  readonly kind: EntryLink;
  readonly source: string;
  readonly target: string;
}

/** A link that we made, and where it should lead now. */
export interface LinkLook {
  readonly made: MadeLink;
  readonly wanted: string;
}

export type ThreadRequest =
  | { readonly kind: 'make'; readonly wishes: readonly LinkWish[] }
  | { readonly kind: 'look'; readonly looks: readonly LinkLook[] };

export const LinkStates = z.array(z.enum(linkStates));

/** What became of it: the identity of the link, or a sentence, with the system's code where its drive takes no such links. */
const LinkOutcome = z.discriminatedUnion('is', [
  z.object({ is: z.literal('made'), identity: z.string() }),
  z.object({ is: z.literal('failed'), reason: z.string(), refusal: z.string().nullable() }),
]);
export type LinkOutcome = z.infer<typeof LinkOutcome>;

export const LinkOutcomes = z.array(LinkOutcome);
