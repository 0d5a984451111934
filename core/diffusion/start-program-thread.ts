import { existsSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** These threads make few objects; Node would let each have 48 MB of young ones. */
const maxYoungGenerationSizeMb = 4;

/** Starts a thread whose program is a file of its own: beside the caller's source, or beside the folder of parts that it was built into. */
export function startProgramThread(folder: string, name: string): Worker {
  const path = [`${name}.ts`, `../${name}.mjs`].map((file) => join(folder, file)).find((one) => existsSync(one));
  if (path === undefined) throw new Error(`the program of the ${name} is missing`);
  // A thread keeps compiled code only where its own environment says so.
  const compiled = getCompileCacheDir();
  const env = { ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }), ...process.env };
  return new Worker(path, { env, resourceLimits: { maxYoungGenerationSizeMb } });
}
