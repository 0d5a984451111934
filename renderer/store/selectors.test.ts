import { expect, test } from 'vitest';
import { sampleArtifact, sampleJob, sampleModel } from '../dev/sample-records.ts';
import { noFilter } from './models/models-part.ts';
import { draftModel, easelOf, filmOf, healthOf, isFirstRun, sortOf, timeEach, whyNotRunnable } from './selectors.ts';
import { type AppState, initialState } from './state.ts';
import { withJob } from './sync.ts';

test.each([
  [{}, null],
  [{ validation_state: 'degraded' as const }, 'degraded'],
  [{ validation_state: 'degraded' as const, is_offline: true }, 'offline'],
  [{ validation_state: 'invalid' as const }, 'invalid'],
  [{ task_type_primary: 'image-to-image' }, 'other_task'],
  [{ recommended_backend: 'diffusers' }, 'no_engine'],
  [{ recommended_backend: null }, 'no_engine'],
])('a model with %j runs, or this is why not: %s', (facts, why) => {
  expect(whyNotRunnable(sampleModel(facts))).toBe(why);
});

test('offline is a health of its own', () => {
  expect(healthOf(sampleModel({ validation_state: 'degraded', is_offline: true }))).toBe('offline');
});

function stateWith(models: readonly ReturnType<typeof sampleModel>[], more: Partial<AppState> = {}): AppState {
  return {
    ...initialState,
    models: Object.fromEntries(models.map((model) => [model.model_id, model])),
    generatorIds: models.map(({ model_id }) => model_id),
    ...more,
  };
}

test('the draft follows what was chosen, else the first that runs', () => {
  const [broken, whole] = [sampleModel({ name: 'a', validation_state: 'invalid' }), sampleModel({ name: 'b' })];
  const state = stateWith([broken, whole]);
  expect(draftModel(state)).toBe(whole);
  expect(draftModel({ ...state, draft: { ...state.draft, modelId: broken.model_id } })).toBe(broken);
  expect(draftModel(stateWith([broken]))).toBe(null);
});

test('the film shows what forms, what will, then pictures by day', () => {
  const job = sampleJob({
    status: 'running',
    progress: { stage: 'denoise', item_index: 1, item_count: 4, step: 3, step_count: 20, fraction: 0.3, eta_ms: null },
  });
  const monday = sampleArtifact({ created_at: '2026-03-16T12:00:00.000Z' });
  const sunday = sampleArtifact({ created_at: '2026-03-15T12:00:00.000Z' });
  const film = filmOf({
    pictures: [monday, sunday],
    running: job,
    preview: 'data:,',
    failed: null,
    waiting: [sampleJob({})],
  });
  expect(film.map((item) => (item.kind === 'soon' ? `soon ${item.number}` : item.kind))).toEqual([
    'forming',
    'soon 3',
    'soon 4',
    'waiting',
    'day',
    'picture',
    'day',
    'picture',
  ]);
});

test('the easel shows the selected picture while another forms, else what forms, else the newest', () => {
  const artifact = sampleArtifact({});
  const running = sampleJob({ status: 'running' });
  const made = { ...initialState, pictures: [artifact] };
  expect(easelOf(initialState).kind).toBe('empty');
  expect(easelOf(made)).toEqual({ kind: 'picture', artifact, job: null });
  const busy = withJob(made, running);
  expect(easelOf(busy)).toEqual({ kind: 'forming', job: running, preview: null });
  expect(easelOf({ ...busy, studio: { kind: 'picture', pictureId: artifact.id } }).kind).toBe('picture');
  const failed = sampleJob({ status: 'failed' });
  expect(easelOf({ ...withJob(made, failed), studio: { kind: 'job', jobId: failed.id } }).kind).toBe('failed');
});

test('time for a picture is only told from the very same setting', () => {
  const model = sampleModel({});
  const timings = { load_ms: 9000, text_ms: 100, denoise_ms: 7800, decode_ms: 100, total_ms: 17_000 };
  const job = sampleJob({
    status: 'succeeded',
    timings,
    artifacts: [sampleArtifact({}), sampleArtifact({})],
    request: { ...sampleJob({}).request, model_id: model.model_id },
  });
  const state = withJob(stateWith([model]), job);
  expect(timeEach(state)).toBe(4000);
  expect(timeEach({ ...state, draft: { ...state.draft, steps: 30 } })).toBe(null);
});

test('a search stands best match first, the rest as was chosen', () => {
  const state: AppState = { ...initialState, sort: 'size' };
  expect(sortOf(state)).toBe('size');
  expect(sortOf({ ...state, listing: { ...state.listing, filter: { ...noFilter, query: 'ink' } } })).toBe('relevance');
});

test('the welcome shows once, in a library with nothing but the starter', () => {
  const model = sampleModel({});
  const status = { starter_model_id: model.model_id } as NonNullable<AppState['status']>;
  const fresh = stateWith([model], { isReady: true, status, counts: { ...initialState.counts, all: 1 } });
  expect(isFirstRun(fresh)).toBe(true);
  expect(isFirstRun({ ...fresh, hasSeenWelcome: true })).toBe(false);
  expect(isFirstRun({ ...fresh, isReady: false })).toBe(false);
  expect(isFirstRun({ ...fresh, pictures: [sampleArtifact({})] })).toBe(false);
  expect(isFirstRun({ ...fresh, counts: { ...fresh.counts, all: 12 } })).toBe(false);
});
