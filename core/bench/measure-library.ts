import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { openCatalog } from '../catalog/catalog.ts';
import { catalogIndexes, catalogSchema } from '../catalog/schema.ts';
import { pairTokens } from '../catalog/search/pair-tokens.ts';
import { ListQuery } from '../contract/model.ts';
import type { LibraryContext } from '../library/context.ts';
import { type LibraryHost, libraryTiming } from '../library/host.ts';
import { ModelStore } from '../library/model-store.ts';
import { openLibrary } from '../library/open-library.ts';
import { fileStampSync, modelStamp, sourceStampSync } from '../library/reconcile/stamp.ts';
import { surveyLibrary } from '../library/reconcile/survey.ts';
import { Turns } from '../library/turns.ts';
import { rebuildIndex } from '../library/worker/rebuild-index.ts';
import { fixtureWords, randomFrom } from './library-fixture.ts';

/** Milliseconds, by what they were spent on; or a count, a size, as its name says. */
export type Measures = Readonly<Record<string, number>>;

/** Each runs in a process of its own, for its peak of memory and its longest block. */
const measures: Readonly<Record<string, (rootPath: string) => Promise<Measures> | Measures>> = {
  bareRebuild,
  rebuild,
  stamp,
  bareWalk,
  open,
  search,
  change,
  register,
};

