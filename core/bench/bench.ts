import { Command } from 'commander';
import { addLibraryBench } from './library-bench.ts';

const program = new Command('bench').description('Measures what Vitrine promises to be fast at.');
addLibraryBench(program);
await program.parseAsync();
