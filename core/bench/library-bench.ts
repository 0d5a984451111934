import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import envPaths from 'env-paths';
import { makeLibraryFixture } from './library-fixture.ts';

interface Options {
  readonly models: number;
  readonly cache: string;
}

interface Line {
  readonly what: string;
  readonly value: number;
  readonly aim: number;
  readonly unit: 'ms' | 'x' | 'MB' | 'MiB';
  readonly note?: string;
}

/** Adds `library` to the benches: what the library promises to be fast at, each beside the bare work that it is compared with. */
export function addLibraryBench(program: Command): void {
  program
    .command('library')
    .description('Rebuild, open, reconcile, search, one change and one registration in a large library')
    .option('--models <n>', 'how many', wholeNumber, 100_000)
    .option('--cache <dir>', 'where the library is kept between runs', envPaths('vitrine', { suffix: '' }).cache)
    .action(async (options: Options) => {
      await benchLibrary(options);
    });
}

async function benchLibrary({ models, cache }: Options): Promise<void> {
  const { rootPath } = await makeLibraryFixture(join(cache, 'bench'), models);
  const compiledPath = join(cache, 'bench', 'compiled');
  const measure = (name: string) => measured(name, rootPath, compiledPath);
  // Twice: the first also reads from the drive what the others then find in memory.
  await measure('rebuild');
  const bare = await measure('bareRebuild');
  const rebuild = await measure('rebuild');
  await measure('bareHeaders');
  const headers = await measure('bareHeaders');
  const first = await measure('firstReconcile');
  await measure('bareWalk');
  const walk = await measure('bareWalk');
  const open = await measure('open');
  const search = await measure('search');
  const change = await measure('change');
  const register = await measure('register');
  const bareRebuild = of(bare, 'read') + of(bare, 'insert');
  const ours = { rebuild, first, open, search, change, register };
  print(
    `${models} models; bare: read and parse ${seconds(bare, 'read')}, insert ${seconds(bare, 'insert')}, headers ${seconds(headers, 'whole')}, stat walk ${seconds(walk, 'whole')}`,
  );
  table([
    {
      what: 'rebuild, against the bare work',
      value: of(rebuild, 'whole') / bareRebuild,
      aim: 1.2,
      unit: 'x',
      note: seconds(rebuild, 'whole'),
    },
    { what: 'first page while it runs', value: of(rebuild, 'firstPage'), aim: 500, unit: 'ms' },
    {
      what: 'first reconcile after it, against opening the same headers',
      value: of(first, 'whole') / of(headers, 'whole'),
      aim: 10,
      unit: 'x',
      note: `${seconds(first, 'whole')}, ${of(first, 'changed')} changed; slowest page ${of(first, 'slowestPage').toFixed(0)} ms`,
    },
    { what: 'open with nothing changed, first page', value: of(open, 'firstPage'), aim: 300, unit: 'ms' },
    {
      what: 'reconcile, against a stat walk',
      value: of(open, 'reconcile') / of(walk, 'whole'),
      aim: 1.3,
      unit: 'x',
      note: `${seconds(open, 'reconcile')}, ${of(open, 'changed')} changed`,
    },
    {
      what: 'search, 95 of 100 of 200 mixed queries, each the best of 3',
      value: of(search, 'p95'),
      aim: 5,
      unit: 'ms',
      note: `median ${of(search, 'median').toFixed(1)}, slowest ${of(search, 'slowest').toFixed(1)}; counts ${of(search, 'countsP95').toFixed(1)}`,
    },
    { what: 'one changed model, after the debounce', value: of(change, 'afterDebounce'), aim: 300, unit: 'ms' },
    { what: 'register an 8 GiB folder', value: of(register, 'whole'), aim: 100, unit: 'ms' },
    { what: 'read for it', value: of(register, 'readBytes') / 2 ** 20, aim: 2, unit: 'MiB' },
    {
      what: 'longest block of the main thread',
      value: Math.max(...Object.values(ours).map((measures) => of(measures, 'longestBlockMs'))),
      aim: 50,
      unit: 'ms',
      note: each(ours, 'longestBlockMs', 1),
    },
    {
      what: 'memory, highest of all',
      value: Math.max(...Object.values(ours).map((measures) => of(measures, 'peakMemoryBytes'))) / 1e6,
      aim: 250,
      unit: 'MB',
      note: each(ours, 'peakMemoryBytes', 1e6),
    },
  ]);
}

type Measures = Readonly<Record<string, number>>;

/** A process for each: its memory and its longest block are then its own. Compiled code is kept, as the command line keeps it. */
async function measured(name: string, rootPath: string, compiledPath: string): Promise<Measures> {
  const script = fileURLToPath(new URL('measure-library.ts', import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: compiledPath };
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, rootPath], { env });
  return JSON.parse(stdout) as Measures;
}

function of(measures: Measures, name: string): number {
  return measures[name] ?? Number.NaN;
}

function each(all: Readonly<Record<string, Measures>>, name: string, unit: number): string {
  return Object.entries(all)
    .map(([what, measures]) => `${what} ${(of(measures, name) / unit).toFixed(0)}`)
    .join(', ');
}

const seconds = (measures: Measures, name: string): string => `${(of(measures, name) / 1000).toFixed(2)} s`;

function table(lines: readonly Line[]): void {
  const width = Math.max(...lines.map(({ what }) => what.length));
  for (const { what, value, aim, unit, note = '' } of lines)
    print(
      `${what.padEnd(width)}  ${value.toFixed(2).padStart(9)} ${unit.padEnd(3)}  aim ${String(aim).padStart(4)}  ${value <= aim ? 'met   ' : 'MISSED'}  ${note}`,
    );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
