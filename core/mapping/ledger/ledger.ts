import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelId } from '../../contract/ids.ts';
import { inSlices, type Steps } from '../slices.ts';
import { systemCode } from '../system-error.ts';
import { type ApplyRecord, advance, type RecordItem, replay } from './apply-record.ts';
import { Journal, readJournal } from './journal.ts';
import type { JournalHead, JournalItem, JournalLine } from './journal-line.ts';

/** Applies of which nothing stands, taken back whole or with nothing to do, that are still told of. */
const rememberedOver = 50;
const ending = '.jsonl';

/** A link of the ledger: which apply made it, and as which of its items. */
export interface LedgerLink {
  readonly record: ApplyRecord;
  readonly index: number;
  readonly item: RecordItem;
  readonly intent: Extract<JournalItem, { line: 'link' }>;
}

/** All applies, each in a journal of its own: what we made in other apps' folders. What no journal tells of is not ours. */
export class Ledger {
  readonly #path: string;
  readonly #records = new Map<string, ApplyRecord>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Reads all journals. One that can't be read is told of and left alone. */
  static async open(path: string, log: (message: string, facts: object) => void): Promise<Ledger> {
    const ledger = new Ledger(path);
    for (const name of (await namesIn(path)).filter((one) => one.endsWith(ending)).sort()) {
      const file = join(path, name);
      try {
        const record = replay(await readJournal(file, (line) => log('a line of a journal is none', { file, line })));
        if (record === null) log('a file beside the journals is none', { file });
        else ledger.#records.set(record.head.apply_id, record);
      } catch (error) {
        log('a journal could not be read', { file, code: systemCode(error) });
      }
    }
    ledger.#settleReplaced();
    await ledger.#forgetOld();
    return ledger;
  }

  /** The applies, the oldest first. */
  get records(): readonly ApplyRecord[] {
    return [...this.#records.values()];
  }

  find(applyId: string): ApplyRecord | null {
    return this.#records.get(applyId) ?? null;
  }

  /** The links that stand below an app's folder. */
  standingAt(root: string): LedgerLink[] {
    return this.standing().filter(({ record }) => record.head.root === root);
  }

  /** All links that stand, the oldest first. */
  standing(): LedgerLink[] {
    const links: LedgerLink[] = [];
    for (const record of this.#records.values())
      for (const [index, item] of record.items.entries()) {
        const { intent } = item;
        if (item.state === 'done' && intent.line === 'link' && intent.source !== null)
          links.push({ record, index, item, intent });
      }
    return links;
  }

  standingTo(id: ModelId): LedgerLink[] {
    return this.standing().filter(({ intent }) => intent.model_id === id);
  }

  /** Writes down what an apply is about to do, and has the drive keep that before anything is done. */
  async begin(head: JournalHead, items: readonly JournalItem[]): Promise<RecordWriter> {
    const journal = await Journal.open(join(this.#path, head.apply_id + ending));
    const record = replay([head]);
    if (record === null) throw new Error('a head is the first line of a record');
    const writer = new RecordWriter(record, journal, this);
    writer.add(head);
    await inSlices(addEach(writer, items));
    writer.add({ line: 'begin' });
    await writer.sync();
    this.#records.set(head.apply_id, record);
    return writer;
  }

  /** Opens the journal of an apply to go on with it. */
  async reopen(record: ApplyRecord): Promise<RecordWriter> {
    return new RecordWriter(record, await Journal.open(join(this.#path, record.head.apply_id + ending)), this);
  }

  /** What a line of one apply means for the older one whose link it concerns. */
  settle(record: ApplyRecord, line: JournalLine): void {
    if (line.line !== 'done' && line.line !== 'undone' && line.line !== 'failed') return;
    const intent = record.items[line.i]?.intent;
    if (intent?.line !== 'link' || intent.old === null) return;
    const old = this.#records.get(intent.old.apply_id)?.items[intent.old.index];
    if (old === undefined) return;
    if (line.line === 'done') {
      // One that was taken back meanwhile stays so.
      if (old.state === 'done') old.state = 'replaced';
    } else if (line.line === 'failed') {
      if (line.restored === undefined || old.state !== 'done') return;
      old.state = line.restored === null ? 'undone' : 'done';
      old.identity = line.restored;
    } else if (old.state === 'replaced') {
      const isBack = line.restored !== null || (intent.old.link === 'config' && intent.old.is_there);
      old.state = isBack ? 'done' : 'undone';
      old.identity = line.restored;
    }
  }

  /** After a read of all journals: the older applies first, so that each finds the one before as it left it. */
  #settleReplaced(): void {
    for (const record of this.#records.values())
      for (const [i, item] of record.items.entries()) {
        const isThere = item.state === 'done' || item.state === 'left' || item.state === 'replaced';
        if (isThere) this.settle(record, { line: 'done', i, identity: item.identity });
        if (item.restored === undefined) continue;
        if (item.state === 'failed') this.settle(record, { line: 'failed', i, reason: '', restored: item.restored });
        if (item.state === 'undone') {
          this.settle(record, { line: 'done', i, identity: null });
          this.settle(record, { line: 'undone', i, restored: item.restored });
        }
      }
  }

  async #forgetOld(): Promise<void> {
    const over = this.records.filter(
      ({ state, undo, items }) =>
        (undo === 'done' || (state === 'done' && items.length === 0)) && items.every((item) => isOver(item.state)),
    );
    for (const { head } of over.slice(0, Math.max(0, over.length - rememberedOver))) {
      await rm(join(this.#path, head.apply_id + ending), { force: true }).catch(systemCode);
      this.#records.delete(head.apply_id);
    }
  }
}

function isOver(state: RecordItem['state']): boolean {
  return state === 'undone' || state === 'failed' || state === 'skipped';
}

/** Adds lines to the journal of an apply, and keeps what is known of it up with them. */
export class RecordWriter implements AsyncDisposable {
  readonly record: ApplyRecord;
  readonly #journal: Journal;
  readonly #ledger: Ledger;

  constructor(record: ApplyRecord, journal: Journal, ledger: Ledger) {
    this.record = record;
    this.#journal = journal;
    this.#ledger = ledger;
  }

  add(...lines: readonly JournalLine[]): void {
    for (const line of lines) {
      advance(this.record, line);
      this.#ledger.settle(this.record, line);
    }
    this.#journal.add(...lines);
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }

  sync(): Promise<void> {
    return this.#journal.sync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#journal.close();
  }
}

function* addEach(writer: RecordWriter, lines: readonly JournalLine[]): Steps<void> {
  for (const line of lines) {
    writer.add(line);
    yield;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
