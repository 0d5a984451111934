import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openCatalog } from '../../catalog/catalog.ts';
import { catalogIndexes, catalogSchema } from '../../catalog/schema.ts';
import { pairTokens } from '../../catalog/search/pair-tokens.ts';
import { headerOf } from './fixture-files.ts';

/** The same files read and parsed in one loop, the same rows and full text inserted in one transaction, nothing checked. */
export function bareRebuild(rootPath: string): { readonly read: number; readonly insert: number } {
  const source = new Database(join(rootPath, 'models.db'), { readonly: true });
  const paths = source
    .prepare<[], string>('SELECT model_id FROM models')
    .pluck()
    .all()
    .map((id) => join(rootPath, 'models', id, 'metadata.json'));
  let started = performance.now();
  for (const path of paths) JSON.parse(readFileSync(path, 'utf8'));
  const read = performance.now() - started;
  const path = join(tmpdir(), `vitrine-bench-${process.pid}.db`);
  const target = new Database(path);
  target.pragma('journal_mode = WAL');
  target.pragma('synchronous = NORMAL');
  target.exec(catalogSchema);
  for (const [index, columns] of Object.entries(catalogIndexes)) target.exec(`CREATE INDEX ${index} ON ${columns}`);
  let insert = 0;
  target.exec('BEGIN');
  for (const table of [
    'facets',
    'facet_tags',
    'models',
    'model_summaries',
    'model_records',
    'model_filters',
    'model_tags',
    'model_findings',
  ]) {
    const columns = source.pragma(`table_info(${table})`) as { name: string }[];
    const names = columns.map((column) => column.name);
    const put = target.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`);
    const putText = target.prepare('INSERT INTO model_text (rowid, search_text) VALUES (?, ?)');
    const putPairs = target.prepare('INSERT INTO model_pairs (rowid, pairs) VALUES (?, ?)');
    const textAt = names.indexOf('search_text');
    const insertAll = (slice: readonly unknown[][]) => {
      const pairs = table === 'models' ? slice.map((row) => pairTokens(String(row[textAt]))) : [];
      started = performance.now();
      for (const [index, row] of slice.entries()) {
        put.run(...row);
        if (table !== 'models') continue;
        putText.run(row[0], row[textAt]);
        putPairs.run(row[0], pairs[index]);
      }
      insert += performance.now() - started;
    };
    let slice: unknown[][] = [];
    for (const row of source.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw().iterate()) {
      slice.push(row);
      if (slice.length < 5000) continue;
      insertAll(slice);
      slice = [];
    }
    insertAll(slice);
  }
  started = performance.now();
  target.exec('COMMIT');
  insert += performance.now() - started;
  target.close();
  for (const ending of ['', '-wal', '-shm']) rmSync(path + ending, { force: true });
  return { read, insert };
}

/** Every folder of the registry listed, every record and every file of a model asked for its size and time. */
export function bareWalk(rootPath: string): { readonly whole: number; readonly files: number } {
  const catalog = openCatalog(join(rootPath, 'models.db'));
  const sources = new Map(catalog.rowsAfter(null, 10_000_000).map((row) => [row.model_id as string, row.entry_path]));
  catalog.close();
  const started = performance.now();
  let files = 0;
  const statAll = (path: string) => {
    if (!statSync(path).isDirectory()) files += 1;
    else for (const child of readdirSync(path)) statAll(join(path, child));
  };
  const walk = (folder: string, id: string, depth: number) => {
    for (const child of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, child.name);
      if (child.isDirectory()) walk(path, depth === 0 ? child.name : `${id}/${child.name}`, depth + 1);
      else if (child.name === 'metadata.json') {
        statAll(path);
        statAll(sources.get(id) ?? path);
      }
    }
  };
  walk(join(rootPath, 'models'), '', 0);
  return { whole: performance.now() - started, files };
}

/** The headers of every model's weights read and parsed once, of a bundle its other JSON files too. */
export function bareHeaders(rootPath: string): { readonly whole: number; readonly files: number } {
  const catalog = openCatalog(join(rootPath, 'models.db'));
  const sources = catalog.rowsAfter(null, 10_000_000).map((row) => row.entry_path);
  catalog.close();
  const started = performance.now();
  let files = 0;
  const read = (path: string) => {
    if (path.endsWith('.json')) JSON.parse(readFileSync(path, 'utf8'));
    else if (path.endsWith('.safetensors')) headerOf(path);
    else return;
    files += 1;
  };
  for (const source of sources) {
    if (source.endsWith('.safetensors')) read(source);
    else
      for (const child of readdirSync(source, { recursive: true, withFileTypes: true }))
        if (child.isFile()) read(join(child.parentPath, child.name));
  }
  return { whole: performance.now() - started, files };
}
