import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';

interface Measured {
  readonly made: number;
  readonly checked: number;
  readonly firstPreview: number;
  readonly preview: number;
  /** When all links stand. */
  readonly again: number;
  /** The same, of a program that has just begun and knows its applies. */
  readonly reopened: number;
  /** Of an apply: until it is known that the plan still holds. */
  readonly plan: number;
  readonly apply: number;
  readonly bare: number;
  readonly bareSync: number;
  /** Of each round. */
  readonly ratios: readonly number[];
  /** Processor time of an apply against that of the bare loop: what holds on a machine that others use, too. */
  readonly workRatio: number;
  readonly undo: number;
  readonly check: number;
  /** The longest time for which each held the main thread. */
  readonly blocks: Readonly<Record<'preview' | 'again' | 'reopened' | 'apply' | 'undo' | 'check', number>>;
}

/** Adds `mapping` to the benches: a preview of a whole library, and its apply beside a bare loop of the same links. */
export function addMappingBench(program: Command): void {
  program
    .command('mapping')
    .description(
      "Preview, apply and undo links to a large library in another app's folder, beside a bare loop of symlink",
    )
    .option('--models <n>', 'how many', '10000')
    .option('--rounds <n>', 'how often', '3')
    .action(async ({ models, rounds }: { readonly models: string; readonly rounds: string }) => {
      const compiledPath = await mkdtemp(join(tmpdir(), 'vitrine-compiled-'));
      try {
        // Compiled code is kept, as the command line keeps it.
        await measured('100', '1', compiledPath);
        print(models, await measured(models, rounds, compiledPath));
      } finally {
        await rm(compiledPath, { recursive: true, force: true });
      }
    });
}

async function measured(models: string, rounds: string, compiledPath: string): Promise<Measured> {
  const script = fileURLToPath(new URL('measure-mapping.ts', import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: compiledPath };
  const { stdout } = await promisify(execFile)(process.execPath, [script, models, rounds], { env });
  return JSON.parse(stdout) as Measured;
}

function print(models: string, measured: Measured): void {
  const { made, checked, firstPreview, preview, again, reopened, plan, bare, bareSync, apply } = measured;
  const { ratios, workRatio, undo, check, blocks } = measured;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const sorted = [...ratios].sort((a, b) => a - b);
  const times = (value: number | undefined) => `${(value ?? Number.NaN).toFixed(2)} x`;
  const lines = [
    ['preview', ms(preview), 'aim 200 ms', `the first ${ms(firstPreview)}`],
    ['preview when all links stand', ms(again), 'aim 200 ms', `the first of a program ${ms(reopened)}`],
    [
      'apply, against a bare loop',
      times(sorted[Math.floor(sorted.length / 2)]),
      'aim 1.50 x',
      `${times(sorted[0])} to ${times(sorted.at(-1))}; ${ms(apply)}, of which ${ms(plan)} to plan anew; processor time ${times(workRatio)}`,
    ],
    ['the bare loop', ms(bare), '', `without letting go of the thread ${ms(bareSync)}`],
    ['undo', ms(undo), '', ''],
    [`check of ${checked} links`, ms(check), '', ''],
    ...Object.entries(blocks).map(([what, block]) => [`longest block: ${what}`, ms(block), 'aim 50 ms', '']),
  ];
  process.stdout.write(`${models} models, ${made} links\n`);
  for (const [what = '', value = '', aim = '', note = ''] of lines)
    process.stdout.write(`${what.padEnd(34)}${value.padStart(10)}  ${aim.padEnd(12)}${note}\n`.trimEnd().concat('\n'));
}
