import type { ApplyRecord } from '../ledger/apply-record.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { isFolderLeft, type TakeBack, takeBack, takeBackFolders } from './undo.ts';

export interface UndoHands extends Omit<TakeBack, 'writer' | 'ledger'> {
  readonly now: () => Date;
}

/** Takes back applies of one app's folder in the order given, and then what they left of it. Ends early when told to. */
export async function undoApplies(
  ledger: Ledger,
  { root, records }: { readonly root: string; readonly records: readonly ApplyRecord[] },
  { now, ...hands }: UndoHands,
): Promise<void> {
  const { signal } = hands;
  for (const record of records) {
    if (signal.aborted) return;
    await using writer = await ledger.reopen(record);
    writer.add({ line: 'undo', at: now().toISOString() });
    await writer.sync();
    await takeBack({ writer, ledger, ...hands });
    writer.add({ line: 'undo_end' });
    await writer.sync();
  }
  if (!signal.aborted) await takeBackFoldersBelow(root, ledger);
}

/** Folders of applies that were taken back before, while another's links were in them. */
async function takeBackFoldersBelow(root: string, ledger: Ledger): Promise<void> {
  const left = ledger.records.filter(
    ({ head, undo, items }) => head.root === root && undo === 'done' && items.some(isFolderLeft),
  );
  for (const record of left.reverse()) {
    await using writer = await ledger.reopen(record);
    await takeBackFolders(writer);
  }
}
