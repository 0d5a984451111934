import type { JournalItem, OldLink } from '../ledger/journal-line.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PlannedAction } from '../plan/plan-mapping.ts';
import { type StandingLink, splitPath, type TargetSnapshot } from '../plan/snapshot.ts';

/** What a plan means to do, item by item: the folders that are not there yet, the outer ones first, then the links. */
export function intentsOf(actions: readonly PlannedAction[], snapshot: TargetSnapshot, ledger: Ledger): JournalItem[] {
  const acts = actions.filter(({ action }) => action === 'create' || action === 'broken');
  const folders = [...newFolders(acts, snapshot)].map((path, i) => ({ line: 'folder' as const, i, path }));
  const links = acts.flatMap((action, at): JournalItem[] => {
    const { path, link, model_id, size_bytes, replaces } = action;
    if (path === null || link === null) return [];
    const source = action.reason_code === 'model_gone' ? null : action.source;
    const old = replaces === null ? null : oldOf(replaces, ledger);
    return [{ line: 'link', i: folders.length + at, path, link, source, model_id, size_bytes, old }];
  });
  return [...folders, ...links];
}

function oldOf({ applyId, index, link, source, state }: StandingLink, ledger: Ledger): OldLink {
  const identity = ledger.find(applyId)?.items[index]?.identity ?? null;
  return { apply_id: applyId, index, link, source, identity, is_there: state !== 'gone' };
}

function newFolders(acts: readonly PlannedAction[], { folders }: TargetSnapshot): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const { path, link } of acts) {
    if (path === null || link === 'config') continue;
    const { folder } = splitPath(path);
    const state = folders.get(folder);
    if (state?.kind === 'absent') for (const missing of state.missing) wanted.add(missing);
  }
  return wanted;
}
