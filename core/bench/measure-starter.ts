import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openNetworks } from '../diffusion/open-networks.ts';
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

async function warmSeconds(repeats: number): Promise<number[]> {
  const networks = await openNetworks(bundle, 'cpu');
  const text = await networks.encodeText([[0, 1].map(() => Array.from({ length: 77 }, (_, at) => at))], 0);
  const cells = sizePx / networks.pixelsPerLatent;
  const dims = [1, networks.latentChannels, cells, cells];
  const sample = {
    dims,
    data: Float32Array.from({ length: networks.latentChannels * cells * cells }, (_, at) => Math.sin(at * 78.233)),
  };
  const times: number[] = [];
  for (let turn = 0; turn <= repeats; turn++) {
    const start = performance.now();
    for (let step = 0; step < stepCount; step++)
      await networks.predictNoise({ ...text, sample, timestep: 981 - step * 50, timeIds: null });
    times.push((performance.now() - start) / 1000);
  }
  await networks.close();
  // The first one loaded the weights.
  return times.slice(1);
}
