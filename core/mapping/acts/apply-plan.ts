import { randomBytes } from 'node:crypto';
import type { JournalHead, JournalItem } from '../ledger/journal-line.ts';
import { journalSchemaVersion } from '../ledger/journal-line.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { KeptPlan } from '../plan/kept-plans.ts';
import { type CarryOut, carryOut } from './carry-out.ts';

/** The first line of the journal of a plan's apply, which has an id of its own. */
export function headOf(
  { id, rules, root }: Pick<KeptPlan, 'id' | 'rules' | 'root'>,
  { library, at }: { readonly library: string; readonly at: string },
): JournalHead {
  return {
    line: 'apply',
    schema_version: journalSchemaVersion,
    apply_id: `${at.replaceAll(/[:.-]/g, '')}-${randomBytes(4).toString('hex')}`,
    plan_id: id,
    app: rules.app,
    label: rules.label,
    root,
    library,
    at,
  };
}

/** Writes down what is meant, does it, and writes down what became of it. Ends early when told to; what is done stays. */
export async function applyPlan(
  ledger: Ledger,
  { head, intents }: { readonly head: JournalHead; readonly intents: readonly JournalItem[] },
  hands: Omit<CarryOut, 'writer'>,
): Promise<void> {
  await using writer = await ledger.begin(head, intents);
  await carryOut({ writer, ...hands });
  writer.add({ line: 'end', state: hands.signal.aborted ? 'canceled' : 'done' });
  await writer.sync();
}
