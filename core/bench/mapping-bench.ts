import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';

interface Measured {
  readonly made: number;
  readonly firstPreview: number;
  readonly preview: number;
  readonly bare: number;
  readonly bareSync: number;
  readonly apply: number;
  readonly undo: number;
  readonly check: number;
  readonly longestBlockMs: number;
}

/** Adds `mapping` to the benches: a preview of a whole library, and its apply beside a bare loop of the same links. */
export function addMappingBench(program: Command): void {
  program
    .command('mapping')
    .description(
      "Preview, apply and undo links to a large library in another app's folder, beside a bare loop of symlink",
    )
    .option('--models <n>', 'how many', '10000')
    .action(async ({ models }: { readonly models: string }) => {
      const script = fileURLToPath(new URL('measure-mapping.ts', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [script, models]);
      print(models, JSON.parse(stdout) as Measured);
    });
}

function print(models: string, measured: Measured): void {
  const { made, firstPreview, preview, bare, bareSync, apply, undo, check, longestBlockMs } = measured;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const lines = [
    ['preview', ms(preview), 'aim 200 ms', `the first ${ms(firstPreview)}`],
    [
      'apply, against a bare loop',
      `${(apply / bare).toFixed(2)} x`,
      'aim 1.50 x',
      `${ms(apply)}; bare ${ms(bare)}, without letting go of the thread ${ms(bareSync)}`,
    ],
    ['undo', ms(undo), '', ''],
    ['check of all links', ms(check), '', ''],
    ['longest block of the main thread', ms(longestBlockMs), 'aim 50 ms', ''],
  ];
  process.stdout.write(`${models} models, ${made} links\n`);
  for (const [what = '', value = '', aim = '', note = ''] of lines)
    process.stdout.write(`${what.padEnd(34)}${value.padStart(10)}  ${aim.padEnd(12)}${note}\n`.trimEnd().concat('\n'));
}
