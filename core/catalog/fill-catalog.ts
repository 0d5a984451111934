import type Database from 'better-sqlite3';
import { connect, createIndexes } from './database-file.ts';
import { type CatalogEntry, EntryWriter } from './entry-writer.ts';
import { catalogIndexes } from './schema.ts';

/** The first page is there after the first of these; the last one repeats. A commit writes the full text of its entries as one run. */
const entriesPerCommit = [200, 2000, 20_000];
/** SQLite's own memory while it fills: page cache, and the text that waits to be written in one run. */
const cacheKibibytes = 8192;
const textBytes = 4 * 2 ** 20;
const textTables = ['model_text', 'model_pairs'];

/**
 * Fills the index at `path` anew from `batches`, on a connection of its own: what is committed can be read meanwhile from another. Belongs
 * on a thread that may wait. Gives the count of entries. Cut short, it leaves an index that `openCatalog` calls new.
 */
export async function fillCatalog(
  path: string,
  batches: AsyncIterable<readonly CatalogEntry[]> | Iterable<readonly CatalogEntry[]>,
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
        setUpTexts(database, textBytes, 0);
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
        setUpTexts(database, 2 ** 20, 4);
        database.exec('DELETE FROM fill');
      })
      .immediate();
    database.pragma('wal_checkpoint(TRUNCATE)');
    return count;
  } finally {
    database.close();
  }
}

function setUpTexts(database: Database.Database, hashBytes: number, automerge: number): void {
  for (const text of textTables)
    database.exec(`INSERT INTO ${text} (${text}, rank) VALUES ('hashsize', ${hashBytes}), ('automerge', ${automerge})`);
}
