import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LedgerLink } from '../ledger/ledger.ts';
import type { StandingLink } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import { type LinkState, linkStateOf, type MadeLink } from './entry-identity.ts';

/** The link of the ledger as an entry of a folder; null for one of a config. */
export function madeLinkOf({ record, intent, item }: Pick<LedgerLink, 'record' | 'intent' | 'item'>): MadeLink | null {
  if (intent.link === 'config' || intent.source === null) return null;
  const target = join(record.head.root, ...intent.path.split('/'));
  return { link: intent.link, target, source: intent.source, identity: item.identity ?? '' };
}

/** What is named in a config: the app's word for the folder, and the folder. */
export function configEntryOf(path: string, source: string): { readonly key: string; readonly folder: string } {
  const key = path.slice(path.indexOf('#') + 1).split('/')[0] ?? '';
  return { key, folder: dirname(source) };
}

/** A link of the ledger and what it is now; `wanted` is where its model's files are, where that is known. `configEntries` are `<key>\n<folder>`. */
export async function standingLinkOf(
  ledgerLink: LedgerLink,
  wanted: string | undefined,
  configEntries: ReadonlySet<string>,
): Promise<StandingLink> {
  const { record, index, intent } = ledgerLink;
  const source = intent.source ?? '';
  const made = madeLinkOf(ledgerLink);
  const state =
    made === null
      ? await configStateOf(intent.path, source, wanted ?? source, configEntries)
      : await linkStateOf(made, wanted);
  return {
    applyId: record.head.apply_id,
    index,
    modelId: intent.model_id,
    link: intent.link,
    path: intent.path,
    source,
    sizeBytes: intent.size_bytes,
    state,
  };
}

async function configStateOf(
  path: string,
  source: string,
  wanted: string,
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
