import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ModelId } from '../contract/ids.ts';
import { StorageKind } from '../contract/metadata.ts';
import { connect } from './database-file.ts';

/** What comparing the index with the disk needs of a model. */
const IndexedRow = z.object({
  row: z.number(),
  stamp: z.string(),
  storage_kind: StorageKind,
  bundle_format: z.string(),
  entry_path: z.string(),
});
export type IndexedRow = z.infer<typeof IndexedRow>;

/** The rows of an index, one at a time: all of them in memory would be a hundred megabytes in the largest of libraries. */
export class IndexedRows {
  readonly #database: Database.Database;
  readonly #find: Database.Statement<[string], unknown>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#find = database.prepare(`
      SELECT row, stamp, storage_kind, bundle_format, entry_path FROM models JOIN facets USING (facet) WHERE model_id = ?`);
  }

  find(id: ModelId): IndexedRow | null {
    const found = this.#find.get(id);
    return found === undefined ? null : IndexedRow.parse(found);
  }

  /** The ids of all rows but those. */
  *idsBut(rows: ReadonlySet<number>): Generator<ModelId> {
    const all = this.#database.prepare<[], [number, string]>('SELECT row, model_id FROM models').raw().iterate();
    for (const [row, id] of all) if (!rows.has(row)) yield ModelId.parse(id);
  }
}

/** Reads an index on a connection of its own, for another thread. */
export function openIndexedRows(path: string): { readonly rows: IndexedRows; readonly close: () => void } {
  const database = connect(path, { readonly: true });
  return { rows: new IndexedRows(database), close: () => database.close() };
}
