import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { resolveFolders } from '../folders.ts';
import { openInstance } from '../instance.ts';
import { silentLog } from '../log.ts';
import { clientOf } from '../own-client.ts';

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
          `${name.padEnd(56)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms\n`,
        );
    });
}

/**
 * Requests over real HTTP to a server in this process, with the fake runner: pictures of 64 px, progress under listeners, and the door alone,
 * which is what a request takes more than the same work asked of the core directly. The client's own time is in all of them.
 */
async function measureApi({ requests, listeners }: ApiBenchOptions): Promise<readonly ApiTimes[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-'));
  const instance = await openInstance({
    folders: resolveFolders({ library: join(folder, 'library'), data: join(folder, 'data') }),
    env: { VITRINE_RUNNER: 'fake' },
    log: silentLog(),
    apiKey: null,
  });
  try {
    const ask = async (path: string, body?: object): Promise<string> => {
      const response = await fetch(instance.url + path, {
        ...(body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 200)}`);
      return text;
    };
    const picture = { prompt: 'a red sun', steps: 1, width: 64, height: 64, seed: 1 };
    const txt2img = async (): Promise<void> => void (await ask('/sdapi/v1/txt2img', picture));
    const core = clientOf(instance.app);
    await measure('', 20, 1, txt2img);
    // In turns, so that both meet the same machine.
    const [alone, bare] = await inTurns(requests, {
      'the same picture, asked of the core alone': async () => {
        const { id } = await core.call('jobs.generate', { request: picture });
        await core.call('jobs.wait', { job_id: id });
      },
      'POST txt2img, no picture in the answer': async () => {
        await ask('/sdapi/v1/txt2img', { ...picture, send_images: false });
      },
    });
    if (alone === undefined || bare === undefined) throw new Error('two are measured');
    const door = { p50Ms: bare.p50Ms - alone.p50Ms, p99Ms: bare.p99Ms - alone.p99Ms };
    const found = [
      await measure('POST txt2img, one after the other', requests, 1, txt2img),
      await measure('POST txt2img, 8 at once', requests, 8, txt2img),
      alone,
      bare,
      { name: "the door's own cost of a request: the difference", perSecond: 1000 / door.p50Ms, ...door },
      await measure('GET samplers', requests, 1, async () => void (await ask('/sdapi/v1/samplers'))),
    ];
    return [...found, ...(await underListeners({ url: instance.url, ask, txt2img, requests, listeners }))];
  } finally {
    await instance.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface UnderListeners extends ApiBenchOptions {
  readonly url: string;
  readonly ask: (path: string, body?: object) => Promise<string>;
  readonly txt2img: () => Promise<void>;
}

/** Progress, asked while that many follow the stream of a long job, which is told of all the time. */
async function underListeners({ url, ask, txt2img, requests, listeners }: UnderListeners): Promise<ApiTimes[]> {
  const long = { type: 'generate', prompt: 'a', width: 64, height: 64, steps: 1000, count: 100 };
  const { job } = JSON.parse(await ask('/v1/jobs', long)) as { job: { id: string } };
  const end = new AbortController();
  let told = 0;
  const follow = async (path: string): Promise<void> => {
    const response = await fetch(url + path, { signal: end.signal });
    for await (const _ of response.body ?? []) told += 1;
  };
  const streams = Array.from({ length: listeners }, (_, number) =>
    follow(number % 2 === 0 ? `/v1/jobs/${job.id}/progress/stream` : '/api/v1/events'),
  );
  const behind = measure('', requests, 4, txt2img);
  const found = [
    await measure(`GET /v1/jobs/{id}/progress, ${listeners} listeners`, requests, 1, async () => {
      await ask(`/v1/jobs/${job.id}/progress`);
    }),
    await measure(`GET /sdapi/v1/progress, ${listeners} listeners`, requests, 1, async () => {
      await ask('/sdapi/v1/progress');
    }),
  ];
  await ask(`/v1/jobs/${job.id}/cancel`, {});
  await behind;
  end.abort();
  await Promise.allSettled(streams);
  if (told < listeners) throw new Error('the listeners were told nothing');
  return found;
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
  return timesOf(name, timesMs, performance.now() - startedMs);
}

/** Each act once, then all once more, as often as that. */
async function inTurns(count: number, acts: Readonly<Record<string, () => Promise<void>>>): Promise<ApiTimes[]> {
  const times = Object.entries(acts).map(([name, act]) => ({ name, act, timesMs: [] as number[] }));
  for (let turn = 0; turn < count; turn++)
    for (const { act, timesMs } of times) {
      const beganMs = performance.now();
      await act();
      timesMs.push(performance.now() - beganMs);
    }
  return times.map(({ name, timesMs }) =>
    timesOf(
      name,
      timesMs,
      timesMs.reduce((sum, time) => sum + time, 0),
    ),
  );
}

function timesOf(name: string, timesMs: readonly number[], wholeMs: number): ApiTimes {
  const perSecond = timesMs.length / (wholeMs / 1000);
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { name, perSecond, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}
