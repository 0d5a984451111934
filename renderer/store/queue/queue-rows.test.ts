import { expect, test } from 'vitest';
import { JobId } from '../../../core/contract/ids.ts';
import { queueRows } from './queue-rows.ts';

const [runs, first, second, old, older] = ['1', '2', '3', '4', '5'].map((digit) =>
  JobId.parse(`0190b5a0-0000-7000-8000-00000000000${digit}`),
) as [JobId, JobId, JobId, JobId, JobId];
const line = { state: 'running', running_job_id: runs, waiting: [first, second], limit: 10 } as const;

function told(rows: ReturnType<typeof queueRows>) {
  return Array.from({ length: rows.count }, (_, index) => {
    const row = rows.at(index);
    return row?.kind === 'band' ? `${row.band} ${row.count}` : (row?.jobId?.at(-1) ?? 'not read');
  });
}

test('what runs stands first, then the line, then the history with places for what was not read', () => {
  const rows = queueRows({ ...line, waiting: [...line.waiting] }, { ids: [old, older], total: 3 });
  expect(told(rows)).toEqual(['running 1', '1', 'waiting 2', '2', '3', 'ended 3', '4', '5', 'not read']);
  expect(rows.at(rows.count)).toBe(null);
  expect([runs, second, older, 'other'].map((id) => rows.indexOf(id))).toEqual([1, 4, 7, -1]);
});

test('a band without jobs has no title', () => {
  expect(told(queueRows({ ...line, running_job_id: null, waiting: [] }, { ids: [old], total: 1 }))).toEqual([
    'ended 1',
    '4',
  ]);
  expect(queueRows(null, { ids: [], total: 0 }).count).toBe(0);
});

test('the next job is found past titles and past what was not read', () => {
  const rows = queueRows({ ...line, waiting: [...line.waiting] }, { ids: [old], total: 2 });
  expect(rows.jobFrom(2, 1)).toEqual({ index: 3, jobId: first });
  expect(rows.jobFrom(2, -1)).toEqual({ index: 1, jobId: runs });
  expect(rows.jobFrom(7, 1)).toBe(null);
  expect(rows.jobFrom(7, -1)).toEqual({ index: 6, jobId: old });
  expect(rows.jobFrom(-1, -1)).toBe(null);
});
