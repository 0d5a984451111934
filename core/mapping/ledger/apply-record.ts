import type { MappingApply, MappingEntry } from '../../contract/mapping/mapping.ts';
import type { JournalHead, JournalItem, JournalLine } from './journal-line.ts';

/**
 * `done`: what was meant stands. `replaced`: a later apply took its place. `left`: an undo found it changed and did not touch it.
 */
export type ItemState = 'planned' | 'done' | 'failed' | 'skipped' | 'undone' | 'left' | 'replaced';

export interface RecordItem {
  readonly intent: JournalItem;
  state: ItemState;
  /** Of the entry that was made; null for one of a config. */
  identity: string | null;
  /** An act of two steps was begun. */
  isHalf: boolean;
  reason: string;
  /** Of the older link that taking this one back made again, null where none was; undefined before. */
  restored?: string | null;
}

/** One apply as its journal tells it. */
export interface ApplyRecord {
  readonly head: JournalHead;
  readonly items: RecordItem[];
  state: 'planned' | 'running' | 'done' | 'canceled' | 'interrupted';
  undo: 'none' | 'running' | 'done';
}

/** What the lines of a journal come to; null when they don't begin as one. Pure. */
export function replay(lines: readonly JournalLine[]): ApplyRecord | null {
  const [head, ...rest] = lines;
  if (head?.line !== 'apply') return null;
  const record: ApplyRecord = { head, items: [], state: 'planned', undo: 'none' };
  for (const line of rest) advance(record, line);
  return record;
}

/** Takes one more line into a record. */
export function advance(record: ApplyRecord, line: JournalLine): void {
  switch (line.line) {
    case 'link':
    case 'folder':
      record.items[line.i] = { intent: line, state: 'planned', identity: null, isHalf: false, reason: '' };
      break;
    case 'begin':
      record.state = 'running';
      break;
    case 'doing':
    case 'undoing':
      change(record, line.i, { isHalf: true });
      break;
    case 'done':
      change(record, line.i, { state: 'done', identity: line.identity, isHalf: false });
      break;
    case 'failed':
      change(record, line.i, {
        state: 'failed',
        reason: line.reason,
        isHalf: false,
        ...(line.restored !== undefined && { restored: line.restored }),
      });
      break;
    case 'end':
      record.state = line.state;
      for (const item of record.items) if (item.state === 'planned') item.state = 'skipped';
      break;
    case 'undo':
      record.undo = 'running';
      break;
    case 'undone':
      change(record, line.i, { state: 'undone', restored: line.restored, isHalf: false });
      break;
    case 'left':
      change(record, line.i, { state: line.stands ? 'done' : 'left', reason: line.reason, isHalf: false });
      break;
    case 'undo_end':
      record.undo = 'done';
      break;
    case 'apply':
      break;
  }
}

function change(record: ApplyRecord, i: number, changes: Partial<RecordItem>): void {
  const item = record.items[i];
  if (item !== undefined) Object.assign(item, changes);
}

/** An apply as a caller sees it. */
export function mappingApplyOf({ head, items, state, undo }: ApplyRecord): MappingApply {
  let made = 0;
  let failed = 0;
  let standing = 0;
  let size_bytes = 0;
  for (const { intent, state: itemState } of items) {
    if (itemState === 'failed') failed += 1;
    if (intent.line !== 'link' || intent.source === null) continue;
    if (itemState !== 'planned' && itemState !== 'failed' && itemState !== 'skipped') made += 1;
    if (itemState !== 'done') continue;
    standing += 1;
    size_bytes += intent.size_bytes;
  }
  const shown = undo === 'done' && standing === 0 ? 'undone' : state === 'planned' ? 'running' : state;
  const { apply_id, app, label, root, at } = head;
  return { apply_id, app, label, root, applied_at: at, state: shown, made, failed, standing, size_bytes };
}

/** A link of an apply as a caller sees it; null for what is no link. */
export function mappingEntryOf({ head }: ApplyRecord, item: RecordItem, target: string): MappingEntry | null {
  const { intent, state, reason } = item;
  if (intent.line !== 'link') return null;
  return {
    apply_id: head.apply_id,
    action: intent.old === null ? 'create' : 'broken',
    model_id: intent.model_id,
    source: intent.source ?? intent.old?.source ?? '',
    target,
    link: intent.link,
    size_bytes: intent.size_bytes,
    state: state === 'done' ? 'standing' : state === 'replaced' ? 'undone' : state,
    reason: state === 'replaced' ? 'A later apply made it anew.' : reason,
  };
}
