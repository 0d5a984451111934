import type { JobId } from '../../contract/ids.ts';
import type { JobStatus } from '../../contract/jobs/job.ts';
import type { JobDatabase } from './job-database.ts';

/** The order of the jobs that wait, and whether any of them is begun. Ids only: a row that can't be understood has one too. */
export class Line {
  readonly #database: JobDatabase;
  /** Jobs up to this sequence are left waiting: they are another program's. */
  readonly #after: number;

  constructor(database: JobDatabase, { leavesEarlier }: { readonly leavesEarlier: boolean }) {
    this.#database = database;
    this.#after = leavesEarlier ? Number(database.value('SELECT coalesce(max(sequence), 0) FROM jobs')) : 0;
  }

  waiting(limit = -1): JobId[] {
    return this.#inOrder('queued', this.#after, limit);
  }

  waitingCount(): number {
    const sql = `SELECT count(*) FROM jobs WHERE status = 'queued' AND sequence > ?`;
    return Number(this.#database.value(sql, this.#after));
  }

  /** All that the database says are running: at a start, those that an earlier program left so. */
  running(): JobId[] {
    return this.#inOrder('running', 0, -1);
  }

  /** Puts the waiting jobs into that order. Ids that don't wait any more are passed over, those that are missing keep behind. */
  reorder(order: readonly JobId[]): void {
    this.#database.inTransaction(() => {
      const waiting = new Set(this.#inOrder('queued', 0, -1));
      const wanted = new Set(order.filter((id) => waiting.has(id)));
      const all = [...wanted, ...[...waiting].filter((id) => !wanted.has(id))];
      const places = this.#database.column(
        `SELECT position FROM jobs WHERE status = 'queued' ORDER BY position, sequence`,
      ) as number[];
      for (const [index, id] of all.entries())
        this.#database.run('UPDATE jobs SET position = ? WHERE id = ?', places[index] ?? 0, id);
    });
  }

  get isPaused(): boolean {
    return this.#database.value('SELECT is_paused FROM line') === 1;
  }

  set isPaused(isPaused: boolean) {
    this.#database.run('UPDATE line SET is_paused = ?', isPaused ? 1 : 0);
  }

  #inOrder(status: JobStatus, after: number, limit: number): JobId[] {
    const sql = 'SELECT id FROM jobs WHERE status = ? AND sequence > ? ORDER BY position, sequence LIMIT ?';
    return this.#database.column(sql, status, after, limit) as JobId[];
  }
}
