import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigUnusable } from '../config/config-entry.ts';
import { changeConfig } from '../config/config-file.ts';
import { eachOf } from '../each-of.ts';
import type { FolderItem, LinkItem, OldLink } from '../ledger/journal-line.ts';
import type { RecordWriter } from '../ledger/ledger.ts';
import { identityOf, type MadeLink } from '../links/entry-identity.ts';
import type { LinkSystem } from '../links/link-system.ts';
import { configEntryOf } from '../links/standing-link.ts';
import { splitPath, targetBelow } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import type { LinkThread } from '../thread/link-thread.ts';
import { LinkFailed, makeLink, removeLink, restoreLink } from './link-acts.ts';
import { type FreshLink, type LinkHands, makeInThread } from './make-in-thread.ts';

export interface CarryOut extends LinkHands {
  readonly thread: LinkThread;
}

/** Does what a journal says is meant: folders first, then links, then the entries of configs. Each item fails alone. */
export async function carryOut(hands: CarryOut): Promise<void> {
  const { writer, links, signal, thread, onItem } = hands;
  const { root } = writer.record.head;
  const intents = writer.record.items.map(({ intent }) => intent);
  for (const intent of intents) if (intent.line === 'folder' && !signal.aborted) await makeFolder(writer, intent);
  const meant = intents.filter((intent): intent is LinkItem => intent.line === 'link');
  const unsafe = await unsafeFolders(root, meant);
  const act = async (item: LinkItem) => {
    if (signal.aborted) return;
    const target = targetBelow(root, item.path);
    const blocked = unsafe.get(splitPath(item.path).folder);
    try {
      if (blocked !== undefined) throw new LinkFailed(blocked);
      writer.add({ line: 'done', i: item.i, identity: await carryOutLink(writer, links, item, target) });
      onItem(target, 'done');
    } catch (error) {
      if (!(error instanceof LinkFailed)) throw error;
      const { message: reason, restored } = error;
      writer.add({ line: 'failed', i: item.i, reason, ...(restored !== undefined && { restored }) });
      onItem(target, 'failed');
    }
  };
  const inFolders = meant.filter(({ link }) => link !== 'config');
  const fresh = inFolders.filter((item) => !unsafe.has(splitPath(item.path).folder)).filter(isFresh);
  const isMany = thread.isWorth(fresh.length);
  if (isMany) await makeInThread(hands, fresh, thread);
  const apart: ReadonlySet<LinkItem> = new Set(isMany ? fresh : []);
  await eachOf(
    inFolders.filter((item) => !apart.has(item)),
    act,
  );
  const inConfigs = meant.filter(({ link }) => link === 'config');
  if (inConfigs.length > 0 && !signal.aborted) await carryOutConfig(writer, inConfigs, onItem);
}

/** Whether nothing of ours has to go first. */
function isFresh(item: LinkItem): item is FreshLink {
  const { old, source } = item;
  return source !== null && (old === null || oldLinkOf(old, '') === null);
}

async function makeFolder(writer: RecordWriter, { i, path }: FolderItem): Promise<void> {
  const target = targetBelow(writer.record.head.root, path);
  try {
    await mkdir(target);
    writer.add({ line: 'done', i, identity: identityOf(await lstat(target, { bigint: true })) });
  } catch (error) {
    writer.add({ line: 'failed', i, reason: `The folder could not be made (${systemCode(error)}).` });
  }
}

/** Folders of links that are not where they seem to be: one on the way is a link, or gone. By their path below the root, with a sentence. */
async function unsafeFolders(root: string, items: readonly LinkItem[]): Promise<ReadonlyMap<string, string>> {
  const unsafe = new Map<string, string>();
  const folders = new Set(items.filter(({ link }) => link !== 'config').map(({ path }) => splitPath(path).folder));
  for (const folder of folders) {
    const path = targetBelow(root, folder);
    try {
      if ((await realpath(path)) !== path)
        unsafe.set(folder, `${path} is a link now. Nothing is written through a link.`);
    } catch (error) {
      unsafe.set(folder, `${path} can't be reached (${systemCode(error)}).`);
    }
  }
  return unsafe;
}

/** Makes one link, in place of an older one of ours or not, or takes one away; gives its identity. Throws `LinkFailed`. */
async function carryOutLink(
  writer: RecordWriter,
  links: LinkSystem,
  item: LinkItem,
  target: string,
): Promise<string | null> {
  const { root } = writer.record.head;
  const { source, link, old, i } = item;
  const made = old === null ? null : oldLinkOf(old, target);
  if (made !== null) {
    writer.add({ line: 'doing', i });
    await writer.flush();
    const removal = await removeLink(made);
    if (removal.is === 'left') throw new LinkFailed(removal.reason);
  }
  if (source === null || link === 'config') return null;
  try {
    return await makeLink(links, { kind: link, source, target, root });
  } catch (error) {
    if (made !== null && error instanceof LinkFailed) error.restored = await restoreLink(links, made);
    throw error;
  }
}

/** The older link that one takes the place of; null where that was one of a config, or was not there any more. */
export function oldLinkOf({ link, source, identity, is_there }: OldLink, target: string): MadeLink | null {
  return link === 'config' || !is_there ? null : { link, source, target, identity: identity ?? '' };
}

async function carryOutConfig(
  writer: RecordWriter,
  items: readonly LinkItem[],
  onItem: CarryOut['onItem'],
): Promise<void> {
  const { root } = writer.record.head;
  for (const [configPath, own] of Map.groupBy(items, ({ path }) => path.slice(0, path.indexOf('#')))) {
    const path = targetBelow(root, configPath);
    try {
      if ((await realpath(dirname(path))) !== dirname(path)) throw new ConfigUnusable('its folder is a link now.');
      await changeConfig(path, (entries) => {
        const removed = new Set(
          own.flatMap(({ path: entry, old }) => (old === null ? [] : [keyOf(entry, old.source)])),
        );
        const added = own.flatMap(({ path: entry, source }) => (source === null ? [] : [configEntryOf(entry, source)]));
        const kept = entries.filter(({ key, folder }) => !removed.has(`${key}\n${folder}`));
        return [...kept, ...added.filter((one) => !kept.some((other) => isSame(one, other)))];
      });
      for (const { i } of own) writer.add({ line: 'done', i, identity: null });
      for (const item of own) onItem(targetBelow(root, item.path), 'done');
    } catch (error) {
      const reason = `${path} was not changed: ${error instanceof ConfigUnusable ? error.message : `the system answered ${systemCode(error)}.`}`;
      for (const { i } of own) writer.add({ line: 'failed', i, reason });
      for (const item of own) onItem(targetBelow(root, item.path), 'failed');
    }
  }
}

function keyOf(entry: string, source: string): string {
  const { key, folder } = configEntryOf(entry, source);
  return `${key}\n${folder}`;
}

function isSame(
  a: { readonly key: string; readonly folder: string },
  b: { readonly key: string; readonly folder: string },
): boolean {
  return a.key === b.key && a.folder === b.folder;
}
