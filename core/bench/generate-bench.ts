import { execFile, spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Command, InvalidArgumentError, Option } from 'commander';
import envPaths from 'env-paths';
import { memoryEnvironment } from '../runner/memory-environment.ts';
import { makeLikeSd15 } from './like-sd15.ts';
import type { NetworkTimes } from './measure-networks.ts';
import { measureStarter } from './measure-starter.ts';
import { stepFlops } from './step-products.ts';

interface GenerateOptions {
  readonly like: 'sd15';
  readonly bundle?: string;
  readonly provider: string;
  readonly sizes: readonly number[];
  readonly parts: readonly Part[];
  readonly repeats: number;
  readonly rounds: number;
  readonly cache: string;
  readonly against?: string;
}

type Part = 'steps' | 'decode' | 'starter';
const allParts: readonly Part[] = ['steps', 'decode', 'starter'];

/** All three networks: 860 M numbers of the UNet, 123 M of the text encoder, 84 M of the VAE. */
const like = { sd15: { make: makeLikeSd15, float32Bytes: (859_520_964 + 123_060_480 + 83_653_863) * 4 } };

/** `bench generate`: the networks at their true size. */
export function addGenerateBench(program: Command): void {
  program
    .command('generate')
    .description(
      'Guided steps (batch 2), VAE decode, load and memory of the networks in a process of their own; the starter model cold and warm',
    )
    .addOption(new Option('--like <family>', 'random weights of that true size').choices(['sd15']).default('sd15'))
    .option('--bundle <dir>', 'a diffusers folder instead')
    .option('--provider <name>', 'execution provider', 'cpu')
    .option('--sizes <list>', 'picture sizes in pixels', wholeNumbers, [256, 512])
    .option('--parts <list>', `which are measured; all of ${allParts.join()} unless said`, partsOf, allParts)
    .option('--repeats <n>', 'steps measured at each size', wholeNumber, 5)
    .option('--rounds <n>', 'how often ours and the rival take turns', wholeNumber, 1)
    .option('--cache <dir>', 'where the random weights are kept', envPaths('vitrine', { suffix: '' }).cache)
    .option(
      '--against <command>',
      'a rival: {what} in it becomes step or decode, {size} the pixels; its last line of output is its seconds',
    )
    .action(async (options: GenerateOptions) => {
      await generate(options);
    });
}

