import { Command } from 'commander';
import { addApiBench } from './api-bench.ts';
import { addGenerateBench } from './generate-bench.ts';
import { addLibraryBench } from './library-bench.ts';
import { addMappingBench } from './mapping-bench.ts';
import { addWindowBench } from './window-bench.ts';

const program = new Command('bench').description('Measures what Vitrine promises to be fast at.');
addGenerateBench(program);
addLibraryBench(program);
addMappingBench(program);
addApiBench(program);
addWindowBench(program);
await program.parseAsync();
