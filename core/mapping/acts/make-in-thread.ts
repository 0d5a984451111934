import type { LinkItem } from '../ledger/journal-line.ts';
import type { RecordWriter } from '../ledger/ledger.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { targetBelow } from '../plan/snapshot.ts';
import { inGroups } from '../thread/in-groups.ts';
import type { LinkThread } from '../thread/link-thread.ts';
import type { LinkWish } from '../thread/messages.ts';

/** Links that are made between two looks at whether to go on. */
const groupSize = 128;

/** What acts on links write to, work with, and tell. */
export interface LinkHands {
  readonly writer: RecordWriter;
  readonly links: LinkSystem;
  readonly signal: AbortSignal;
  readonly onItem: (path: string, outcome: 'done' | 'failed' | 'left') => void;
}

/** A link with nothing of ours in its place. */
export type FreshLink = LinkItem & { readonly link: LinkWish['kind']; readonly source: string };

/**
 * Makes many new links in a thread. All of them are meant by the journal; a kill in the middle of a group leaves links without an
 * outcome, which are looked for when the ledger is opened next.
 */
export async function makeInThread(
  { writer, links, signal, onItem }: LinkHands,
  items: readonly FreshLink[],
  thread: LinkThread,
): Promise<void> {
  const { root } = writer.record.head;
  const wishOf = ({ link, source, path }: FreshLink) => ({ kind: link, source, target: targetBelow(root, path) });
  await inGroups(items, groupSize, {
    isOver: () => signal.aborted,
    ask: (group) => thread.make(group.map(wishOf)),
    onAnswer: ({ i, link, path }, outcome) => {
      onItem(targetBelow(root, path), outcome.is === 'made' ? 'done' : 'failed');
      if (outcome.is === 'made') writer.add({ line: 'done', i, identity: outcome.identity });
      else {
        writer.add({ line: 'failed', i, reason: outcome.reason });
        if (outcome.refusal !== null) return links.refused(root, link);
      }
    },
  });
}
