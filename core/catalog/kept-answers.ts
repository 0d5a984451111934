import type Database from 'better-sqlite3';
import { z } from 'zod';

/** How many answers are kept until the index changes: a person types, pages and comes back. */
const maxKept = 200;

/** Asks an index, and keeps answers until it changes, by this connection or another. */
export class KeptAnswers {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement<(string | number)[], unknown>>();
  readonly #kept = new Map<string, unknown>();
  #keptAt = '';

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The answer of that key, found anew when the index has changed since. */
  keep<Answer>(key: string, find: () => Answer): Answer {
    // Both move when rows change: the one for other connections, the other for this one.
    const at = `${this.#database.pragma('data_version', { simple: true })} ${this.number('SELECT total_changes() AS result', [])}`;
    if (at !== this.#keptAt || this.#kept.size >= maxKept) this.#kept.clear();
    this.#keptAt = at;
    if (this.#kept.has(key)) return this.#kept.get(key) as Answer;
    const answer = find();
    this.#kept.set(key, answer);
    return answer;
  }

  statement(sql: string): Database.Statement<(string | number)[], unknown> {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<(string | number)[], unknown>(sql);
    if (this.#statements.size >= maxKept) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** The one number, named `result`, that a statement gives. */
  number(sql: string, values: readonly (string | number)[]): number {
    return Result.parse(this.statement(sql).get(...values)).result;
  }
}

const Result = z.object({ result: z.number() });
