#!/usr/bin/env node
// In JavaScript: Node's reader of TypeScript takes 30 ms to load, and code that an earlier start left compiled has no need of it.
import { enableCompileCache } from 'node:module';

enableCompileCache();
await import('./cli.ts');
