import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { resolveFolders } from '../folders.ts';
import { openInstance } from '../instance.ts';
import { silentLog } from '../log.ts';

interface ApiTimes {
  readonly name: string;
  readonly perSecond: number;
  /** Of one request, sorted. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface ApiBenchOptions {
  readonly requests: number;
  readonly listeners: number;
}

/** Adds `api` to the benches. */
export function addApiBench(program: Command): void {
  program
    .command('api')
    .description('Requests per second and p99 of the HTTP interfaces, with the fake runner')
    .option('--requests <n>', 'of each kind', wholeNumber, 200)
    .option('--listeners <n>', 'of the event stream', wholeNumber, 50)
    .action(async (options: ApiBenchOptions) => {
      for (const { name, perSecond, p50Ms, p99Ms } of await measureApi(options))
        process.stdout.write(
          `${name.padEnd(52)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms\n`,
        );
    });
}

/** Requests over real HTTP to a server with the fake runner: pictures of 64 px, progress under listeners, and the door alone. */
async function measureApi({ requests, listeners }: ApiBenchOptions): Promise<readonly ApiTimes[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const instance = await openInstance({
    folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
    env: { VITRINE_RUNNER: 'fake' },
    log: silentLog(),
    apiKey: null,
  });
  try {
    const ask = async (path: string, body?: object): Promise<void> => {
      const response = await fetch(instance.url + path, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    };
    const picture = { prompt: 'a red sun', steps: 1, width: 64, height: 64, seed: 1 };
    const txt2img = () => ask('/sdapi/v1/txt2img', picture);
    await measure('', 20, 1, txt2img);
    const found = [
      await measure('POST txt2img, one after the other', requests, 1, txt2img),
      await measure('POST txt2img, 8 at once', requests, 8, txt2img),
      await measure('GET samplers: the door alone', requests, 1, () => ask('/sdapi/v1/samplers')),
      await measure('POST txt2img that is refused: door, body, checks', requests, 1, async () => {
        const body = JSON.stringify({ ...picture, script_name: 'none of these' });
        const response = await fetch(`${instance.url}/sdapi/v1/txt2img`, { method: 'POST', body });
        await response.arrayBuffer();
      }),
    ];
    const end = new AbortController();
    const streams = Array.from({ length: listeners }, async () => {
      const response = await fetch(`${instance.url}/api/v1/events`, { signal: end.signal });
      for await (const _ of response.body ?? []) if (end.signal.aborted) return;
    });
    const working = measure('', requests, 4, txt2img);
    found.push(
      await measure(`GET progress under ${listeners} listeners and load`, requests, 1, () => ask('/sdapi/v1/progress')),
    );
    await working;
    end.abort();
    await Promise.allSettled(streams);
    return found;
  } finally {
    await instance.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(name: string, count: number, atOnce: number, act: () => Promise<void>): Promise<ApiTimes> {
  const timesMs: number[] = [];
  const startedMs = performance.now();
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const beganMs = performance.now();
      await act();
      timesMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const perSecond = count / ((performance.now() - startedMs) / 1000);
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { name, perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
