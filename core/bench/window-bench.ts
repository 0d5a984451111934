import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import envPaths from 'env-paths';

/** Adds `window` to the benches. It drives a browser, so it lives with the journeys, and core only starts it. */
export function addWindowBench(program: Command): void {
  program
    .command('window')
    .description('First list, search, scrolling, script and heap of the window over a large library, in a real browser')
    .option('--models <n>', 'how many', '100000')
    .option('--cache <dir>', 'where the library is kept between runs', envPaths('vitrine', { suffix: '' }).cache)
    .action(({ models, cache }: { readonly models: string; readonly cache: string }) => {
      const script = fileURLToPath(new URL('../../e2e/bench/window-bench.ts', import.meta.url));
      const child = spawn(process.execPath, [script, '--models', models, '--cache', cache], { stdio: 'inherit' });
      child.on('exit', (code) => {
        process.exitCode = code ?? 1;
      });
    });
}
