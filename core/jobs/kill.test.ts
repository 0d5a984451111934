import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTerminal } from '../contract/jobs/job.ts';
import { openJobs } from './jobs.ts';

const program = fileURLToPath(new URL('./fixtures/killed-queue.ts', import.meta.url));
const jobCount = 100;
const kills = 25;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Moments that differ from run to run of the loop, and are the same in every run of the test. */
function* moments(): Generator<number> {
  for (let state = 1; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state % 250;
  }
}

test('killed at any moment of 100 jobs, every job is terminal or queued, every listed file is whole, and none runs twice unasked', async () => {
  const path = join(folder, 'jobs.db');
  const notes = join(folder, 'notes.txt');
  const moment = moments();
  let wanted = jobCount;
  for (let kill = 0; kill < kills; kill++) {
    const child = spawn(process.execPath, [program, path, notes, String(wanted)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    wanted = 0;
    await sleep(moment.next().value);
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  }
  const jobs = openJobs({
    path,
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
    if (job.status === 'queued') expect(job.artifacts).toEqual([]);
    for (const artifact of job.artifacts) expect(readFileSync(artifact.path, 'utf8')).toBe('whole'.repeat(2_000));
    const codes = jobs.events(job.id).map(({ code }) => code);
    expect(codes.indexOf('job.finish')).toBe(isTerminal(job.status) ? codes.length - 1 : -1);
  }
  const ran = readFileSync(notes, 'utf8').trim().split('\n');
  expect(new Set(ran).size).toBe(ran.length);
  // The loop met jobs in the middle of their work, or it proved nothing.
  expect(all.filter(({ status }) => status === 'failed').length).toBeGreaterThan(3);
  expect(all.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(3);
  await jobs.close();
}, 60_000);
