import type Database from 'better-sqlite3';

const maxStatements = 200;

/** Asks an index, and keeps answers until it changes, by this connection or another. */
export class KeptAnswers {
  readonly #database: Database.Database;
  readonly #maxKept: number;
  readonly #statements = new Map<string, Database.Statement<(string | number)[], unknown>>();
  readonly #kept = new Map<string, unknown>();
  readonly #version: Database.Statement<[], unknown>;
  readonly #changes: Database.Statement<[], unknown>;
  #keptAt = '';

  /** `maxKept`: how many answers are kept at most; a person types, pages and comes back. */
  constructor(database: Database.Database, maxKept: number) {
    this.#database = database;
    this.#maxKept = maxKept;
    this.#version = database.prepare<[], unknown>('PRAGMA data_version').pluck();
    this.#changes = database.prepare<[], unknown>('SELECT total_changes()').pluck();
  }

  /** The answer of that key, found anew when the index has changed since. */
  keep<Answer>(key: string, find: () => Answer): Answer {
    // Both move when rows change: the one for other connections, the other for this one.
    const at = `${this.#version.get()} ${this.#changes.get()}`;
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
}