async function generate(options: GenerateOptions): Promise<void> {
  const family = like[options.like];
  const bundle = options.bundle ?? (await family.make(options.cache));
  const [firstSize = 0] = options.sizes;
  const lastSize = options.sizes.at(-1) ?? 0;
  const measures = (part: Part): boolean => options.parts.includes(part);
  const hasNetworks = measures('steps') || measures('decode');
  const ownRounds: NetworkTimes[] = [];
  const castTimes: number[] = [];
  const rivalTimes = new Map<string, number[]>();
  for (let round = 0; hasNetworks && round < options.rounds; round++) {
    ownRounds.push(await measure(bundle, options));
    if (measures('steps')) castTimes.push(await readAndCastSeconds(bundle));
    if (options.against === undefined) continue;
    const steps = measures('steps') ? options.sizes.map((px) => ['step', px] as const) : [];
    for (const [what, size] of [...steps, ...(measures('decode') ? [['decode', lastSize] as const] : [])]) {
      const key = `${what} ${size}`;
      rivalTimes.set(key, [...(rivalTimes.get(key) ?? []), await rivalSeconds(options.against, what, size)]);
    }
  }
  const all = (of: (times: NetworkTimes) => readonly number[]) => ownRounds.flatMap(of);
  const starter = measures('starter') ? await measureStarter(options.repeats) : null;

  const [times] = ownRounds;
  print(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${gigabytes(totalmem())}; ${times?.provider}, ${times?.precision}`,
  );
  print(`${bundle}, ${new Date().toISOString().slice(0, 10)}`);
  print(tableLine(['what', 'ours', 'rival', 'ratio', 'aim']));
  const against = (name: string, own: readonly number[], key: string, aim: string) => {
    if (own.length === 0) return;
    const rival = median(rivalTimes.get(key) ?? []);
    const ratio = Number.isNaN(rival) ? ['-', '-'] : [`${rival.toFixed(2)} s`, `${(rival / median(own)).toFixed(2)} x`];
    print(tableLine([name, spread(own), ...ratio, aim]));
  };
  for (const size of options.sizes)
    against(
      `guided step ${size} px`,
      all(({ steps }) => steps[size] ?? []),
      `step ${size}`,
      '2.5 x',
    );
  for (const size of options.sizes)
    against(
      `VAE decode ${size} px`,
      all(({ decode }) => decode[size] ?? []),
      `decode ${size}`,
      '1.5 x',
    );
  const loads = all(({ loadToFirstStep, steps }) =>
    loadToFirstStep === null ? [] : [loadToFirstStep - median(steps[firstSize] ?? [])],
  );
  if (loads.length > 0) {
    const [load, cast] = [median(loads), median(castTimes)];
    const ratio = [`${cast.toFixed(2)} s read and cast`, `${(load / cast).toFixed(2)} x`];
    print(tableLine(['load to first step', `${load.toFixed(2)} s`, ...ratio, '1.5 x']));
  }
  if (measures('steps') && measures('decode')) {
    const peak = Math.max(...all((one) => [one.peakBytes]));
    const known = options.bundle === undefined ? family.float32Bytes : null;
    const ratio = known === null ? ['-', '-'] : [`${gigabytes(known)} as float32`, `${(peak / known).toFixed(2)} x`];
    print(tableLine(['peak memory of it all', gigabytes(peak), ...ratio, '1.35 x']));
  }
  if (starter !== null) print(tableLine(['starter, cold', spread(starter.cold), '-', '-', '1.5 s']));
  if (!hasNetworks) {
    if (starter !== null) print(tableLine(['starter, 20 steps', spread(starter.warm), '-', '-', '0.18 s']));
    return;
  }
  const peakFlops = Math.max(...all((one) => [one.productFlops]));
  if (starter !== null) {
    const products = starter.warmFlops / peakFlops;
    const ratio = [`${products.toFixed(3)} s products`, `${(median(starter.warm) / products).toFixed(2)} x`];
    print(tableLine(['starter, 20 steps', spread(starter.warm), ...ratio, '0.18 s']));
  }
  for (const size of measures('steps') ? options.sizes : []) {
    const flops = await stepFlops(bundle, size);
    const rate = flops / median(all(({ steps }) => steps[size] ?? []));
    print(
      `guided step ${size} px: ${(flops / 1e9).toFixed(0)} GFLOP, ${(rate / 1e9).toFixed(0)} GFLOPS, ${(rate / peakFlops).toFixed(2)} of a plain product of 1024 x 1024 matrices (${(peakFlops / 1e9).toFixed(0)})`,
    );
  }
}

const tableLine = (cells: readonly string[]): string =>
  cells.map((cell, column) => cell.padEnd([24, 36, 26, 9, 6][column] ?? 0)).join('');

/** A process of its own, for its peak of memory; with the runner's environment. */
async function measure(bundle: string, options: GenerateOptions): Promise<NetworkTimes> {
  const script = fileURLToPath(new URL('measure-networks.ts', import.meta.url));
  const parts = options.parts.join(',');
  const args = [script, bundle, options.provider, options.sizes.join(','), String(options.repeats), parts];
  const env = { ...memoryEnvironment, ...process.env };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as NetworkTimes;
}

/** Of the UNet's weights; a load is held against it. */
async function readAndCastSeconds(bundle: string): Promise<number> {
  const script = fileURLToPath(new URL('measure-reading.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, join(bundle, 'unet')]);
  return Number(stdout);
}

async function rivalSeconds(command: string, what: string, size: number): Promise<number> {
  const filled = command.replaceAll('{what}', what).replaceAll('{size}', String(size));
  const child = spawn(filled, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  const seconds = Number(output.trim().split('\n').at(-1));
  if (!(seconds > 0)) throw new Error(`the rival's last line is not a number of seconds: ${output.slice(-200)}`);
  return seconds;
}

function median(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right);
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return lower === undefined || upper === undefined ? Number.NaN : (lower + upper) / 2;
}

const spread = (times: readonly number[]): string =>
  `${median(times).toFixed(3)} s (${Math.min(...times).toFixed(3)} to ${Math.max(...times).toFixed(3)}, ${times.length} runs)`;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

function partsOf(text: string): Part[] {
  return text.split(',').map((word) => {
    const part = allParts.find((one) => one === word);
    if (part === undefined) throw new InvalidArgumentError(`It must be of ${allParts.join()}.`);
    return part;
  });
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
