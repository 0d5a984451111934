import type {
  MappingAction,
  MappingActionKind,
  MappingFolder,
  MappingFolderEntry,
} from '../../../core/contract/mapping/mapping.ts';
import type { PlanView } from './mappings-part.ts';

/** The order in which a plan reads: what is done, what is in the way, what stays. */
export const groupOrder: readonly MappingActionKind[] = ['create', 'broken', 'conflict', 'keep', 'exclude'];

/** How many lines of a group show before it is opened. */
const shownAtFirst: Readonly<Record<MappingActionKind, number>> = {
  create: 6,
  broken: 6,
  conflict: 6,
  keep: 0,
  exclude: 4,
};

export type PlanRow =
  | { readonly kind: 'group'; readonly group: MappingActionKind; readonly total: number; readonly isOpen: boolean }
  | {
      readonly kind: 'action';
      readonly group: MappingActionKind;
      readonly action: MappingAction | null;
      readonly index: number;
    }
  | { readonly kind: 'more'; readonly group: MappingActionKind; readonly count: number };

export interface PlanRows {
  readonly count: number;
  readonly at: (index: number) => PlanRow | null;
  readonly indexOf: (modelId: string) => number;
  /** The row of the nearest line from `index` on, in that direction. */
  readonly actionFrom: (
    index: number,
    direction: 1 | -1,
  ) => { readonly index: number; readonly action: MappingAction } | null;
}

/** The lines of a plan by group. A line that was not read yet has no action. */
export function planRows({ actions, openGroups }: Pick<PlanView, 'actions' | 'openGroups'>): PlanRows {
  const groups = groupOrder
    .map((group) => {
      const { rows, total } = actions[group];
      const isOpen = openGroups.includes(group);
      const shown = isOpen ? total : Math.min(total, shownAtFirst[group]);
      return { group, rows, total, isOpen, shown, length: 1 + shown + (shown < total ? 1 : 0) };
    })
    .filter(({ total }) => total > 0);
  const count = groups.reduce((sum, { length }) => sum + length, 0);
  const at = (index: number): PlanRow | null => {
    let start = 0;
    for (const { group, rows, total, isOpen, shown, length } of groups) {
      if (index < start + length) {
        const place = index - start - 1;
        if (place < 0) return { kind: 'group', group, total, isOpen };
        if (place < shown) return { kind: 'action', group, action: rows[place] ?? null, index: place };
        return { kind: 'more', group, count: total - shown };
      }
      start += length;
    }
    return null;
  };
  return {
    count,
    at,
    indexOf: (modelId) => {
      let start = 0;
      for (const { rows, shown, length } of groups) {
        const place = rows.findIndex(({ model_id }) => model_id === modelId);
        if (place >= 0 && place < shown) return start + 1 + place;
        start += length;
      }
      return -1;
    },
    actionFrom: (from, direction) => {
      for (let index = from; index >= 0 && index < count; index += direction) {
        const row = at(index);
        if (row?.kind === 'action' && row.action !== null) return { index, action: row.action };
      }
      return null;
    },
  };
}

const shownEntries = 6;

export type TreeRow =
  | { readonly kind: 'folder'; readonly folder: MappingFolder; readonly isOpen: boolean }
  | { readonly kind: 'entry'; readonly path: string; readonly entry: MappingFolderEntry }
  | { readonly kind: 'more'; readonly path: string; readonly count: number };

/** What the app's folders hold, before and after in one row: what is added reads as a gap that is filled. */
export function treeRows({
  plan,
  folders,
  openFolders,
}: Pick<PlanView, 'plan' | 'folders' | 'openFolders'>): readonly TreeRow[] {
  return plan.folders.flatMap((folder): TreeRow[] => {
    const { path } = folder;
    const read = folders[path];
    const isOpen = openFolders.includes(path);
    const shown = (read?.rows ?? []).slice(0, isOpen ? undefined : shownEntries);
    const hidden = (read?.total ?? 0) - shown.length;
    return [
      { kind: 'folder', folder, isOpen },
      ...shown.map((entry): TreeRow => ({ kind: 'entry', path, entry })),
      ...(hidden > 0 ? [{ kind: 'more', path, count: hidden } as const] : []),
    ];
  });
}

/** Where an action stands in its folder: what the plan calls the folder, and the name in it. */
export function placeOf(root: string, target: string | null): { readonly path: string; readonly name: string } | null {
  if (target === null || !target.startsWith(root)) return null;
  const below = target
    .slice(root.length)
    .replace(/^[\\/]+/, '')
    .replaceAll('\\', '/');
  const cut = below.lastIndexOf('/');
  return { path: cut < 0 ? '' : below.slice(0, cut), name: below.slice(cut + 1) };
}
