import { execFile, spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Command, InvalidArgumentError, Option } from 'commander';
import envPaths from 'env-paths';
import { makeLikeSd15 } from './like-sd15.ts';
import type { NetworkTimes } from './measure-networks.ts';

interface GenerateOptions {
  readonly like: 'sd15';
  readonly bundle?: string;
  readonly provider: string;
  readonly sizes: readonly number[];
  readonly repeats: number;
  readonly cache: string;
  readonly against?: string;
}

const like = { sd15: { make: makeLikeSd15, unetFloat32Bytes: 859_520_964 * 4 } };

/** `bench generate`: the networks at their true size. */
export function addGenerateBench(program: Command): void {
  program
    .command('generate')
    .description(
      'Load time, seconds per guided step (batch 2), VAE decode and peak memory of the networks, in a process of their own',
    )
    .addOption(new Option('--like <family>', 'random weights of that true size').choices(['sd15']).default('sd15'))
    .option('--bundle <dir>', 'a diffusers folder instead')
    .option('--provider <name>', 'execution provider', 'cpu')
    .option('--sizes <list>', 'picture sizes in pixels', wholeNumbers, [256, 512])
    .option('--repeats <n>', 'steps measured at each size', wholeNumber, 5)
    .option('--cache <dir>', 'where the random weights are kept', envPaths('vitrine', { suffix: '' }).cache)
    .option('--against <command>', 'a rival: its last line of output is its seconds per guided step at the first size')
    .action(async (options: GenerateOptions) => {
      await generate(options);
    });
}

async function generate(options: GenerateOptions): Promise<void> {
  const family = like[options.like];
  const bundle = options.bundle ?? (await family.make(options.cache));
  const times = await measure(bundle, options);
  const [firstSize = 0] = options.sizes;
  const own = median(times.steps[firstSize] ?? []);
  print(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${gigabytes(totalmem())}; ${times.provider}`,
  );
  print(`${bundle}`);
  print(`load (first step less a later one)  ${(times.loadToFirstStep - own).toFixed(2)} s`);
  print(`text, one prompt                    ${times.text.toFixed(3)} s`);
  for (const size of options.sizes) {
    print(`guided step ${String(size).padStart(4)} px                 ${spread(times.steps[size] ?? [])}`);
    print(`VAE decode  ${String(size).padStart(4)} px                 ${spread(times.decode[size] ?? [])}`);
  }
  print(`product of 1024 x 1024 matrices     ${(times.productFlops / 1e9).toFixed(0)} GFLOPS`);
  const ratio = (bytes: number) =>
    options.bundle === undefined
      ? `, ${(bytes / family.unetFloat32Bytes).toFixed(2)} x the UNet's weights as float32`
      : '';
  print(`peak memory once loaded             ${gigabytes(times.peakAfterLoadBytes)}${ratio(times.peakAfterLoadBytes)}`);
  print(`peak memory of it all               ${gigabytes(times.peakBytes)}${ratio(times.peakBytes)}`);
  if (options.against === undefined) return;
  const rival = await rivalSeconds(options.against);
  print(`rival's guided step ${firstSize} px            ${rival.toFixed(3)} s: ${(rival / own).toFixed(2)} times ours`);
}

/** A process of its own, for its peak of memory; with the runner's environment. */
async function measure(bundle: string, options: GenerateOptions): Promise<NetworkTimes> {
  const script = fileURLToPath(new URL('measure-networks.ts', import.meta.url));
  const args = [script, bundle, options.provider, options.sizes.join(','), String(options.repeats)];
  const env = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1', ...process.env };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout) as NetworkTimes;
}

async function rivalSeconds(command: string): Promise<number> {
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  const seconds = Number(output.trim().split('\n').at(-1));
  if (!(seconds > 0)) throw new Error(`the rival's last line is not a number of seconds: ${output.slice(-200)}`);
  return seconds;
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
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

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}
