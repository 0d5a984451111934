import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed, failureOf } from '../contract/failure.ts';
import type { Job } from '../contract/jobs/job.ts';
import { JobQuery } from '../contract/jobs/job-query.ts';
import { sampleRequest, sampleTimings } from './fixtures/sample-job.ts';
import { type Jobs, openJobs } from './jobs.ts';

let folder = '';
let jobs: Jobs;
let clockMs = Date.parse('2026-01-01T00:00:00Z');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-history-'));
  jobs = openJobs({
    path: join(folder, 'jobs.db'),
    emit: () => undefined,
    now: () => new Date(clockMs++),
    execute: async ({ request: { prompt } }) => {
      if (prompt.includes('fails')) throw new Failed('oom', { reason: 'x' });
      return { timings: sampleTimings, provider: 'cpu' };
    },
  });
});
afterEach(async () => {
  await jobs.close();
  rmSync(folder, { recursive: true, force: true });
});

const prompts = (found: readonly Job[]) => found.map(({ request }) => request.prompt);
const list = (query: Partial<JobQuery>) => jobs.list(JobQuery.parse(query));
const refusalOf = (cursor: string, sort?: JobQuery['sort']) => {
  try {
    list({ cursor, sort });
  } catch (error) {
    return failureOf(error);
  }
  return expect.unreachable('it should have been refused');
};
async function history(): Promise<void> {
  jobs.enqueue(sampleRequest('A red sun'), 'window');
  jobs.enqueue(sampleRequest('a red moon, 100% _real_'), 'sdapi', { task_id: 'task(mine)' });
  jobs.enqueue(sampleRequest('it fails'), 'jobs_api');
  const { id } = jobs.enqueue(sampleRequest('a blue sun'), 'cli');
  await jobs.wait(id, 5_000);
  await jobs.pause('now');
  jobs.enqueue(sampleRequest('waits'), 'window');
}

describe('a listing of jobs', () => {
  it.each<[Partial<JobQuery>, string[]]>([
    [{}, ['waits', 'a blue sun', 'it fails', 'a red moon, 100% _real_', 'A red sun']],
    [{ status: 'failed' }, ['it fails']],
    [{ status: 'ended' }, ['a blue sun', 'it fails', 'a red moon, 100% _real_', 'A red sun']],
    [{ status: 'queued' }, ['waits']],
    [{ origin: 'window' }, ['waits', 'A red sun']],
    [{ query: 'SUN  a' }, ['a blue sun', 'A red sun']],
    [{ query: 'sun', status: 'ended', origin: 'cli' }, ['a blue sun']],
    [{ query: '100%' }, ['a red moon, 100% _real_']],
    [{ query: '%' }, ['a red moon, 100% _real_']],
    [{ query: '_' }, ['a red moon, 100% _real_']],
    [{ query: `' OR 1 --` }, []],
    [{ task_id: 'task(mine)' }, ['a red moon, 100% _real_']],
    [{ task_id: 'task(lost)' }, []],
  ])('of %j has what matches, the newest first, and says how many', async (query, expected) => {
    await history();
    const page = list(query);
    expect(prompts(page.jobs)).toEqual(expected);
    expect(page).toMatchObject({ total: expected.length, next_cursor: null });
  });

  it.each(['created', 'updated'] as const)('page by page, sorted by %s, has every job once', async (sort) => {
    await history();
    const whole = list({ sort });
    const found: Job[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = list({ sort, limit: 2, ...(cursor !== undefined && { cursor }) });
      expect(page.total).toBe(5);
      found.push(...page.jobs);
      cursor = page.next_cursor;
    }
    expect(found).toEqual(whole.jobs);
  });

  it.each(['', 'x', '-1', '1/2', "1'; DROP TABLE jobs", '9'.repeat(20)])('refuses the cursor %j', (cursor) => {
    expect(refusalOf(cursor)).toMatchObject({ code: 'invalid_input', details: { field: 'cursor' } });
    expect(refusalOf(cursor, 'updated')).toMatchObject({ code: 'invalid_input', details: { field: 'cursor' } });
  });

  it('counts the jobs of each state', async () => {
    expect(jobs.counts()).toEqual({ queued: 0, running: 0, succeeded: 0, failed: 0, canceled: 0 });
    await history();
    expect(jobs.counts()).toEqual({ queued: 1, running: 0, succeeded: 3, failed: 1, canceled: 0 });
  });
});
