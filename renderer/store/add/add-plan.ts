import type { ImportItem, ImportResult, Task } from '../../../core/contract/library/task.ts';
import type { AddItem, AddSheet, Candidate } from './add-part.ts';

/** What one import may hold: more than this goes in several, one after the other. */
export const itemsPerImport = 10_000;

/** What of an item would come into the library. */
export function newCandidates(item: AddItem): readonly Candidate[] {
  if (item.phase === 'refused') return [];
  return (item.classification?.candidates ?? []).filter(
    ({ validation_state, already_registered_as }) => validation_state !== 'invalid' && already_registered_as === null,
  );
}

export function countToAdd(sheet: AddSheet): number {
  return sheet.items.reduce((sum, item) => sum + newCandidates(item).length, 0);
}

export function bytesToAdd(item: AddItem): number {
  return newCandidates(item).reduce((sum, { size_bytes }) => sum + size_bytes, 0);
}

/** The cache of another program holds links: a move would tear them off, so it is not offered. */
export function canMove(item: AddItem): boolean {
  return item.classification?.kind !== 'huggingface_cache';
}

/** How many models stay, are copied and are moved, and whether the copies fit. A move on one drive takes no room, so it is not counted. */
export interface AddPlan {
  readonly reference: number;
  readonly copy: number;
  readonly move: number;
  readonly copiedBytes: number;
  readonly freeBytes: number | null;
  readonly fits: boolean;
}

export function planOf(sheet: AddSheet): AddPlan {
  const plan = { reference: 0, copy: 0, move: 0 };
  let copiedBytes = 0;
  let freeBytes: number | null = null;
  for (const item of sheet.items) {
    plan[item.mode] += newCandidates(item).length;
    if (item.mode === 'copy') copiedBytes += bytesToAdd(item);
    freeBytes = item.classification?.free_bytes ?? freeBytes;
  }
  return { ...plan, copiedBytes, freeBytes, fits: freeBytes === null || copiedBytes <= freeBytes };
}

/** What is asked of the core, in the order of the sheet: results come back in the same. */
export function importItemsOf(sheet: AddSheet): readonly ImportItem[] {
  return sheet.items.flatMap((item) => newCandidates(item).map(({ path }) => ({ path, mode: item.mode })));
}

export function resultsOf(sheet: AddSheet, tasks: Readonly<Record<string, Task>>): readonly ImportResult[] {
  return sheet.taskIds.flatMap((id) => tasks[id]?.results ?? []);
}

/** How far one item of the sheet is. */
export interface ItemProgress {
  readonly total: number;
  readonly results: readonly ImportResult[];
  readonly phase: 'waiting' | 'running' | 'ended';
}

/** Each item's share of the results, in the order of the sheet. */
export function progressOf(sheet: AddSheet, results: readonly ImportResult[]): readonly ItemProgress[] {
  let from = 0;
  return sheet.items.map((item) => {
    const total = newCandidates(item).length;
    const own = results.slice(from, from + total);
    const isNext = total > 0 && results.length >= from;
    from += total;
    const hasEnded = sheet.phase === 'done' || own.length === total;
    return { total, results: own, phase: hasEnded ? 'ended' : isNext ? 'running' : 'waiting' };
  });
}

/** 0 to 1: by bytes where files are copied, by models where they only are noted. */
export function fractionOf(task: Task): number {
  const fraction = task.total_bytes > 0 ? task.done_bytes / task.total_bytes : task.results.length / task.item_count;
  return Number.isFinite(fraction) ? Math.min(1, fraction) : 0;
}

/** An answer that an event has overtaken does not take a task back. */
export function newerTask(known: Task | undefined, next: Task): Task {
  if (!known || known.task_id !== next.task_id) return next;
  if (known.state !== 'running') return known;
  if (next.state !== 'running') return next;
  const isBehind =
    next.results.length < known.results.length ||
    (next.results.length === known.results.length && next.done_bytes < known.done_bytes);
  return isBehind ? known : next;
}
