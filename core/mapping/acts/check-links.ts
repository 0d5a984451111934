import type { ModelId } from '../../contract/ids.ts';
import type { MappingFault, MappingLink } from '../../contract/mapping/mapping.ts';
import { ConfigUnusable } from '../config/config-entry.ts';
import { readConfigEntries } from '../config/config-file.ts';
import type { LedgerLink } from '../ledger/ledger.ts';
import type { LinkState } from '../links/entry-identity.ts';
import { lookAtEach } from '../links/standing-link.ts';
import { targetBelow } from '../plan/snapshot.ts';
import type { LinkThread } from '../thread/link-thread.ts';
import { isReachable } from './recover.ts';

type Fault = MappingFault['fault'];

const faultOf: Readonly<Record<Exclude<LinkState, 'whole'>, Fault>> = {
  dangling: 'target_gone',
  elsewhere: 'target_gone',
  gone: 'link_gone',
  replaced: 'link_replaced',
  stale: 'stale_hardlink',
  unreachable: 'unreachable',
};

/** Of a link whose model was taken out of the library. */
const modelGone = 'Its model is not in the library any more. Mending takes the link away.';

const sentences: Readonly<Record<Fault, string>> = {
  target_gone: "The link leads to where the model's files were.",
  link_gone: 'Somebody took the link away. A new preview makes it again.',
  link_replaced: 'Something else is in the place of the link. It is left alone.',
  stale_hardlink: "The library's file is another now; this name may hold the only copy of the older one.",
  unreachable: "The app's folder can't be reached. Check whether its drive is connected.",
};

/** Looks at links of the ledger. `paths` says where the models' files are now. */
export async function lookAtLinks(
  links: readonly LedgerLink[],
  paths: ReadonlyMap<ModelId, string>,
  thread: LinkThread,
): Promise<MappingLink[]> {
  const found: MappingLink[] = [];
  for (const [root, own] of Map.groupBy(links, ({ record }) => record.head.root)) {
    const seen = (await isReachable(root))
      ? await lookAtEach(own, { paths, configEntries: await configEntriesOf(root, own), thread })
      : own.map((link) => ({ link, state: 'unreachable' as const }));
    for (const {
      link: { intent, record },
      state,
    } of seen) {
      const fault = state === 'whole' ? null : faultOf[state];
      found.push({
        apply_id: record.head.apply_id,
        app: record.head.app,
        label: record.head.label,
        root,
        model_id: intent.model_id,
        source: intent.source ?? '',
        target: targetBelow(root, intent.path),
        link: intent.link,
        fault,
        message: sentenceOf(fault, paths.has(intent.model_id)),
        remedy: fault === 'target_gone' ? 'relink' : 'none',
      });
    }
  }
  return found.sort((a, b) => (a.target < b.target ? -1 : 1));
}

function sentenceOf(fault: Fault | null, hasModel: boolean): string {
  if (fault === null) return '';
  return fault === 'target_gone' && !hasModel ? modelGone : sentences[fault];
}

/** Those that don't lead to their models. */
export function faultsOf(links: readonly MappingLink[]): MappingFault[] {
  return links.flatMap(({ fault, ...link }) => (fault === null ? [] : [{ ...link, fault }]));
}

async function configEntriesOf(root: string, links: readonly LedgerLink[]): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const configs = new Set(
    links.flatMap(({ intent: { link, path } }) => (link === 'config' ? [path.slice(0, path.indexOf('#'))] : [])),
  );
  for (const path of configs) {
    try {
      for (const { key, folder } of await readConfigEntries(targetBelow(root, path))) keys.add(`${key}\n${folder}`);
    } catch (error) {
      if (!(error instanceof ConfigUnusable)) throw error;
    }
  }
  return keys;
}
