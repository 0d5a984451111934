import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import { eachOf } from '../each-of.ts';
import type { LedgerLink } from '../ledger/ledger.ts';
import { type StandingLink, targetBelow } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import { inGroups } from '../thread/in-groups.ts';
import { LinkThread, type ThreadUse } from '../thread/link-thread.ts';
import { type LinkState, linkStateOf, type MadeLink } from './entry-identity.ts';

/** Links that a thread looks at between two messages. */
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

export interface LookAround {
  /** Where the models' files are, where that is known. */
  readonly paths: { readonly get: (id: ModelId) => string | undefined };
  /** `<key>\n<folder>` of each entry of ours. */
  readonly configEntries: ReadonlySet<string>;
  readonly thread: ThreadUse;
}

export interface SeenLink {
  readonly link: LedgerLink;
  readonly state: LinkState;
}

/** What each link of the ledger is now, in no order. */
export async function lookAtEach(
  links: readonly LedgerLink[],
  { paths, configEntries, thread: { entryPath, fromCount } }: LookAround,
): Promise<SeenLink[]> {
  const seen: SeenLink[] = [];
  const looks: Look[] = [];
  await eachOf(links, async (link) => {
    const { intent } = link;
    const source = intent.source ?? '';
    const wanted = paths.get(intent.model_id) ?? source;
    const made = madeLinkOf(link);
    if (made !== null) looks.push({ link, made, wanted });
    else seen.push({ link, state: await configStateOf(intent.path, { source, wanted }, configEntries) });
  });
  if (looks.length < fromCount) {
    await eachOf(looks, async ({ link, made, wanted }) => {
      seen.push({ link, state: await linkStateOf(made, wanted) });
    });
    return seen;
  }
  await using thread = new LinkThread(entryPath);
  await inGroups(looks, looksAtOnce, {
    ask: (group) => thread.look(group.map(({ made, wanted }) => ({ made, wanted }))),
    onAnswer: ({ link }, state) => void seen.push({ link, state }),
  });
  return seen;
}

interface Look {
  readonly link: LedgerLink;
  readonly made: MadeLink;
  readonly wanted: string;
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
  path: string,
  { source, wanted }: { readonly source: string; readonly wanted: string },
  configEntries: ReadonlySet<string>,
): Promise<LinkState> {
  const { key, folder } = configEntryOf(path, source);
  if (!configEntries.has(`${key}\n${folder}`)) return 'gone';
  if (source !== wanted) return 'elsewhere';
  try {
    await stat(source);
    return 'whole';
  } catch (error) {
    systemCode(error);
    return 'dangling';
  }
}
