import { sharpImaging } from '../sharp-imaging.ts';
import { serveImaging } from './serve-imaging.ts';

// The process that holds sharp and libvips: see imaging-process.ts.
serveImaging(sharpImaging);
