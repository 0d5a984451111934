import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTerminal } from './contract/jobs/job.ts';
import { openJobs } from './jobs/jobs.ts';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
const jobCount = 100;
const kills = 10;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-killed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Moments that differ from kill to kill, and are the same in every run of the test. */
function* moments(): Generator<number> {
  for (let state = 7; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state % 2_000;
  }
}

/** `vitrine serve`, as soon as it says where. */
async function serve(): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const places = ['--library', join(folder, 'library'), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', ...places], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, VITRINE_RUNNER: 'fake', VITRINE_FAKE_STEP_MS: '1' },
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: (JSON.parse(line.toString()) as { url: string }).url };
}

test('`vitrine serve` killed at random moments of 100 jobs: each is terminal or queued, every listed picture is whole, none runs twice unasked', async () => {
  const moment = moments();
  for (let kill = 0; kill < kills; kill++) {
    const { child, url } = await serve();
    if (kill === 0) {
      const job = { type: 'generate', width: 64, height: 64, steps: 8, count: 2, chain: { upscale: { scale: 2 } } };
      const asked = Array.from({ length: jobCount }, (_, number) =>
        fetch(`${url}/v1/jobs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...job, prompt: `number ${number}` }),
        }),
      );
      for (const response of await Promise.all(asked)) expect(response.status).toBe(202);
    }
    await sleep(moment.next().value);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  const jobs = openJobs({
    path: join(folder, 'data', 'jobs.db'),
    emit: () => undefined,
    execute: () => new Promise(() => undefined),
    resumesQueue: false,
  });
  const all = jobs.list({ limit: 200 }).jobs;
  expect(all).toHaveLength(jobCount);
  for (const job of all) {
    expect(isTerminal(job.status) || job.status === 'queued', job.status).toBe(true);
    if (job.status === 'failed') expect(job.failure?.code).toBe('interrupted');
    if (job.status === 'succeeded') expect(job.artifacts).toHaveLength(4);
    for (const { path, sha256, size_bytes, width } of job.artifacts) {
      const bytes = readFileSync(path);
      expect([bytes.byteLength, createHash('sha256').update(bytes).digest('hex')]).toEqual([size_bytes, sha256]);
      expect((await sharp(bytes).metadata()).width).toBe(width);
    }
    const started = jobs.events(job.id).filter(({ code }) => code === 'step.start');
    expect(new Set(started.map(({ step }) => step)).size).toBe(started.length);
    expect(jobs.events(job.id).findIndex(({ code }) => code === 'job.finish')).toBe(
      isTerminal(job.status) ? jobs.events(job.id).length - 1 : -1,
    );
  }
  const count = (status: string) => all.filter((job) => job.status === status).length;
  // It met jobs in the middle of their work, or it proved nothing.
  expect([count('failed') > 2, count('succeeded') > 2]).toEqual([true, true]);
  await jobs.close();
}, 120_000);