const [, , name = '', rootPath = ''] = process.argv;
const measure = measures[name];
if (measure === undefined) throw new Error(`There is no measure "${name}".`);
const eventLoop = monitorEventLoopDelay({ resolution: 1 });
const result = await measure(rootPath);
const all = {
  ...result,
  longestBlockMs: eventLoop.max / 1e6,
  peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(`${JSON.stringify(all)}\n`);
// Watchers and workers of a library that isn't closed.
process.exit(0);

/** The same files read and parsed in one loop, the same rows and full text inserted in one transaction, nothing checked. */
function bareRebuild(rootPath: string): Measures {
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

async function rebuild(rootPath: string): Promise<Measures> {
  for (const ending of ['', '-wal', '-shm']) rmSync(join(rootPath, `models.db${ending}`), { force: true });
  const context = contextOf(rootPath);
  await warmUp();
  const started = performance.now();
  let firstPage = Number.NaN;
  let pages = 0;
  let slowestPage = 0;
  let isDone = false;
  let whole = Number.NaN;
  const filling = rebuildIndex(context).finally(() => {
    isDone = true;
    whole = performance.now() - started;
  });
  while (!isDone) {
    const asked = performance.now();
    const page = context.catalog.page(ListQuery.parse({ query: pages % 2 === 0 ? undefined : 'dream' }));
    slowestPage = Math.max(slowestPage, performance.now() - asked);
    if (Number.isNaN(firstPage) && page.models.length > 0) firstPage = performance.now() - started;
    pages += 1;
    // Often enough to see when the first page is there, then as one who looks and types.
    await delay(Number.isNaN(firstPage) ? 20 : 250);
  }
  await filling;
  if (Number.isNaN(firstPage)) firstPage = whole;
  const models = context.catalog.count();
  context.catalog.close();
  return { whole, firstPage, slowestPage, pages, models };
}

/** Puts the stamps into the index that a first reconcile, which opens every file, would leave there. */
function stamp(rootPath: string): Measures {
  const context = contextOf(rootPath);
  const database = new Database(join(rootPath, 'models.db'));
  const put = database.prepare('UPDATE models SET stamp = ? WHERE model_id = ?');
  database.exec('BEGIN');
  for (const row of context.catalog.rowsAfter(null, 10_000_000)) {
    const record = fileStampSync(context.store.folders.metadataPathOf(row.model_id));
    const source = sourceStampSync(context.store.payloadPathOf(row), row.storage_kind === 'library_owned');
    put.run(modelStamp(record, source), row.model_id);
  }
  database.exec('COMMIT');
  database.close();
  context.catalog.close();
  return {};
}

/** Every folder of the registry listed, every record and every file of a model asked for its size and time. */
function bareWalk(rootPath: string): Measures {
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

async function open(rootPath: string): Promise<Measures> {
  await warmUp();
  const started = performance.now();
  const context = contextOf(rootPath);
  const page = context.catalog.page(ListQuery.parse({}));
  const firstPage = performance.now() - started;
  await delay(10);
  const surveyed = performance.now();
  const { steps, unchanged } = await surveyLibrary(context, new AbortController().signal);
  const reconcile = performance.now() - surveyed;
  context.catalog.close();
  return { firstPage, reconcile, shown: page.models.length, changed: steps.length, unchanged };
}

/** Each query the best of three, every time on an index that was just opened: on a machine that does other things beside, the others tell of those. */
async function search(rootPath: string): Promise<Measures> {
  const queries = mixedQueries();
  await warmUp();
  const times = queries.map(() => Number.POSITIVE_INFINITY);
  const counting = queries.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 3; round += 1) {
    const catalog = openCatalog(join(rootPath, 'models.db'));
    for (const [index, query] of queries.entries()) {
      times[index] = Math.min(times[index] ?? 0, await timeOf(() => catalog.page(ListQuery.parse(query))));
      counting[index] = Math.min(counting[index] ?? 0, await timeOf(() => catalog.counts(ListQuery.parse(query))));
    }
    catalog.close();
  }
  if (process.env.BENCH_SLOWEST)
    for (const [index, time] of [...times.entries()].sort((left, right) => right[1] - left[1]).slice(0, 25))
      process.stderr.write(`${time.toFixed(1)} ${counting[index]?.toFixed(1)} ${JSON.stringify(queries[index])}\n`);
  return {
    median: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    slowest: Math.max(...times),
    countsP95: percentile(counting, 0.95),
    countsSlowest: Math.max(...counting),
  };
}

async function timeOf(act: () => unknown): Promise<number> {
  const started = performance.now();
  act();
  const time = performance.now() - started;
  await delay(0);
  return time;
}

/** 200 as people type them: names whole and in part, two words, a word under a filter, a few letters, nothing that exists, filters alone. */
function mixedQueries(): Record<string, unknown>[] {
  const random = randomFrom(7);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  // Searched for as often as they occur, common ones first of all.
  const word = () => fixtureWords[Math.floor(random() ** 3 * fixtureWords.length)] as string;
  const kinds: readonly (() => Record<string, unknown>)[] = [
    () => ({ query: word() }),
    () => ({ query: `${word()} ${word()}` }),
    () => ({ query: word().slice(1, 4) }),
    () => ({ query: `${word()}_${word()}` }),
    () => ({ query: String(Math.floor(random() * 100_000)) }),
    () => ({ query: word(), type: pick(['lora', 'checkpoint', 'vae']) }),
    () => ({ query: `${word()}`, sort: pick(['relevance', 'name', 'size', 'family']) }),
    () => ({ query: `no${word()}thing` }),
    () => ({ family: pick(['flux', 'pony', 'unknown']), state: pick(['valid', 'degraded']) }),
    () => ({ tag: pick(['pose', 'style', 'anime']), sort: pick(['newest', 'name']) }),
    () => ({ favourite: true, type: 'lora', sort: 'size' }),
    () => ({ query: `${word()} ${word()} v${Math.floor(random() * 9)}` }),
    () => ({ query: `${word()}${word()}`, min_size_bytes: 1e9 }),
  ];
  return Array.from({ length: 200 }, (_, index) => (kinds[index % kinds.length] as () => Record<string, unknown>)());
}

/** A tag written into a metadata.json by another program, until the index has it. */
async function change(rootPath: string): Promise<Measures> {
  await warmUp();
  let heard = () => {};
  const host = hostOf(rootPath, (event) => {
    if (event.kind === 'model_changed') heard();
  });
  const started = performance.now();
  const library = await openLibrary({ ...host, watches: true, hashes: false });
  const opened = performance.now() - started;
  const firstPage = performance.now();
  const [model] = library.list(ListQuery.parse({ type: 'lora' })).models;
  const page = performance.now() - firstPage;
  if (model === undefined) throw new Error('The library is empty.');
  await library.settled();
  await library.watching();
  const ready = performance.now() - started;
  const path = join(rootPath, 'models', ...model.model_id.split('/'), 'metadata.json');
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const record = JSON.parse(readFileSync(path, 'utf8')) as { notes: string };
    const told = new Promise<void>((resolve) => {
      heard = resolve;
    });
    writeFileSync(path, JSON.stringify({ ...record, notes: `changed ${Date.now()}` }, null, 2));
    const written = performance.now();
    await Promise.race([told, delay(20_000)]);
    times.push(performance.now() - written - libraryTiming.debounceMs);
    await delay(100);
  }
  return { opened, page, ready, afterDebounce: percentile(times, 0.5), slowest: Math.max(...times) };
}

/** The starter model's folder with a network of 8 GiB in it, nearly all of it a hole. */
async function register(rootPath: string): Promise<Measures> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  // What is measured is the act: a command that ends at once doesn't wait for the rest of the library either.
  const library = await openLibrary({ ...hostOf(rootPath, () => {}), watches: false, reconcilesAtStart: false });
  try {
    await library.settled();
    const models = [1, 2].map((index) => makeLargeBundle(join(folder, `large ${index}`), index));
    const times: number[] = [];
    let readBytes = 0;
    await warmUp();
    for (const model of models) {
      const before = bytesRead();
      const started = performance.now();
      const { model_id } = await library.register(model);
      times.push(performance.now() - started);
      readBytes = bytesRead() - before;
      await library.unregister(model_id);
    }
    return { whole: times.at(-1) ?? Number.NaN, first: times[0] ?? Number.NaN, readBytes };
  } finally {
    await library.close();
    rmSync(folder, { recursive: true });
  }
}

