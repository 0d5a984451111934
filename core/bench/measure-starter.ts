import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { memoryEnvironment } from '../runner/memory-environment.ts';
import { stepFlops } from './step-products.ts';

export interface StarterTimes {
  /** Seconds from starting npm to the picture on disk, each in a process of its own; the first made the library as well. */
  readonly cold: readonly number[];
  /** Seconds of 20 guided steps at 128 px, loaded. */
  readonly warm: readonly number[];
  /** Floating point operations in the matrix products of those 20. */
  readonly warmFlops: number;
}

const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
const bundle = join(projectFolder, 'resources/starter-model/bundle');
const stepCount = 20;
const sizePx = 128;

export async function measureStarter(repeats: number): Promise<StarterTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const cold: number[] = [];
    for (let turn = 0; turn <= repeats; turn++) cold.push(await coldSeconds(folder));
    return { cold, warm: await warmSeconds(repeats), warmFlops: stepCount * (await stepFlops(bundle, sizePx)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function coldSeconds(folder: string): Promise<number> {
  const args = ['run', '-s', 'vitrine', '--', 'generate', '--prompt', 'a lighthouse', '--seed', '1'];
  const places = ['--library', join(folder, 'library'), '--data', join(folder, 'data')];
  const start = performance.now();
  await promisify(execFile)('npm', [...args, ...places, '--out', join(folder, 'picture.png')], {
    cwd: projectFolder,
    shell: process.platform === 'win32',
  });
  return (performance.now() - start) / 1000;
}

/** In a process of its own, with the runner's environment. The first run loads the weights, and does not count. */
async function warmSeconds(repeats: number): Promise<number[]> {
  const script = fileURLToPath(new URL('measure-warm-steps.ts', import.meta.url));
  const args = [script, bundle, String(sizePx), String(stepCount), String(repeats + 1)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...memoryEnvironment, ...process.env },
  });
  return (JSON.parse(stdout) as number[]).slice(1);
}
