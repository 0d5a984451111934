import type Database from 'better-sqlite3';
import { connect } from './database-file.ts';
import { catalogVersion, textTables } from './schema.ts';

/** Pages of full text merged in one transaction: a change of the main thread waits no longer than for one of these. */
const pagesPerMerge = 64;
const pauseMs = 2;

/**
 * Merges the runs of full text that changes left in the index at `path`, copies its log back into its file, and begins it anew. All of this
 * waits for the drive, half a second where others write to it too: for a thread that may.
 */
export function tendIndex(path: string): void {
  const database = connect(path);
  try {
    const changes = database.prepare<[], number>('SELECT total_changes()').pluck();
    for (const text of textTables) {
      const merge = database.prepare(`INSERT INTO ${text} (${text}, rank) VALUES ('merge', ${pagesPerMerge})`);
      // FTS5's own sign that nothing was left to do: no row changed but that of the command.
      for (let before = Number.NEGATIVE_INFINITY, now = changes.get() ?? 0; now - before >= 2; ) {
        before = now;
        merge.run();
        now = changes.get() ?? 0;
        pause(pauseMs);
      }
    }
    copyBack(database);
  } finally {
    database.close();
  }
}

/** Copies the log of the index at `path` back into its file, for a thread that may wait: were it to grow, a commit of another would do so. */
export function copyLogBack(path: string): void {
  const database = connect(path);
  try {
    copyBack(database);
  } finally {
    database.close();
  }
}

function copyBack(database: Database.Database): void {
  database.pragma('wal_checkpoint(PASSIVE)');
  // The first write into a log that begins anew is the one that waits.
  database.pragma(`user_version = ${catalogVersion}`);
}

/** Who else writes gets a turn. */
function pause(timeMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeMs);
}
