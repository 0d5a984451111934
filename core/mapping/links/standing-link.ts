import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import { eachOf } from '../each-of.ts';
import type { LedgerLink } from '../ledger/ledger.ts';
import { type StandingLink, targetBelow } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import type { LinkThread } from '../thread/link-thread.ts';
import { type LinkState, linkStateOf, type MadeLink } from './entry-identity.ts';

/** Links that a thread looks at between two answers. */
const looksAtOnce = 500;

/** The link of the ledger as an entry of a folder; null for one of a config. */
export function madeLinkOf({ record, intent, item }: Pick<LedgerLink, 'record' | 'intent' | 'item'>): MadeLink | null {
  if (intent.link === 'config' || intent.source === null) return null;
  const target = targetBelow(record.head.root, intent.path);
  return { link: intent.link, target, source: intent.source, identity: item.identity ?? '' };
}

/** What is named in a config: the app's word for the folder, and the folder. */
export function configEntryOf(path: string, source: string): { readonly key: string; readonly folder: string } {
  const key = path.slice(path.indexOf('#') + 1).split('/')[0] ?? '';
  return { key, folder: dirname(source) };
}

type Paths = { readonly get: (id: ModelId) => string | undefined };

export interface LookAround {
  /** Where the models' files are, where that is known. */
  readonly paths: Paths | Promise<Paths>;
  /** `<key>\n<folder>` of each entry of ours. */
  readonly configEntries: ReadonlySet<string>;
  readonly thread: LinkThread;
}

export interface SeenLink {
  readonly link: LedgerLink;
  readonly state: LinkState;
}

/** What each link of the ledger is now, in no order. The drive is asked while `paths` is not known yet. */
export async function lookAtEach(
  links: readonly LedgerLink[],
  { paths, configEntries, thread }: LookAround,
): Promise<SeenLink[]> {
  const looks: Look[] = [];
  const entries: LedgerLink[] = [];
  for (const link of links) {
    const made = madeLinkOf(link);
    if (made === null) entries.push(link);
    else looks.push({ link, made });
  }
  const seen: SeenLink[] = [];
  const moved: Look[] = [];
  for await (const { group, states } of lookInGroups(looks, thread)) {
    const known = await paths;
    for (const [at, { link, made }] of group.entries()) {
      const state = stateAt(states, at);
      const source = known.get(link.intent.model_id) ?? made.source;
      // A hard link may lead to the file at its new place as well.
      if (source !== made.source && made.link === 'hardlink') moved.push({ link, made: { ...made, source } });
      else seen.push({ link, state: source === made.source ? state : stateAfterMove(state) });
    }
  }
  for await (const { group, states } of lookInGroups(moved, thread))
    for (const [at, { link }] of group.entries()) seen.push({ link, state: stateAt(states, at) });
  await eachOf(entries, async (link) => {
    const { source, model_id } = link.intent;
    const state = await configStateOf(link.intent, configEntries);
    const isMoved = ((await paths).get(model_id) ?? source) !== source;
    seen.push({ link, state: isMoved ? stateAfterMove(state) : state });
  });
  return seen;
}

interface Look {
  readonly link: LedgerLink;
  readonly made: MadeLink;
}

interface LookedAt {
  readonly group: readonly Look[];
  /** In the order of the group. */
  readonly states: readonly LinkState[];
}

async function* lookInGroups(looks: readonly Look[], thread: LinkThread): AsyncGenerator<LookedAt> {
  if (!thread.isWorth(looks.length)) {
    const states: LinkState[] = [];
    await eachOf(looks.entries(), async ([at, { made }]) => {
      states[at] = await linkStateOf(made);
    });
    yield { group: looks, states };
    return;
  }
  const asked: { readonly group: readonly Look[]; readonly answer: Promise<LinkState[]> }[] = [];
  // All of them now: the thread never waits for this one.
  for (let from = 0; from < looks.length; from += looksAtOnce) {
    const group = looks.slice(from, from + looksAtOnce);
    const answer = thread.look(group.map(({ made }) => made));
    // Whoever waits hears of it; once a group has failed nobody waits for the next.
    answer.catch(() => undefined);
    asked.push({ group, answer });
  }
  for (const { group, answer } of asked) yield { group, states: await answer };
}

function stateAt(states: readonly LinkState[], at: number): LinkState {
  const state = states[at];
  if (state === undefined) throw new Error('a link has no state');
  return state;
}

/** What a link to the old place of files is that are at a new one now. */
function stateAfterMove(state: LinkState): LinkState {
  return state === 'whole' || state === 'dangling' ? 'elsewhere' : state;
}

export function standingLinkOf({ link: { record, index, intent }, state }: SeenLink): StandingLink {
  return {
    applyId: record.head.apply_id,
    index,
    modelId: intent.model_id,
    link: intent.link,
    path: intent.path,
    source: intent.source ?? '',
    sizeBytes: intent.size_bytes,
    state,
  };
}

async function configStateOf(
  { path, source }: LedgerLink['intent'],
  configEntries: ReadonlySet<string>,
): Promise<LinkState> {
  const { key, folder } = configEntryOf(path, source ?? '');
  if (!configEntries.has(`${key}\n${folder}`)) return 'gone';
  try {
    await stat(source ?? '');
    return 'whole';
  } catch (error) {
    systemCode(error);
    return 'dangling';
  }
}
