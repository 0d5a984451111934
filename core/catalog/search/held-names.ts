import type { KeptAnswers } from './kept-answers.ts';
import { listOrders } from './list-order.ts';

/** Read in two milliseconds. */
const namesPerPart = 2000;
/** Stands in no name and in no search: `searchForm` makes a space of it. */
const separator = '\0';

/** Some names, one after the other in the order of names. */
interface Part {
  readonly bytes: Buffer;
  /** Where in `bytes` each name starts. */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** Written by us; not checked again, as every name is read. */
interface NameRow {
  readonly row: number;
  readonly name_key: string;
  readonly model_id: string;
}

/** The names of all models in memory, some 45 bytes each: a text is looked for in them in a fraction of the time that a walk over the index takes. */
export class HeldNames {
  readonly #index: KeptAnswers;
  #parts: readonly Part[] = [];
  /** The mark of the index that they were read from. */
  #readAt: string | null = null;

  constructor(index: KeptAnswers) {
    this.#index = index;
  }

  /** Whether they were read, and the index is still the same. */
  get areHeld(): boolean {
    return this.#readAt === this.#index.mark();
  }

  /** Reads them where they aren't held, a part a step: others may come in between. Gives up when the index changes meanwhile. */
  *read(): Generator<void, void> {
    const mark = this.#index.mark();
    if (this.#readAt === mark) return;
    this.#readAt = null;
    this.#parts = [];
    const { orderBy, after } = listOrders.name;
    const parts: Part[] = [];
    let names: NameRow[];
    let position = ['', ''];
    do {
      if (parts.length > 0) yield;
      const { sql, values } = after(position);
      const statement = this.#index.statement(
        `SELECT row, name_key, model_id FROM models WHERE ${sql} ORDER BY ${orderBy} LIMIT ?`,
      );
      names = statement.all(...values, namesPerPart) as NameRow[];
      if (this.#index.mark() !== mark) return;
      parts.push(partOf(names));
      const last = names.at(-1);
      position = last === undefined ? position : [last.name_key, last.model_id];
    } while (names.length === namesPerPart);
    this.#parts = parts;
    this.#readAt = mark;
  }

  /** The rows of the names that hold a text, at most so many, in the order of names; of those that were read last. */
  holding(text: string, most: number): number[] {
    const sought = Buffer.from(text);
    const found: number[] = [];
    for (const { bytes, starts, rows } of this.#parts)
      for (let place = 0; place < rows.length && found.length < most; place += 1) {
        const at = bytes.indexOf(sought, starts[place]);
        if (at < 0) break;
        place = lastUpTo(at, starts, place);
        found.push(rows[place] ?? 0);
      }
    return found;
  }
}

function partOf(names: readonly NameRow[]): Part {
  const bytes = Buffer.from(names.map(({ name_key }) => name_key).join(separator));
  const starts = new Uint32Array(names.length);
  for (let place = 1; place < names.length; place += 1)
    starts[place] = bytes.indexOf(separator, starts[place - 1]) + separator.length;
  return { bytes, starts, rows: new Uint32Array(names.map(({ row }) => row)) };
}

/** The place, from `from` on, of the last of ascending numbers that is no more than `most`. */
function lastUpTo(most: number, numbers: Uint32Array, from: number): number {
  let low = from;
  for (let high = numbers.length; high - low > 1; ) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) <= most) low = middle;
    else high = middle;
  }
  return low;
}
