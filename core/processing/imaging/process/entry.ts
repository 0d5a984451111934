import { flushCompileCache } from 'node:module';
import { sharpImaging } from '../sharp-imaging.ts';
import { serveImaging } from './serve-imaging.ts';

// The process that holds sharp and libvips: see imaging-process.ts.
serveImaging(sharpImaging);
// Compiled code is kept when a process ends by itself, and this one is killed.
flushCompileCache();
