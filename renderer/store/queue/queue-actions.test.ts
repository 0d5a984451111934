import { expect, test } from 'vitest';
import { Failed } from '../../../core/contract/failure.ts';
import { createSampleClient } from '../../dev/sample-client.ts';
import { createActions } from '../actions.ts';
import { createAppStore } from '../store.ts';
import { startSync } from '../sync.ts';

async function opened(scenario = 'shelf') {
  const client = createSampleClient(scenario);
  const store = createAppStore();
  const actions = createActions(store, client);
  const stop = startSync(store, client, actions);
  await expect.poll(() => store.getState().isReady).toBe(true);
  return { client, store, actions, stop };
}

test('the history is read page by page, as far as it is looked at', async () => {
  const { store, actions, stop } = await opened();
  const read = () => store.getState().history;
  expect([read().ids.length, read().total, read().phase]).toEqual([100, 1482, 'ready']);
  await actions.loadHistoryUntil(250);
  expect([read().ids.length, new Set(read().ids).size]).toEqual([300, 300]);
  expect(store.getState().jobs[read().ids[299] ?? '']?.request.prompt).not.toBe('');
  stop();
});

test('a paused line begins nothing; what waits is moved, duplicated, canceled and cleared', async () => {
  const { client, store, actions, stop } = await opened('empty');
  await actions.pauseQueue('picture');
  const ids: string[] = [];
  for (const prompt of ['a', 'b', 'c'])
    ids.push((await client.call('jobs.generate', { request: { prompt }, origin: 'sdapi' })).id);
  const [a = '', b = '', c = ''] = ids;
  const waiting = () => store.getState().line?.waiting;
  expect(waiting()).toEqual([a, b, c]);

  await actions.moveJob(c, 0);
  expect(waiting()).toEqual([c, a, b]);
  await actions.moveJob(c, 1);
  expect(waiting()).toEqual([a, c, b]);

  await actions.cancelJob(a);
  expect([waiting(), store.getState().history.ids]).toEqual([[c, b], [a]]);
  await actions.runAgain({ id: store.getState().jobs[a]?.id ?? expect.unreachable(), status: 'canceled' });
  expect(waiting()).toHaveLength(3);
  expect(store.getState().notice).toMatchObject({ kind: 'queued' });

  await actions.removeJob(a);
  expect([store.getState().history, store.getState().jobs[a]]).toEqual([
    { ids: [], total: 0, nextCursor: null, phase: 'ready' },
    undefined,
  ]);

  await actions.clearQueue('waiting');
  expect([waiting(), store.getState().history.total]).toEqual([[], 3]);
  expect(store.getState().notice).toMatchObject({ kind: 'cleared', what: 'waiting', count: 3 });
  await actions.clearQueue('ended');
  expect(store.getState().history.total).toBe(0);
  stop();
});

test('a job that was put into the line before the answer of a pause came stays in it', async () => {
  const { client, store, stop } = await opened('empty');
  let answer = () => {};
  const slow = createActions(store, {
    ...client,
    async call(name, input) {
      const output = await client.call(name, input);
      if (name === 'queue.pause') await new Promise<void>((resolve) => (answer = resolve));
      return output;
    },
  });
  const pausing = slow.pauseQueue('picture');
  await expect.poll(() => store.getState().line?.state).toBe('paused');
  const { id } = await client.call('jobs.generate', { request: { prompt: 'a' }, origin: 'sdapi' });
  await expect.poll(() => store.getState().line?.waiting).toEqual([id]);
  answer();
  await pausing;
  expect(store.getState().line?.waiting).toEqual([id]);
  stop();
});

test('what the line refuses leaves the line as the core has it, with a job that came meanwhile', async () => {
  const { client, store, actions, stop } = await opened('empty');
  await actions.pauseQueue('picture');
  for (const prompt of ['a', 'b']) await client.call('jobs.generate', { request: { prompt }, origin: 'window' });
  const before = store.getState().line;
  const refusing = createActions(store, {
    ...client,
    async call(name, input) {
      if (name !== 'jobs.move') return client.call(name, input);
      await client.call('jobs.generate', { request: { prompt: 'c' }, origin: 'sdapi' });
      throw new Failed('not_found', { what: 'job', id: 'x' });
    },
  });
  await refusing.moveJob(before?.waiting[1] ?? '', 0);
  const waiting = store.getState().line?.waiting.map((id) => store.getState().jobs[id]?.request.prompt);
  expect(waiting).toEqual(['a', 'b', 'c']);
  expect(store.getState().notice).toMatchObject({ kind: 'problem' });
  stop();
});
