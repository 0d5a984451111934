import type Database from 'better-sqlite3';

const maxStatements = 200;

/** How many answers are kept; or how much of them, each as heavy as `weightOf` says. */
interface Room {
  readonly most: number;
  readonly weightOf?: (answer: unknown) => number;
}

/** Asks an index, and keeps the answers asked for last until it changes, by this connection or another. */
export class KeptAnswers {
  readonly #database: Database.Database;
  readonly #most: number;
  readonly #weightOf: (answer: unknown) => number;
  readonly #statements = new Map<string, Database.Statement<(string | number)[], unknown>>();
  /** The one asked for last is the last. */
  readonly #kept = new Map<string, unknown>();
  readonly #version: Database.Statement<[], unknown>;
  readonly #changes: Database.Statement<[], unknown>;
  #weight = 0;
  #keptAt = '';

  /** A person types, pages and comes back. */
  constructor(database: Database.Database, { most, weightOf = () => 1 }: Room) {
    this.#database = database;
    this.#most = most;
    this.#weightOf = weightOf;
    this.#version = database.prepare<[], unknown>('PRAGMA data_version').pluck();
    this.#changes = database.prepare<[], unknown>('SELECT total_changes()').pluck();
  }

  /** The answer of that key, found anew when the index has changed since. */
  keep<Answer>(key: string, find: () => Answer): Answer {
    const known = this.known<Answer>(key);
    if (known !== undefined) return known;
    const answer = find();
    this.#kept.set(key, answer);
    this.#weight += this.#weightOf(answer);
    for (const [oldest, its] of this.#kept) {
      if (this.#weight <= this.#most || oldest === key) break;
      this.#kept.delete(oldest);
      this.#weight -= this.#weightOf(its);
    }
    return answer;
  }

  /** Another after every change of the index. */
  mark(): string {
    // Both move when rows change: the one for other connections, the other for this one.
    return `${this.#version.get()} ${this.#changes.get()}`;
  }

  /** The answer of that key where it is kept. */
  known<Answer>(key: string): Answer | undefined {
    const at = this.mark();
    if (at !== this.#keptAt) {
      this.#kept.clear();
      this.#weight = 0;
      this.#keptAt = at;
    }
    const answer = this.#kept.get(key) as Answer | undefined;
    if (answer === undefined) return undefined;
    this.#kept.delete(key);
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
