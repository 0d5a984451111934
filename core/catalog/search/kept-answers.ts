import type Database from 'better-sqlite3';
import { z } from 'zod';

const maxStatements = 200;

/** Asks an index, and keeps answers until it changes, by this connection or another. */
export class KeptAnswers {
  readonly #database: Database.Database;
  readonly #maxKept: number;
  readonly #statements = new Map<string, Database.Statement<(string | number)[], unknown>>();
  readonly #kept = new Map<string, unknown>();
  #keptAt = '';

  /** `maxKept`: how many answers are kept at most; a person types, pages and comes back. */
  constructor(database: Database.Database, maxKept: number) {
    this.#database = database;
    this.#maxKept = maxKept;
  }

  /** The answer of that key, found anew when the index has changed since. */
  keep<Answer>(key: string, find: () => Answer): Answer {
    // Both move when rows change: the one for other connections, the other for this one.
    const at = `${this.#database.pragma('data_version', { simple: true })} ${this.number('SELECT total_changes() AS result', [])}`;
    if (at !== this.#keptAt || this.#kept.size >= this.#maxKept) this.#kept.clear();
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
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** The one number, named `result`, that a statement gives. */
  number(sql: string, values: readonly (string | number)[]): number {
    return Result.parse(this.statement(sql).get(...values)).result;
  }
}

const Result = z.object({ result: z.number() });
