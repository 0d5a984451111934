#!/usr/bin/env node
// In JavaScript: Node's reader of TypeScript takes 30 ms to load, and code that an earlier start left compiled has no need of it.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

enableCompileCache();
const { isBuildStale } = await import('./build-state.ts');
const root = join(import.meta.dirname, '..');
// A picture of a new process takes an eighth less time from what was built: 20 files instead of 900.
const program = isBuildStale(root, 'node') ? 'core/cli.ts' : 'dist/node/vitrine.mjs';
await import(pathToFileURL(join(root, program)).href);
