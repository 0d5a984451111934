import type Database from 'better-sqlite3';
import type { ModelId } from '../contract/ids.ts';
import type { StorageKind } from '../contract/metadata.ts';
import { connect } from './database-file.ts';

/** What comparing the index with the disk needs of a model. Written by us from a checked summary; not checked again. */
export interface IndexedRow {
  readonly row: number;
  readonly model_id: ModelId;
  readonly stamp: string;
  readonly storage_kind: StorageKind;
  readonly bundle_format: string;
  readonly entry_path: string;
}

/** Few enough that reading them holds nobody up. */
const rowsPerSlice = 500;

/** The rows of an index in the order in which they lie in its file: each page of it is read once. */
export class IndexedRows {
  readonly #after: Database.Statement<[number, number], IndexedRow>;

  constructor(database: Database.Database) {
    this.#after = database.prepare(`
      SELECT row, model_id, stamp, storage_kind, bundle_format, entry_path FROM models JOIN facets USING (facet)
      WHERE row > ? ORDER BY row LIMIT ?`);
  }

  /** All rows, some at a time: all of them in memory would be a hundred megabytes in the largest of libraries. */
  *slices(): Generator<readonly IndexedRow[]> {
    for (let slice = this.#after.all(0, rowsPerSlice); slice.length > 0; ) {
      yield slice;
      slice = this.#after.all(slice.at(-1)?.row ?? 0, rowsPerSlice);
    }
  }
}

/** Reads an index on a connection of its own, for another thread. */
export function openIndexedRows(path: string): { readonly rows: IndexedRows; readonly close: () => void } {
  const database = connect(path, { readonly: true });
  // Every page is read once.
  database.pragma('cache_size = -1024');
  return { rows: new IndexedRows(database), close: () => database.close() };
}
