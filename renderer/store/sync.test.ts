import { expect, test } from 'vitest';
import type { SequencedEvent } from '../../core/contract/event.ts';
import type { Task } from '../../core/contract/library/task.ts';
import type { EventListener, WindowClient } from '../client/client.ts';
import { sampleArtifact, sampleJob, sampleModel } from '../dev/sample-records.ts';
import { initialState } from './state.ts';
import { createAppStore } from './store.ts';
import { applyEvent, indexModels, mergePictures, startSync, withJob } from './sync.ts';

function removed(sequence: number, name: string): SequencedEvent {
  return { sequence, event: { kind: 'model_removed', model_id: sampleModel({ name }).model_id } };
}

function listenable() {
  const listeners: EventListener[] = [];
  const client: Pick<WindowClient, 'listen'> = {
    listen(listener) {
      listeners.push(listener);
      return () => undefined;
    },
  };
  const [first] = [
    { event: (message: SequencedEvent) => listeners[0]?.event(message), opened: () => listeners[0]?.opened() },
  ];
  return { client: client as WindowClient, stream: first };
}

test('events that a snapshot holds already are left out, those after it are applied', async () => {
  const store = createAppStore();
  const { client, stream } = listenable();
  const seen: number[] = [];
  let snapshots = 0;
  startSync(store, client, {
    takeSnapshot: async () => {
      snapshots += 1;
      return 10;
    },
    modelsMoved: () => seen.push(store.getState().sequence),
    mappingsMoved: () => undefined,
    mappingRulesMoved: () => undefined,
  });
  stream?.opened();
  stream?.event(removed(10, 'old'));
  stream?.event(removed(11, 'new'));
  await expect.poll(() => store.getState().sequence).toBe(11);
  expect({ snapshots, seen, connection: store.getState().connection }).toEqual({
    snapshots: 1,
    seen: [11],
    connection: 'open',
  });
});

test('a gap in the numbers takes a new snapshot, and what is open is read again', async () => {
  const store = createAppStore();
  const { client, stream } = listenable();
  const sequences = [3, 9];
  const moved: number[] = [];
  startSync(store, client, {
    takeSnapshot: async () => sequences.shift() ?? 0,
    modelsMoved: () => moved.push(store.getState().sequence),
    mappingsMoved: () => undefined,
    mappingRulesMoved: () => undefined,
  });
  stream?.opened();
  await expect.poll(() => store.getState().sequence).toBe(3);
  stream?.event(removed(8, 'a'));
  await expect.poll(() => store.getState().sequence).toBe(9);
  expect(moved).toEqual([9]);
});

test('a model that is gone leaves the listing, its total and the selection', () => {
  const [stays, goes] = [sampleModel({ name: 'stays' }), sampleModel({ name: 'goes' })];
  const state = applyEvent(
    {
      ...initialState,
      models: { [stays.model_id]: stays, [goes.model_id]: goes },
      listing: { ...initialState.listing, pages: { 0: [stays.model_id, goes.model_id] }, total: 2 },
      pickedIds: new Set([stays.model_id, goes.model_id]),
      selectedId: goes.model_id,
    },
    { kind: 'model_removed', model_id: goes.model_id },
  );
  expect({ ...state.listing.pages, total: state.listing.total, selected: state.selectedId }).toEqual({
    0: [stays.model_id],
    total: 1,
    selected: null,
  });
  expect([...state.pickedIds]).toEqual([stays.model_id]);
  expect(Object.keys(state.models)).toEqual([stays.model_id]);
});

test('a job that ends brings its pictures and takes its previews away', () => {
  const running = sampleJob({ status: 'running' });
  const artifact = sampleArtifact({ job_id: running.id });
  let state = applyEvent(initialState, { kind: 'job_changed', job: running });
  state = applyEvent(state, { kind: 'preview_ready', job_id: running.id, item_index: 0, data_url: 'data:,' });
  expect(state.previews).toEqual({ [`${running.id}/0`]: 'data:,' });
  state = applyEvent(state, { kind: 'job_changed', job: { ...running, status: 'succeeded', artifacts: [artifact] } });
  expect(state.previews).toEqual({});
  expect(state.pictures).toEqual([artifact]);
});

test('pictures stand newest first and once', () => {
  const old = sampleArtifact({ created_at: '2026-01-01T00:00:00.000Z' });
  const young = sampleArtifact({ created_at: '2026-01-02T00:00:00.000Z' });
  expect(mergePictures([old], [young, old])).toEqual([young, old]);
  const known = [young, old];
  expect(mergePictures(known, [old])).toBe(known);
});

test('progress of a job that is not known changes nothing', () => {
  const progress = {
    stage: 'denoise',
    item_index: 0,
    item_count: 1,
    step: 1,
    step_count: 2,
    fraction: 0.5,
    eta_ms: null,
  } as const;
  expect(applyEvent(initialState, { kind: 'job_progressed', job_id: sampleJob({}).id, progress })).toBe(initialState);
});

test('an answer that events have overtaken does not take a job back', () => {
  const job = sampleJob({ status: 'running' });
  const state = withJob(initialState, job);
  expect(withJob(state, { ...job, status: 'queued' })).toBe(state);
  const ended = withJob(state, { ...job, status: 'canceled' });
  expect(withJob(ended, job)).toBe(ended);
});

test('a task goes forward only, and what reconciling changed moves the listings', async () => {
  const task: Task = {
    task_id: 't',
    kind: 'import',
    state: 'running',
    item_index: 1,
    item_count: 2,
    current_path: '/m',
    done_bytes: 10,
    total_bytes: 20,
    results: [],
  };
  const state = applyEvent(initialState, { kind: 'task_changed', task });
  expect(applyEvent(state, { kind: 'task_changed', task: { ...task, done_bytes: 5 } }).tasks).toEqual({ t: task });
  const store = createAppStore();
  const { client, stream } = listenable();
  let moved = 0;
  startSync(store, client, {
    takeSnapshot: async () => 0,
    modelsMoved: () => {
      moved += 1;
    },
    mappingsMoved: () => undefined,
    mappingRulesMoved: () => undefined,
  });
  stream?.opened();
  await expect.poll(() => store.getState().isReady).toBe(true);
  stream?.event({ sequence: 1, event: { kind: 'library_reconciled', changed_count: 0 } });
  stream?.event({ sequence: 2, event: { kind: 'task_changed', task } });
  expect(moved).toBe(0);
  stream?.event({ sequence: 3, event: { kind: 'library_reconciled', changed_count: 2 } });
  expect(moved).toBe(1);
});

test('a changed model is taken in where it is known; one that nobody looks at, and one that is as it was, change nothing', () => {
  const known = sampleModel({ name: 'a' });
  const state = { ...initialState, models: { [known.model_id]: known } };
  const after = (model: typeof known) => applyEvent(state, { kind: 'model_changed', model });
  expect(after({ ...known, favourite: true }).models[known.model_id]?.favourite).toBe(true);
  expect(after(sampleModel({ name: 'b' }))).toBe(state);
  expect(after({ ...known })).toBe(state);
});

test('a model that is read again as it was stays the same thing', () => {
  const [a, b] = [sampleModel({ name: 'a' }), sampleModel({ name: 'b' })];
  const models = { [a.model_id]: a };
  expect(indexModels(models, [{ ...a }])).toBe(models);
  const more = indexModels(models, [{ ...a }, b]);
  expect(more[a.model_id]).toBe(a);
  expect(more[b.model_id]).toBe(b);
});
