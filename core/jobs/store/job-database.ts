import type { Database as Connection, Statement } from 'better-sqlite3';
import { databaseFault } from './open-database.ts';

export type SqlValue = string | number | null;

/**
 * The jobs' database: each statement compiled once, changes whole or not at all.
 * Everything throws the failures of `databaseFault` for what SQLite or the file system refuses.
 */
export class JobDatabase {
  readonly #connection: Connection;
  readonly #path: string;
  readonly #now: () => Date;
  readonly #statements = new Map<string, Statement>();

  constructor(connection: Connection, path: string, now: () => Date) {
    this.#connection = connection;
    this.#path = path;
    this.#now = now;
  }

  close(): void {
    this.#connection.close();
  }

  /** How many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return this.#guarded(() => this.#prepare(sql).run(...values).changes);
  }

  /** The first row; undefined for none. */
  get(sql: string, ...values: SqlValue[]): unknown {
    return this.#guarded(() => this.#prepare(sql).get(...values));
  }

  all(sql: string, ...values: SqlValue[]): unknown[] {
    return this.#guarded(() => this.#prepare(sql).all(...values));
  }

  /** The first column of each row. */
  column(sql: string, ...values: SqlValue[]): unknown[] {
    return this.all(sql, ...values).map((row) => Object.values(row as object)[0] as unknown);
  }

  /** The first column of the first row; undefined for none. */
  value(sql: string, ...values: SqlValue[]): unknown {
    return this.column(sql, ...values)[0];
  }

  /** All that `change` does is one transaction; it gets the moment, ISO 8601. */
  inTransaction<Result>(change: (at: string) => Result): Result {
    return this.#guarded(() => this.#connection.transaction(() => change(this.#now().toISOString())).immediate());
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw databaseFault(this.#path, error);
    }
  }
}
