import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isBuildStale } from '../../build-state.ts';
import { memoryEnvironment } from '../../runner/memory-environment.ts';
import type { WarmSteps } from './measure-warm-steps.ts';
import { stepFlops } from './step-products.ts';
import { type Turns, takeTurns } from './take-turns.ts';

export interface StarterTimes {
  /** Seconds from starting npm to the picture on disk, each in a process of its own; the first made the library as well. */
  readonly cold: readonly number[];
  /** Whether what was built is run, which starts in less time than the sources. */
  readonly isBuilt: boolean;
  /** Seconds of 20 guided steps at 128 px, loaded. */
  readonly warm: Turns;
  /** Seconds of the matrix products in those 20, at this machine's rate. */
  readonly productSeconds: number;
}

const projectFolder = fileURLToPath(new URL('../../..', import.meta.url));
const bundle = join(projectFolder, 'resources/starter-model/bundle');
const stepCount = 20;
export const starterSizePx = 128;

/** `rival` answers with its seconds of the same 20 steps. */
export async function measureStarter(
  repeats: number,
  rounds: number,
  rival: (() => Promise<number>) | null,
): Promise<StarterTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-bench-'));
  try {
    const cold: number[] = [];
    for (let turn = 0; turn <= repeats; turn++) cold.push(await coldSeconds(folder));
    const rates: number[] = [];
    const ownTurn = async (): Promise<readonly number[]> => {
      const { seconds, productRate } = await warmSteps(repeats);
      rates.push(productRate);
      return seconds.slice(1);
    };
    const warm = await takeTurns(rounds, ownTurn, rival);
    const productSeconds = (stepCount * (await stepFlops(bundle, starterSizePx))) / Math.max(...rates);
    return { cold, isBuilt: !isBuildStale(projectFolder, 'node'), warm, productSeconds };
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

/** In a process of its own, with the runner's environment. The first turn loads the weights. */
async function warmSteps(repeats: number): Promise<WarmSteps> {
  const script = fileURLToPath(new URL('measure-warm-steps.ts', import.meta.url));
  const args = [script, bundle, String(starterSizePx), String(stepCount), String(repeats + 1)];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...memoryEnvironment, ...process.env },
  });
  return JSON.parse(stdout) as WarmSteps;
}
