#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { keepNurserySmall } from './keep-nursery-small.ts';

/**
 * The program behind `vitrine`. In a checkout npm changes the working folder to the checkout before it runs a script: what the user gave is
 * relative to where they were.
 */
async function main(): Promise<number> {
  enableCompileCache();
  keepNurserySmall();
  const { runCli } = await import('./cli/run-cli.ts');
  const { processIo } = await import('./cli/io.ts');
  return runCli(process.argv.slice(2), processIo());
}

process.exitCode = await main();
