import { expect, test } from 'vitest';
import type { AppEvent } from '../../core/contract/event.ts';
import { afterEvent, cutShort, fractionOf, noWork } from './work-in-hand.ts';

const job = (id: string, status: string) => ({ kind: 'job_changed', job: { id, status, progress: null } }) as AppEvent;
const progress = (job_id: string, fraction: number) =>
  ({ kind: 'job_progressed', job_id, progress: { fraction } }) as AppEvent;
const task = (state: string, done_bytes: number, total_bytes: number, item_index = 0) =>
  ({
    kind: 'task_changed',
    task: { task_id: 't', state, done_bytes, total_bytes, item_index, item_count: 4 },
  }) as AppEvent;

const after = (...events: readonly AppEvent[]) => events.reduce(afterEvent, noWork);

test.each([
  ['nothing happened', [], null, null],
  ['a job waits', [job('a', 'queued')], null, null],
  ['a job began', [job('a', 'queued'), job('a', 'running')], 0, 'quitPicture'],
  ['a job is half way', [job('a', 'running'), progress('a', 0.5)], 0.5, 'quitPicture'],
  ['a job that runs changed', [job('a', 'running'), progress('a', 0.5), job('a', 'running')], 0.5, 'quitPicture'],
  ['one job ended and another waits', [job('a', 'running'), job('b', 'queued'), job('a', 'succeeded')], null, null],
  ['a job went back into the line', [job('a', 'running'), progress('a', 0.5), job('a', 'queued')], null, null],
  ['a job was removed', [job('a', 'running'), { kind: 'job_removed', job_id: 'a' } as AppEvent], null, null],
  ['files are copied', [task('running', 25, 100)], 0.25, 'quitModels'],
  ['folders are referenced', [task('running', 0, 0, 2)], 0.5, 'quitModels'],
  ['a copy ended', [task('running', 25, 100), task('done', 100, 100)], null, null],
  ['a job runs beside a copy', [task('running', 25, 100), job('a', 'running'), progress('a', 0.1)], 0.1, 'quitPicture'],
])('when %s, the taskbar and the question before quitting say so', (_, events, fraction, cut) => {
  const work = after(...events);
  expect(fractionOf(work)).toBe(fraction);
  expect(cutShort(work)).toBe(cut);
});
