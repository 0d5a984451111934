import type Database from 'better-sqlite3';
import { connect, createIndexes } from './database-file.ts';
import { EntryWriter } from './entry-writer.ts';
import type { PreparedEntry } from './prepared-entry.ts';
import { catalogIndexes, textTables } from './schema.ts';

/** The first page is there after the first of these; the last one repeats. A commit writes the full text of its entries as one run. */
const entriesPerCommit = [200, 2000, 20_000];
/** SQLite's own memory while it fills: page cache, and the text that waits to be written in one run. */
const cacheKibibytes = 8192;
const textBytes = 4 * 2 ** 20;
/** Runs of text that are let be until the end, when all are merged at once. */
const mostRuns = 1000;

/**
 * Fills the index at `path` anew from `batches`, on a connection of its own: what is committed can be read meanwhile from another. Belongs
 * on a thread that may wait. Gives the count of entries. Cut short, it leaves an index that `openCatalog` calls new.
 */
export async function fillCatalog(
  path: string,
  batches: AsyncIterable<readonly PreparedEntry[]> | Iterable<readonly PreparedEntry[]>,
): Promise<number> {
  const database = connect(path);
  try {
    database.pragma('synchronous = OFF');
    database.pragma(`cache_size = -${cacheKibibytes}`);
    // A write-ahead log that is copied back at every few thousand pages costs a second time what it holds.
    database.pragma('wal_autocheckpoint = 0');
    database
      .transaction(() => {
        database.exec('DELETE FROM fill; INSERT INTO fill VALUES (1)');
        for (const table of [
          'models',
          'model_summaries',
          'model_records',
          'model_filters',
          'model_tags',
          'model_findings',
          'facets',
          'facet_tags',
        ])
          database.exec(`DELETE FROM ${table}`);
        for (const text of textTables) database.exec(`INSERT INTO ${text} (${text}) VALUES ('delete-all')`);
        for (const name of Object.keys(catalogIndexes)) database.exec(`DROP INDEX IF EXISTS ${name}`);
        setUpTexts(database, { hashBytes: textBytes, mostRuns });
      })
      .immediate();
    const writer = new EntryWriter(database);
    let count = 0;
    let waiting = 0;
    let commits = 0;
    const commit = () => {
      writer.flush();
      database.exec('COMMIT');
      waiting = 0;
      commits += 1;
    };
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      if (waiting === 0) database.exec('BEGIN IMMEDIATE');
      for (const entry of batch) writer.add(entry);
      count += batch.length;
      waiting += batch.length;
      if (waiting >= (entriesPerCommit[commits] ?? entriesPerCommit.at(-1) ?? 1)) commit();
    }
    if (waiting > 0) commit();
    database
      .transaction(() => {
        createIndexes(database);
        for (const text of textTables) database.exec(`INSERT INTO ${text} (${text}) VALUES ('optimize')`);
        setUpTexts(database, { hashBytes: 2 ** 20, mostRuns: 16 });
        database.exec('DELETE FROM fill');
      })
      .immediate();
    database.pragma('wal_checkpoint(TRUNCATE)');
    return count;
  } finally {
    database.close();
  }
}

/**
 * FTS5 writes a run a commit. By itself it would merge them within the commits of the main thread, the largest with the smallest, for half a
 * second: instead `tendIndex` merges them, and a commit only when there are `mostRuns` of one age, which are small then.
 */
function setUpTexts(
  database: Database.Database,
  { hashBytes, mostRuns }: { readonly hashBytes: number; readonly mostRuns: number },
): void {
  for (const text of textTables)
    database.exec(`INSERT INTO ${text} (${text}, rank)
      VALUES ('hashsize', ${hashBytes}), ('automerge', 0), ('usermerge', 8), ('crisismerge', ${mostRuns})`);
}
