import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import type { ModelId } from '../contract/ids.ts';
import type { StorageKind } from '../contract/library/metadata.ts';
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

/** What of a part of the index must be watched. */
export interface IndexedSources {
  /** The folders that single files outside the library lie in, each once a part. */
  readonly folders: readonly string[];
  /** Diffusers folders outside the library. */
  readonly bundles: readonly IndexedBundle[];
}

export type IndexedBundle = Pick<IndexedRow, 'model_id' | 'storage_kind' | 'bundle_format' | 'entry_path'>;

/** Few enough that reading them holds nobody up. */
const rowsPerSlice = 500;
/** Of which little is handed over. */
const sourcesPerSlice = 1000;
/** What is left of a path without its last name; by either separator, of which a name may hold one. */
const folderOf = `rtrim(entry_path, replace(replace(entry_path, '/', ''), '\\', ''))`;
const isExternal = `row > ? AND row <= ? AND storage_kind = 'external_reference' AND entry_path <> ''`;

/** The rows of an index in the order in which they lie in its file: each page of it is read once. */
export class IndexedRows {
  readonly #after: Database.Statement<[number, number], IndexedRow>;
  readonly #record: Database.Statement<[number], string>;
  readonly #last: Database.Statement<[], number | null>;
  readonly #folders: Database.Statement<[number, number], string>;
  readonly #bundles: Database.Statement<[number, number], IndexedBundle>;

  constructor(database: Database.Database) {
    this.#last = database.prepare<[], number | null>('SELECT max(row) FROM models').pluck();
    this.#record = database.prepare<[number], string>('SELECT record FROM model_records WHERE row = ?').pluck();
    this.#folders = database
      .prepare<[number, number], string>(
        `SELECT DISTINCT ${folderOf} FROM models JOIN facets USING (facet)
          WHERE ${isExternal} AND bundle_format <> 'diffusers_directory'`,
      )
      .pluck();
    this.#bundles = database.prepare(
      `SELECT model_id, storage_kind, bundle_format, entry_path FROM models JOIN facets USING (facet)
        WHERE ${isExternal} AND bundle_format = 'diffusers_directory' ORDER BY row`,
    );
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

  /** The metadata.json of a row as last read; null when it went meanwhile. */
  recordOf(row: number): string | null {
    return this.#record.get(row) ?? null;
  }

  /** Where all files outside the library lie, some at a time: a folder of thousands is named a few times, not thousands of times. */
  *sources(): Generator<IndexedSources> {
    const last = this.#last.get() ?? 0;
    for (let row = 0; row < last; row += sourcesPerSlice) {
      const folders = this.#folders.all(row, row + sourcesPerSlice).map((beginning) => dirname(`${beginning}file`));
      yield { folders, bundles: this.#bundles.all(row, row + sourcesPerSlice) };
    }
  }
}

/** Reads an index on a connection of its own: for another thread, or for what would push all else out of the memory of the catalog's. */
export function openIndexedRows(path: string): { readonly rows: IndexedRows; readonly close: () => void } {
  const database = connect(path, { readonly: true });
  // Every page is read once.
  database.pragma('cache_size = -1024');
  return { rows: new IndexedRows(database), close: () => database.close() };
}