function makeLargeBundle(path: string, index: number): string {
  cpSync(join(import.meta.dirname, '../../resources/starter-model/bundle'), path, { recursive: true });
  const weights = join(path, 'unet', 'diffusion_pytorch_model.safetensors');
  const original = readFileSync(weights);
  const headerEnd = 8 + Number(original.readBigUInt64LE(0));
  const header = JSON.parse(original.toString('utf8', 8, headerEnd)) as Record<string, unknown>;
  const dataBytes = original.length - headerEnd;
  header[`hole${index}`] = { dtype: 'F16', shape: [2 ** 32], data_offsets: [dataBytes, dataBytes + 2 ** 33] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(weights, Buffer.concat([length, text, original.subarray(headerEnd)]));
  truncateSync(weights, 8 + text.length + dataBytes + 2 ** 33);
  return path;
}

/** What this process has read so far, from drives or their cache; only Linux tells. */
function bytesRead(): number {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
  } catch {
    return Number.NaN;
  }
}

function percentile(times: readonly number[], part: number): number {
  return times.toSorted((left, right) => left - right)[Math.ceil(times.length * part) - 1] ?? Number.NaN;
}

/** What the program has loaded long before: the first use of a schema compiles it. */
async function warmUp(): Promise<void> {
  ListQuery.parse({});
  await delay(50);
  eventLoop.enable();
}

function contextOf(rootPath: string): LibraryContext {
  const host = hostOf(rootPath, () => {});
  const catalog = openCatalog(join(rootPath, 'models.db'));
  return { host, catalog, store: new ModelStore(host, catalog), turns: new Turns(), refusal: null };
}

function hostOf(rootPath: string, emit: LibraryHost['emit']): LibraryHost {
  return {
    rootPath,
    platform: 'linux-x64',
    runtimeVersion: '1.30.0',
    executionProviders: () => ['cpu'],
    emit,
    now: () => new Date(),
    log: () => {},
    drawPreview: async (bytes) => bytes,
  };
}
