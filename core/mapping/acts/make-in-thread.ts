import type { LinkSystem } from '../links/link-system.ts';
import type { RecordWriter } from '../ledger/ledger.ts';
import { LinkThread } from '../thread/link-thread.ts';
import type { LinkOutcome, LinkWish } from '../thread/messages.ts';
import type { CarryOut, LinkItem } from './carry-out.ts';
import { targetBelow } from '../plan/snapshot.ts';

/** Links that are made between two looks at whether to go on, and written down together. */
const groupSize = 128;

/** A link with nothing of ours in its place. */
export type FreshLink = LinkItem & { readonly link: LinkWish['kind']; readonly source: string };

/**
 * Makes many new links in a thread of their own. All of them are meant by the journal; a kill in the middle of a group leaves links without an
 * outcome, which are looked for when the ledger is opened next.
 */
export async function makeInThread(
  { writer, links, signal, onItem }: CarryOut,
  items: readonly FreshLink[],
  threadEntry: string,
): Promise<void> {
  const { root } = writer.record.head;
  await using thread = new LinkThread(threadEntry);
  const groups = groupsOf(items).map((group) => {
    const wishes = group.map(({ link, source, path }) => ({ kind: link, source, target: targetBelow(root, path) }));
    return { group, wishes };
  });
  const ask = (index: number) => {
    const wishes = groups[index]?.wishes;
    return signal.aborted || wishes === undefined ? null : thread.make(wishes);
  };
  let asked = ask(0);
  for (const [index, { group, wishes }] of groups.entries()) {
    if (asked === null) return;
    const next = ask(index + 1);
    for (const [at, outcome] of (await asked).entries()) {
      const [item, wish] = [group[at], wishes[at]];
      if (item === undefined || wish === undefined) throw new Error('an outcome of no link');
      await writeDown(writer, links, { item, wish, outcome });
      onItem(wish.target, outcome.is === 'made' ? 'done' : 'failed');
    }
    asked = next;
  }
}

interface Outcome {
  readonly item: FreshLink;
  readonly wish: LinkWish;
  readonly outcome: LinkOutcome;
}

async function writeDown(writer: RecordWriter, links: LinkSystem, { item: { i }, wish, outcome }: Outcome) {
  if (outcome.is === 'made') {
    writer.add({ line: 'done', i, identity: outcome.identity });
    return;
  }
  writer.add({ line: 'failed', i, reason: outcome.reason });
  if (outcome.refusal !== null) await links.refused(writer.record.head.root, wish.kind);
}

function groupsOf<Item>(items: readonly Item[]): Item[][] {
  const groups: Item[][] = [];
  for (let from = 0; from < items.length; from += groupSize) groups.push(items.slice(from, from + groupSize));
  return groups;
}
