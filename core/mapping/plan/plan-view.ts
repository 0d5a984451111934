import type {
  LinkKind,
  MappingEntryKind,
  MappingFolder,
  MappingFolderEntry,
  MappingReason,
  MappingSummary,
} from '../../contract/mapping/mapping.ts';
import type { PlannedAction } from './plan-mapping.ts';
import { type FolderState, splitPath, type TargetSnapshot } from './snapshot.ts';

/** Counts, sizes and kinds of a plan's actions. */
export function summaryOf(actions: readonly PlannedAction[]): MappingSummary {
  const counts = { create: 0, keep: 0, conflict: 0, broken: 0, exclude: 0 };
  const links: Partial<Record<LinkKind, number>> = {};
  const reasons: Partial<Record<MappingReason, number>> = {};
  let size_bytes = 0;
  let other_names = 0;
  for (const { action, reason_code, link, size_bytes: size, other_target } of actions) {
    counts[action] += 1;
    reasons[reason_code] = (reasons[reason_code] ?? 0) + 1;
    if (action === 'create') size_bytes += size;
    if (other_target !== null) other_names += 1;
    const isMade = action === 'create' || (action === 'broken' && reason_code === 'source_moved');
    if (isMade && link !== null) links[link] = (links[link] ?? 0) + 1;
  }
  return { ...counts, size_bytes, other_names, links, reasons };
}

/** The folders that a plan concerns, in the order of their names. */
export function foldersOf(actions: readonly PlannedAction[], snapshot: TargetSnapshot): MappingFolder[] {
  const byFolder = actionsByFolder(actions);
  return [...byFolder.keys()].sort().map((path) => {
    const state = snapshot.folders.get(path);
    const own = byFolder.get(path) ?? [];
    const counts = { create: 0, keep: 0, conflict: 0, broken: 0 };
    for (const { action } of own) if (action !== 'exclude') counts[action] += 1;
    const before_count = state?.kind === 'folder' ? state.names.length : 0;
    const goneCount = own.filter(({ reason_code }) => reason_code === 'model_gone').length;
    const after_count = before_count + counts.create - goneCount;
    const is_new = counts.create > 0 && state?.kind !== 'folder';
    return { path, is_new, before_count, after_count, ...counts };
  });
}

/** What a folder holds before and after the plan, name by name; null where the plan does not concern it. */
export function folderEntriesOf(
  path: string,
  actions: readonly PlannedAction[],
  snapshot: TargetSnapshot,
): MappingFolderEntry[] | null {
  const own = actionsByFolder(actions).get(path);
  const state = snapshot.folders.get(path);
  if (own === undefined && state === undefined) return null;
  const entries = new Map<string, MappingFolderEntry>();
  for (const { name, kind } of namesIn(state))
    entries.set(name, { name, before: kind, after: kind, action: null, model_id: null, size_bytes: null });
  for (const link of snapshot.standing) {
    const { folder, name } = splitPath(link.path);
    const entry = entries.get(name);
    if (folder !== path || entry === undefined || link.state === 'replaced' || link.state === 'gone') continue;
    const kind: MappingEntryKind = link.state === 'whole' ? 'vitrine_link' : 'broken_vitrine_link';
    entries.set(name, { ...entry, before: kind, after: kind, model_id: link.modelId, size_bytes: link.sizeBytes });
  }
  for (const { action, reason_code, model_id, size_bytes, path: at } of own ?? []) {
    const { name } = splitPath(at ?? '');
    const before = entries.get(name)?.before ?? null;
    const after = afterOf(action, reason_code, before);
    entries.set(name, { name, before, after, action, model_id, size_bytes });
  }
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function afterOf(
  action: PlannedAction['action'],
  reason: MappingReason,
  before: MappingEntryKind | null,
): MappingEntryKind | null {
  if (action === 'create') return 'vitrine_link';
  if (action === 'broken') return reason === 'model_gone' ? null : 'vitrine_link';
  return before;
}

/** Entries of a config stand in no folder. */
function actionsByFolder(actions: readonly PlannedAction[]): Map<string, PlannedAction[]> {
  const byFolder = new Map<string, PlannedAction[]>();
  for (const action of actions) {
    if (action.path === null || action.link === 'config') continue;
    const { folder } = splitPath(action.path);
    const own = byFolder.get(folder);
    if (own === undefined) byFolder.set(folder, [action]);
    else own.push(action);
  }
  return byFolder;
}

function namesIn(state: FolderState | undefined) {
  return state?.kind === 'folder' ? state.names : [];
}
