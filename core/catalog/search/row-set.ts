import type Database from 'better-sqlite3';
import { z } from 'zod';

/** Rows of the index, ascending, each once. */
export class RowSet {
  readonly list: Uint32Array;
  #bits: Uint32Array | null = null;

  /** `rows` are ascending. */
  constructor(rows: ArrayLike<number>) {
    // Not `from`, which asks an iterator for each.
    this.list = new Uint32Array(rows);
  }

  get size(): number {
    return this.list.length;
  }

  /** With what `has` looks in. */
  get byteLength(): number {
    return this.list.byteLength + ((this.list.at(-1) ?? 0) >>> 3);
  }

  has(row: number): boolean {
    this.#bits ??= bitsOf(this.list);
    return ((this.#bits[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0;
  }

  /** Those that are not in the other. */
  without(other: RowSet): RowSet {
    return new RowSet(this.list.filter((row) => !other.has(row)));
  }

  /** Those that are in both. */
  and(other: RowSet): RowSet {
    const [few, many] = this.size <= other.size ? [this, other] : [other, this];
    return new RowSet(few.list.filter((row) => many.has(row)));
  }
}

function bitsOf(rows: Uint32Array): Uint32Array {
  const bits = new Uint32Array(((rows.at(-1) ?? 0) >>> 5) + 1);
  for (const row of rows) bits[row >>> 5] = (bits[row >>> 5] ?? 0) | (1 << (row & 31));
  return bits;
}

/** The rows that a statement gives, in its order; one column of numbers, of which the first is looked at. */
export function selectRows(
  statement: Database.Statement<(string | number)[], unknown>,
  values: readonly (string | number)[],
): number[] {
  return Rows.parse(statement.pluck().all(...values));
}

const Rows = z.custom<number[]>((rows) => Array.isArray(rows) && (rows.length === 0 || typeof rows[0] === 'number'));
