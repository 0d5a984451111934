import { readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigUnusable } from '../config/config-entry.ts';
import { changeConfig } from '../config/config-file.ts';
import { eachOf } from '../each-of.ts';
import type { RecordItem } from '../ledger/apply-record.ts';
import type { LinkItem } from '../ledger/journal-line.ts';
import type { Ledger, RecordWriter } from '../ledger/ledger.ts';
import { type EntryIdentity, entryAt, identityOf, isOurs, isSameText, type MadeLink } from '../links/entry-identity.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { configEntryOf } from '../links/standing-link.ts';
import { targetBelow } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import { oldLinkOf } from './carry-out.ts';
import { removeFolder, removeLink, restoreLink } from './link-acts.ts';
import type { LinkHands } from './make-in-thread.ts';

export interface TakeBack extends Omit<LinkHands, 'onItem'> {
  readonly ledger: Ledger;
  readonly onItem: (path: string, outcome: 'done' | 'left') => void;
}

/**
 * Takes back what an apply did and still stands: links whose identity holds, entries of configs, folders that are empty again. What was changed
 * since is left, with the reason. Ends early when told to; what is not taken back then stands.
 */
export async function takeBack({ writer, ledger, links, signal, onItem }: TakeBack): Promise<void> {
  const { record } = writer;
  const { root } = record.head;
  const open = record.items.map((item, i) => ({ item, i })).filter(({ item }) => isOpen(item));
  const inFolders = open.filter(({ item: { intent } }) => intent.line === 'link' && intent.link !== 'config');
  await eachOf(inFolders.reverse(), async ({ item, i }) => {
    if (signal.aborted) return;
    const outcome = await takeBackLink({ writer, ledger, links }, item, i);
    onItem(targetBelow(root, item.intent.path), outcome);
  });
  const inConfigs = open.filter(({ item: { intent } }) => intent.line === 'link' && intent.link === 'config');
  if (inConfigs.length > 0 && !signal.aborted) await takeBackConfig({ writer, ledger }, inConfigs, onItem);
  if (!signal.aborted) await takeBackFolders(writer);
}

/** Takes away folders of applies that were taken back whole and were not empty then: another apply's links were in them. */
export async function takeBackFolders(writer: RecordWriter): Promise<void> {
  const { record } = writer;
  const folders = record.items.map((item, i) => ({ item, i })).filter(({ item }) => isFolderLeft(item));
  for (const { item, i } of folders.reverse()) {
    const removal = await removeFolder(targetBelow(record.head.root, item.intent.path), item.identity);
    if (removal.is !== 'left') writer.add({ line: 'undone', i, restored: null });
  }
}

export function isToTakeBack(item: RecordItem): boolean {
  return item.intent.line === 'link' && isOpen(item);
}

export function isFolderLeft({ intent, state }: RecordItem): boolean {
  return intent.line === 'folder' && state === 'done';
}

function isOpen({ state }: RecordItem): boolean {
  return state === 'done' || state === 'replaced' || state === 'left';
}

interface Hands {
  readonly writer: RecordWriter;
  readonly ledger: Ledger;
  readonly links: LinkSystem;
}

async function takeBackLink({ writer, ledger, links }: Hands, item: RecordItem, i: number): Promise<'done' | 'left'> {
  const intent = item.intent as LinkItem;
  // What a later apply took the place of is that one's to take back.
  if (item.state === 'replaced') {
    writer.add({ line: 'undone', i, restored: null });
    return 'done';
  }
  const target = targetBelow(writer.record.head.root, intent.path);
  const old = isRestored(ledger, intent) && intent.old !== null ? oldLinkOf(intent.old, target) : null;
  const { isHalf: wasHalf } = item;
  if (old !== null && !wasHalf) {
    writer.add({ line: 'undoing', i });
    await writer.flush();
  }
  const made = intent.source === null ? null : madeOf(intent, item, target);
  const half = wasHalf && old !== null ? await halfTakenBack(made, old) : null;
  if (half?.restored !== undefined) {
    writer.add({ line: 'undone', i, restored: half.restored });
    return 'done';
  }
  const removal = made === null ? ({ is: 'removed' } as const) : await removeLink(made);
  if (removal.is === 'left') {
    writer.add({ line: 'left', i, reason: removal.reason, stands: removal.stands });
    return 'left';
  }
  const mayRestore = old !== null && (removal.is === 'removed' || half !== null);
  writer.add({ line: 'undone', i, restored: mayRestore ? await restoreLink(links, old) : null });
  return 'done';
}

/** Whether the older link stands as replaced: else it was taken back itself, and is not made again. */
function isRestored(ledger: Ledger, { old }: LinkItem): boolean {
  return old !== null && ledger.find(old.apply_id)?.items[old.index]?.state === 'replaced';
}

/**
 * Where a process ended between taking a link away and making the older one again: an identity when that was made, else nothing is there. Null
 * when the link is there still, or another is.
 */
async function halfTakenBack(
  made: MadeLink | null,
  old: MadeLink,
): Promise<{ readonly restored?: EntryIdentity } | null> {
  try {
    const entry = await entryAt(old.target);
    if (entry === null) return {};
    if (made !== null && (await isOurs(made, entry))) return null;
    const isOld = entry.isSymbolicLink() && isSameText(await readlink(old.target), old.source);
    return isOld ? { restored: identityOf(entry) } : null;
  } catch (error) {
    systemCode(error);
    return null;
  }
}

function madeOf(intent: LinkItem, item: RecordItem, target: string): MadeLink | null {
  if (intent.link === 'config' || intent.source === null) return null;
  return { link: intent.link, source: intent.source, target, identity: item.identity ?? '' };
}

async function takeBackConfig(
  { writer, ledger }: Pick<Hands, 'writer' | 'ledger'>,
  items: readonly { readonly item: RecordItem; readonly i: number }[],
  onItem: TakeBack['onItem'],
): Promise<void> {
  const { root } = writer.record.head;
  const links = items.map(({ item, i }) => ({ item, i, intent: item.intent as LinkItem }));
  for (const [configPath, own] of Map.groupBy(links, ({ intent }) => intent.path.slice(0, intent.path.indexOf('#')))) {
    const path = targetBelow(root, configPath);
    const standing = own.filter(({ item }) => item.state !== 'replaced');
    const removed = new Set(
      standing.flatMap(({ intent: { path: at, source } }) => (source === null ? [] : [lineOf(at, source)])),
    );
    const restored = standing.flatMap(({ intent }) =>
      isRestored(ledger, intent) && intent.old?.is_there === true
        ? [configEntryOf(intent.path, intent.old.source)]
        : [],
    );
    let failure: string | null = null;
    try {
      await changeConfig(path, (entries) => [
        ...entries.filter(({ key, folder }) => !removed.has(`${key}\n${folder}`)),
        ...restored,
      ]);
    } catch (error) {
      failure =
        error instanceof ConfigUnusable
          ? `${path}: ${error.message}`
          : `${path} in ${dirname(path)} could not be changed (${systemCode(error)}).`;
    }
    for (const { i, intent } of own) {
      if (failure === null) writer.add({ line: 'undone', i, restored: null });
      else writer.add({ line: 'left', i, reason: failure, stands: true });
      onItem(targetBelow(root, intent.path), failure === null ? 'done' : 'left');
    }
  }
}

function lineOf(path: string, source: string): string {
  const { key, folder } = configEntryOf(path, source);
  return `${key}\n${folder}`;
}
