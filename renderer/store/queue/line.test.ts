import { expect, test } from 'vitest';
import { JobId } from '../../../core/contract/ids.ts';
import type { JobStatus } from '../../../core/contract/jobs/job.ts';
import type { QueueState } from '../../../core/contract/jobs/queue.ts';
import { sampleJob } from '../../dev/sample-records.ts';
import { historyAfter, historyWithout, lineAfter, movedLine, moveTo } from './line.ts';
import type { History } from './queue-part.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => JobId.parse(`0190b5a0-0000-7000-8000-00000000000${letter}`)) as [
  JobId,
  JobId,
  JobId,
];
const line: QueueState = { state: 'running', running_job_id: a, waiting: [b], limit: 10 };

test.each<[string, JobId, JobStatus, Partial<QueueState>]>([
  ['a new job stands last', c, 'queued', { waiting: [b, c] }],
  ['one that waits already stays where it is', b, 'queued', {}],
  [
    'one that was put back while it ran goes on before all others',
    a,
    'queued',
    { waiting: [a, b], running_job_id: null },
  ],
  ['one that begins leaves the line', b, 'running', { waiting: [], running_job_id: b }],
  ['one that ends runs no more', a, 'succeeded', { running_job_id: null }],
  ['one that is canceled while it waits leaves the line', b, 'canceled', { waiting: [] }],
  ['one that the line does not know changes nothing by its end', c, 'failed', {}],
])('%s', (_, id, status, change) => {
  expect(lineAfter(line, sampleJob({ id, status }))).toEqual({ ...line, ...change });
});

test('nothing is known of a line before the first snapshot', () => {
  expect(lineAfter(null, sampleJob({}))).toBe(null);
});

const history: History = { ids: [b], total: 1, nextCursor: null, phase: 'ready' };

test('the history takes in what has ended, once, the newest first', () => {
  const grown = historyAfter(
    historyAfter(history, sampleJob({ id: c, status: 'failed' })),
    sampleJob({ id: a, status: 'canceled' }),
  );
  expect(grown).toEqual({ ...history, ids: [c, b, a], total: 3 });
  expect(historyAfter(grown, sampleJob({ id: c, status: 'failed' }))).toBe(grown);
  expect(historyAfter(history, sampleJob({ id: c, status: 'running' }))).toBe(history);
});

test('what belongs to a page that was not read yet is only counted', () => {
  const paged = { ...history, nextCursor: '7', total: 9 };
  expect(historyAfter(paged, sampleJob({ id: a, status: 'succeeded' }))).toEqual({ ...paged, total: 10 });
});

test('what was removed is gone from the history', () => {
  expect(historyWithout({ ...history, ids: [c, b], total: 2 }, c)).toEqual(history);
});

test.each<[JobId, number, ReturnType<typeof moveTo>]>([
  [c, 0, { place: 'before', otherId: a }],
  [a, 1, { place: 'after', otherId: b }],
  [a, 99, { place: 'after', otherId: c }],
  [c, -3, { place: 'before', otherId: a }],
  [b, 1, null],
])('moving %s to place %i is asked for as %j', (id, to, expected) => {
  expect(moveTo([a, b, c], id, to)).toEqual(expected);
});

test('the line is shown as it will be', () => {
  expect(movedLine([a, b, c], c, 0)).toEqual([c, a, b]);
  expect(movedLine([a, b, c], a, 1)).toEqual([b, a, c]);
});
