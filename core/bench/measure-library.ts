import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { openCatalog } from '../catalog/catalog.ts';
import { ListQuery } from '../contract/library/model.ts';
import { keepNurserySmall } from '../keep-nursery-small.ts';
import type { LibraryContext } from '../library/context.ts';
import { type LibraryHost, libraryTiming } from '../library/host.ts';
import { ModelStore } from '../library/model-store.ts';
import { openLibrary } from '../library/open-library.ts';
import { surveyLibrary } from '../library/reconcile/survey.ts';
import { Turns } from '../library/turns.ts';
import { rebuildIndex } from '../library/worker/rebuild-index.ts';
import { bareHeaders, bareRebuild, bareWalk } from './library/bare-work.ts';
import { makeLargeBundle } from './library/large-bundle.ts';
import { mixedQueries } from './library/mixed-queries.ts';

/** Milliseconds, by what they were spent on; or a count, a size, as its name says. */
export type Measures = Readonly<Record<string, number>>;

/** Each runs in a process of its own, for its peak of memory and its longest block. */
const measures: Readonly<Record<string, (rootPath: string) => Promise<Measures> | Measures>> = {
  bareRebuild,
  rebuild,
  firstReconcile,
  bareHeaders,
  bareWalk,
  open,
  search,
  change,
  register,
};

const [, , name = '', rootPath = ''] = process.argv;
const measure = measures[name];
if (measure === undefined) throw new Error(`There is no measure "${name}".`);
// As the command line does.
keepNurserySmall();
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
    const page = await context.catalog.pageInTurns(ListQuery.parse({ query: pages % 2 === 0 ? undefined : 'dream' }));
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

/** The first reconcile after a rebuild, in a library that is open and looked at: every record and every source is read, and nothing written. */
async function firstReconcile(rootPath: string): Promise<Measures> {
  await warmUp();
  const started = performance.now();
  const library = await openLibrary({ ...hostOf(rootPath, () => {}), watches: true, hashes: false });
  let isDone = false;
  const settled = library.settled().then(() => {
    isDone = true;
  });
  let slowestPage = 0;
  while (!isDone) {
    const asked = performance.now();
    library.list(ListQuery.parse({}));
    slowestPage = Math.max(slowestPage, performance.now() - asked);
    await Promise.race([settled, delay(250)]);
  }
  const whole = performance.now() - started;
  const report = await library.lastReconcile();
  return { whole, slowestPage, changed: report?.updated ?? Number.NaN, unchanged: report?.unchanged ?? Number.NaN };
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
    // As a second after the first page.
    await catalog.prepareSearch();
    for (const [index, query] of queries.entries()) {
      times[index] = Math.min(times[index] ?? 0, await timeOf(() => catalog.page(ListQuery.parse(query))));
      counting[index] = Math.min(
        counting[index] ?? 0,
        await timeOf(() => catalog.countsInTurns(ListQuery.parse(query))),
      );
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
  await act();
  const time = performance.now() - started;
  await delay(0);
  return time;
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

async function register(rootPath: string): Promise<Measures> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  // As in a window that has been open for a while.
  const library = await openLibrary({ ...hostOf(rootPath, () => {}), watches: true, hashes: false });
  try {
    await library.settled();
    await library.watching();
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
