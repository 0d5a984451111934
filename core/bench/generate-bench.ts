import { execFile, spawn } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Command, InvalidArgumentError, Option } from 'commander';
import envPaths from 'env-paths';
import { makeLikeSd15 } from './generate/like-sd15.ts';
import type { OpenedNetworks } from './generate/measure-networks.ts';
import { measureStarter, starterSizePx } from './generate/measure-starter.ts';
import { openMeasuredNetworks } from './generate/measured-networks.ts';
import { stepFlops } from './generate/step-products.ts';
import { median, ratioOf, type Turns, takeTurns } from './generate/take-turns.ts';

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
      'a rival: {what} in it becomes step, decode or starter (20 steps of that model), {size} the pixels; its last line of output is its seconds',
    )
    .action(async (options: GenerateOptions) => {
      await generate(options);
    });
}

async function generate(options: GenerateOptions): Promise<void> {
  const family = like[options.like];
  const bundle = options.bundle ?? (await family.make(options.cache));
  const measures = (part: Part): boolean => options.parts.includes(part);
  const networks = measures('steps') || measures('decode') ? await measure(bundle, options) : null;
  const { against: command } = options;
  const starterRival = command === undefined ? null : () => rivalSeconds(command, 'starter', starterSizePx);
  const starter = measures('starter') ? await measureStarter(options.repeats, options.rounds, starterRival) : null;

  print(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${gigabytes(totalmem())}; ${networks === null ? 'cpu' : `${networks.provider}, ${networks.precision}`}`,
  );
  print(`${bundle}, ${new Date().toISOString().slice(0, 10)}`);
  print(tableLine(['what', 'ours', 'rival', 'ratio', 'aim']));
  const against = (name: string, turns: Turns, aim: string) => {
    const ratio = turns.rival.length === 0 ? ['-', '-'] : [spread(turns.rival), `${ratioOf(turns).toFixed(2)} x`];
    print(tableLine([name, spread(turns.own.flat()), ...ratio, aim]));
  };
  for (const [sizePx, turns] of networks?.steps ?? []) against(`guided step ${sizePx} px`, turns, '2.5 x');
  for (const [sizePx, turns] of networks?.decodes ?? []) against(`VAE decode ${sizePx} px`, turns, '1.5 x');
  if (networks !== null && networks.loads.length > 0) {
    const [load, cast] = [median(networks.loads), median(networks.casts)];
    const ratio = [`${cast.toFixed(2)} s read and cast`, `${(load / cast).toFixed(2)} x`];
    print(tableLine(['load to first step', `${load.toFixed(2)} s`, ...ratio, '1.5 x']));
  }
  if (networks !== null && measures('steps') && measures('decode')) {
    const { peakBytes } = networks;
    const known = options.bundle === undefined ? family.float32Bytes : null;
    const ratio =
      known === null ? ['-', '-'] : [`${gigabytes(known)} as float32`, `${(peakBytes / known).toFixed(2)} x`];
    print(tableLine(['peak memory of it all', gigabytes(peakBytes), ...ratio, '1.35 x']));
  }
  if (starter !== null) {
    const { cold, isBuilt, warm, productSeconds } = starter;
    print(tableLine([`starter, cold, ${isBuilt ? 'built' : 'sources'}`, spread(cold), '-', '-', '1.5 s']));
    const own = warm.own.flat();
    const ratio = [`${productSeconds.toFixed(3)} s products`, `${(median(own) / productSeconds).toFixed(2)} x`];
    print(tableLine(['starter, 20 steps', spread(own), ...ratio, '0.18 s']));
    // diffusers took 0.36 s where the aim is 0.18.
    if (warm.rival.length > 0) against('starter, 20 steps', warm, '2 x');
  }
  if (networks === null) return;
  const { productRate } = networks;
  for (const [sizePx, turns] of networks.steps) {
    const flops = await stepFlops(bundle, sizePx);
    const rate = flops / median(turns.own.flat());
    print(
      `guided step ${sizePx} px: ${(flops / 1e9).toFixed(0)} GFLOP, ${(rate / 1e9).toFixed(0)} GFLOPS, ${(rate / productRate).toFixed(2)} of a plain product of 1024 x 1024 matrices (${(productRate / 1e9).toFixed(0)})`,
    );
  }
}

interface Measured extends OpenedNetworks {
  readonly steps: readonly (readonly [sizePx: number, Turns])[];
  readonly decodes: readonly (readonly [sizePx: number, Turns])[];
  /** Seconds of a load to the first step, without the step; and of reading and casting the UNet's weights. */
  readonly loads: readonly number[];
  readonly casts: readonly number[];
  readonly peakBytes: number;
  readonly productRate: number;
}

async function measure(bundle: string, options: GenerateOptions): Promise<Measured> {
  const { against, rounds, repeats, sizes, parts, provider } = options;
  const [firstSizePx = 0] = sizes;
  const toFirstStep: number[] = [];
  const casts: number[] = [];
  let networks = await openMeasuredNetworks(bundle, provider);
  for (let round = 0; parts.includes('steps') && round < rounds; round++) {
    if (round > 0) {
      await networks.end();
      networks = await openMeasuredNetworks(bundle, provider);
    }
    casts.push(await readAndCastSeconds(bundle));
    toFirstStep.push(...(await networks.run('step', firstSizePx, 1)).seconds);
  }
  let peakBytes = 0;
  const turnsOf = async (kind: 'step' | 'decode', sizePx: number, count: number, isMeasured: boolean) => {
    const run = async (times: number) => {
      const done = await networks.run(kind, sizePx, times);
      peakBytes = done.peakBytes;
      return done.seconds;
    };
    // The first of a size lays out its memory.
    await run(1);
    const rival = against === undefined || !isMeasured ? null : () => rivalSeconds(against, kind, sizePx);
    return [sizePx, await takeTurns(rounds, () => run(count), rival)] as const;
  };
  const steps: (readonly [number, Turns])[] = [];
  const decodes: (readonly [number, Turns])[] = [];
  for (const sizePx of parts.includes('steps') ? sizes : []) steps.push(await turnsOf('step', sizePx, repeats, true));
  for (const sizePx of parts.includes('decode') ? sizes : [])
    decodes.push(await turnsOf('decode', sizePx, 2, sizePx === sizes.at(-1)));
  const { provider: chosen, precision } = networks;
  const step = median(steps[0]?.[1].own.flat() ?? []);
  return {
    provider: chosen,
    precision,
    steps,
    decodes,
    loads: toFirstStep.map((seconds) => seconds - step),
    casts,
    peakBytes,
    productRate: await networks.end(),
  };
}

const tableLine = (cells: readonly string[]): string =>
  cells.map((cell, column) => cell.padEnd([24, 38, 38, 9, 6][column] ?? 0)).join('');

/** Of the UNet's weights; a load is held against it. */
async function readAndCastSeconds(bundle: string): Promise<number> {
  const script = fileURLToPath(new URL('generate/measure-reading.ts', import.meta.url));
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
