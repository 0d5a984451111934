import { lstat, readlink, stat } from 'node:fs/promises';
import { ConfigUnusable } from '../config/config-entry.ts';
import { readConfigEntries } from '../config/config-file.ts';
import { eachOf } from '../each-of.ts';
import type { ApplyRecord, RecordItem } from '../ledger/apply-record.ts';
import type { LinkItem } from '../ledger/journal-line.ts';
import type { Ledger, RecordWriter } from '../ledger/ledger.ts';
import { entryAt, identityOf, isOurs, isSameFile, isSameText } from '../links/entry-identity.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { configEntryOf } from '../links/standing-link.ts';
import { targetBelow } from '../plan/snapshot.ts';
import { codeOf, systemCode } from '../system-error.ts';
import { oldLinkOf } from './carry-out.ts';
import { LinkFailed, makeLink, restoreLink } from './link-acts.ts';
import { takeBack } from './undo.ts';

/** The clock of a file system ticks more coarsely than the system's. */
const clockSlackMs = 50;

/** Whether an earlier process ended in the middle of this apply, or of its undo. */
export function isUnfinished({ state, undo }: ApplyRecord): boolean {
  return state === 'running' || state === 'planned' || undo === 'running';
}

/**
 * Brings the ledger and the disk together where a process ended in the middle: of an apply, what was made is found and known, and the one link
 * that was half made anew is finished; an undo is carried on to its end. Does nothing, and says so, where the app's folder can't be reached.
 */
export async function recover(ledger: Ledger, record: ApplyRecord, links: LinkSystem): Promise<boolean> {
  if (!(await isReachable(record.head.root))) return false;
  await using writer = await ledger.reopen(record);
  if (record.state === 'running' || record.state === 'planned') {
    await eachOf(record.items.entries(), ([i, item]) => recoverItem(writer, links, item, i));
    writer.add({ line: 'end', state: 'interrupted' });
    await writer.sync();
  }
  if (record.undo === 'running') {
    await takeBack({ writer, ledger, links, signal: new AbortController().signal, onItem: () => {} });
    writer.add({ line: 'undo_end' });
    await writer.sync();
  }
  return true;
}

async function recoverItem(writer: RecordWriter, links: LinkSystem, item: RecordItem, i: number): Promise<void> {
  if (item.state !== 'planned') return;
  const { intent } = item;
  const target = targetBelow(writer.record.head.root, intent.path);
  const identity =
    intent.line === 'folder'
      ? await madeFolder(target, writer.record.head.at)
      : intent.link === 'config'
        ? await madeConfigEntry(intent, writer.record.head.root)
        : await madeLink(writer, links, { intent, isHalf: item.isHalf, target });
  if (identity !== null) writer.add({ line: 'done', i, ...identity });
}

/** What was found to be done, with its identity. */
type Found = { readonly identity: string | null } | null;

/** A folder that was born since is ours: before, there was nothing. */
async function madeFolder(target: string, at: string): Promise<Found> {
  const entry = await presentEntry(target);
  const isBornSince = entry?.isDirectory() === true && entry.birthtimeMs >= BigInt(Date.parse(at) - clockSlackMs);
  return isBornSince ? { identity: identityOf(entry) } : null;
}

async function madeConfigEntry({ path, source, old }: LinkItem, root: string): Promise<Found> {
  try {
    const entries = await readConfigEntries(targetBelow(root, path.slice(0, path.indexOf('#'))));
    const has = (wanted: string) => {
      const { key, folder } = configEntryOf(path, wanted);
      return entries.some((entry) => entry.key === key && entry.folder === folder);
    };
    const isDone = source === null ? !has(old?.source ?? '') : has(source);
    return isDone ? { identity: null } : null;
  } catch (error) {
    if (error instanceof ConfigUnusable) return null;
    throw error;
  }
}

interface HalfLink {
  readonly intent: LinkItem;
  readonly isHalf: boolean;
  readonly target: string;
}

async function madeLink(writer: RecordWriter, links: LinkSystem, { intent, isHalf, target }: HalfLink): Promise<Found> {
  const { source, link, old } = intent;
  const before = old === null ? null : oldLinkOf(old, target);
  if (link === 'config' || (before !== null && !isHalf)) return null;
  const entry = await presentEntry(target);
  if (entry === null) {
    if (before === null) return null;
    return source === null ? { identity: null } : finishLink(writer, links, intent, target);
  }
  if (before !== null && (await isOurs(before, entry))) return null;
  if (source === null) return null;
  return (await leadsTo(target, source, link === 'hardlink')) ? { identity: identityOf(entry) } : null;
}

/** The older link was taken away and the new one not made yet. */
async function finishLink(writer: RecordWriter, links: LinkSystem, intent: LinkItem, target: string): Promise<Found> {
  const { source, link, old } = intent;
  if (source === null || link === 'config') return null;
  try {
    return { identity: await makeLink(links, { kind: link, source, target, root: writer.record.head.root }) };
  } catch (error) {
    if (!(error instanceof LinkFailed)) throw error;
    const before = old === null ? null : oldLinkOf(old, target);
    const restored = before === null ? null : await restoreLink(links, before);
    writer.add({ line: 'failed', i: intent.i, reason: error.message, restored });
    return null;
  }
}

async function leadsTo(target: string, source: string, isHardlink: boolean): Promise<boolean> {
  try {
    if (!isHardlink) return isSameText(await readlink(target), source);
    return isSameFile(await lstat(target, { bigint: true }), await stat(source, { bigint: true }));
  } catch (error) {
    systemCode(error);
    return false;
  }
}

async function presentEntry(target: string) {
  try {
    return await entryAt(target);
  } catch (error) {
    systemCode(error);
    return null;
  }
}

export async function isReachable(root: string): Promise<boolean> {
  try {
    return (await stat(root)).isDirectory();
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return false;
  }
}
