import { z } from 'zod';
import { type EntryLink, type LinkState, linkStates, type MadeLink } from '../links/entry-identity.ts';

/** A link to be made; `source` and `target` absolute. */
export interface LinkWish {
  readonly kind: EntryLink;
  readonly source: string;
  readonly target: string;
}

/** Links that we made, a list a field: thousands of objects, each with the names of its fields, take longer to hand over. */
export type MadeLinks = { readonly [Field in keyof MadeLink]: readonly MadeLink[Field][] };

export type ThreadRequest =
  | { readonly kind: 'make'; readonly wishes: readonly LinkWish[] }
  | { readonly kind: 'look'; readonly links: MadeLinks };

export function madeLinksOf(links: readonly MadeLink[]): MadeLinks {
  return {
    link: links.map(({ link }) => link),
    target: links.map(({ target }) => target),
    source: links.map(({ source }) => source),
    identity: links.map(({ identity }) => identity),
  };
}

const StateNumbers = z.instanceof(Uint8Array);

/** What the thread answers to a look: the place in {@link linkStates} of each link's state. */
export function statesOf(answer: unknown): LinkState[] {
  return Array.from(StateNumbers.parse(answer), (number) => {
    const state = linkStates[number];
    if (state === undefined) throw new Error(`${number} is the number of no state`);
    return state;
  });
}

/** What became of it: the identity of the link, or a sentence, with the system's code where its drive takes no such links. */
const LinkOutcome = z.discriminatedUnion('is', [
  z.object({ is: z.literal('made'), identity: z.string() }),
  z.object({ is: z.literal('failed'), reason: z.string(), refusal: z.string().nullable() }),
]);
export type LinkOutcome = z.infer<typeof LinkOutcome>;

export const LinkOutcomes = z.array(LinkOutcome);
