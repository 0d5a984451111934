import type { AppEvent, SequencedEvent } from '../../core/contract/event.ts';
import { type Artifact, isTerminal, type Job } from '../../core/contract/jobs/job.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import type { WindowClient } from '../client/client.ts';
import { newerTask } from './add/add-plan.ts';
import { modelsOfFindings } from './health/health-part.ts';
import { knownIds, withoutId } from './models/listing.ts';
import { historyAfter, historyWithout, lineAfter } from './queue/line.ts';
import type { AppState } from './state.ts';
import type { AppStore } from './store.ts';

/** What an event makes of the state. Pure: the same events give the same state. */
export function applyEvent(state: AppState, event: AppEvent): AppState {
  switch (event.kind) {
    case 'model_changed':
      return withChanged(state, event.model);
    case 'model_removed':
      return withoutModel(state, event.model_id);
    case 'job_changed':
      return withJob(state, event.job);
    case 'job_progressed': {
      const job = state.jobs[event.job_id];
      return job ? { ...state, jobs: { ...state.jobs, [job.id]: { ...job, progress: event.progress } } } : state;
    }
    case 'preview_ready':
      return { ...state, previews: { ...state.previews, [`${event.job_id}/${event.item_index}`]: event.data_url } };
    case 'job_removed':
      return withoutJob(state, event.job_id);
    case 'queue_changed':
      return { ...state, line: event.queue };
    case 'runner_changed':
      return state.status ? { ...state, status: { ...state.status, runner: event.runner } } : state;
    case 'task_changed': {
      const { task } = event;
      return { ...state, tasks: { ...state.tasks, [task.task_id]: newerTask(state.tasks[task.task_id], task) } };
    }
    case 'mappings_changed':
    case 'mapping_rules_changed':
    case 'reconcile_progressed':
    case 'library_reconciled':
      return state;
  }
}

/** One that nothing on the screen needs is left out: it is read when it comes into sight. While a library is hashed there are dozens a second. */
function withChanged(state: AppState, model: ModelSummary): AppState {
  const known = state.models[model.model_id];
  if (known === undefined || isSame(known, model)) return state;
  return { ...state, models: { ...state.models, [model.model_id]: model } };
}

function isSame(one: ModelSummary, other: ModelSummary): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withoutModel(state: AppState, modelId: string): AppState {
  const { [modelId]: _, ...models } = state.models;
  const pickedIds = state.pickedIds.has(modelId)
    ? new Set([...state.pickedIds].filter((id) => id !== modelId))
    : state.pickedIds;
  return {
    ...state,
    models,
    listing: withoutId(state.listing, modelId),
    pickedIds,
    generatorIds: state.generatorIds.filter((id) => id !== modelId),
    selectedId: state.selectedId === modelId ? null : state.selectedId,
  };
}

function withoutJob(state: AppState, jobId: string): AppState {
  const { [jobId]: _, ...jobs } = state.jobs;
  return {
    ...state,
    jobs,
    jobIds: state.jobIds.filter((id) => id !== jobId),
    history: historyWithout(state.history, jobId),
    selectedJobId: state.selectedJobId === jobId ? null : state.selectedJobId,
  };
}

const stageOf = { queued: 0, running: 1, succeeded: 2, failed: 2, canceled: 2 } as const;

/** Whether an answer was overtaken by an event. A job that was paused goes back into the line, later than it ran; one that ended stays so. */
function isStale(job: Job, before: Job): boolean {
  if (stageOf[job.status] >= stageOf[before.status]) return false;
  return isTerminal(before.status) || job.updated_at <= before.updated_at;
}

export function withJob(state: AppState, job: Job): AppState {
  const before = state.jobs[job.id];
  if (before && isStale(job, before)) return state;
  const jobIds = state.jobs[job.id]
    ? state.jobIds
    : [...state.jobIds, job.id].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  const previews = isTerminal(job.status)
    ? Object.fromEntries(Object.entries(state.previews).filter(([key]) => !key.startsWith(`${job.id}/`)))
    : state.previews;
  const { progress } = job;
  const known = job.status === 'queued' ? null : (before?.progress ?? null);
  return {
    ...state,
    jobs: { ...state.jobs, [job.id]: { ...job, progress: job.status === 'succeeded' ? null : (progress ?? known) } },
    jobIds,
    line: lineAfter(state.line, job),
    history: historyAfter(state.history, job),
    previews,
    pictures: mergePictures(state.pictures, job.artifacts),
  };
}

/** Jobs that were looked up: known from now on, and no news. */
export function withLookedUp(state: AppState, jobs: readonly Job[]): AppState {
  const fresh = jobs.filter((job) => {
    const before = state.jobs[job.id];
    return !before || !isStale(job, before);
  });
  return { ...state, jobs: { ...state.jobs, ...Object.fromEntries(fresh.map((job) => [job.id, job])) } };
}

/** The newest first; a picture that is there already stays where it is. */
export function mergePictures(known: readonly Artifact[], more: readonly Artifact[]): readonly Artifact[] {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = more.filter(({ id }) => !ids.has(id));
  if (fresh.length === 0) return known;
  return [...fresh, ...known].sort(
    (a, b) => b.created_at.localeCompare(a.created_at) || b.item_index - a.item_index || b.id.localeCompare(a.id),
  );
}

/** With more models; one that is as it was stays the same thing, so that what shows it is not drawn again. */
export function indexModels(
  models: AppState['models'],
  more: readonly ModelSummary[],
): Readonly<Record<string, ModelSummary>> {
  const changed = more.filter((model) => {
    const known = models[model.model_id];
    return known === undefined || !isSame(known, model);
  });
  return changed.length === 0
    ? models
    : { ...models, ...Object.fromEntries(changed.map((model) => [model.model_id, model])) };
}

/** So many models are kept; above, those that nothing on the screen needs go. */
const keptModels = 6000;

export function withoutFarModels(state: AppState): AppState {
  if (Object.keys(state.models).length <= keptModels) return state;
  const needed = [
    ...knownIds(state.listing),
    ...state.generatorIds,
    ...modelsOfFindings(state).map(({ model_id }) => model_id),
    ...[state.selectedId, state.draft.modelId, state.status?.starter_model_id].filter((id) => id != null),
  ];
  return { ...state, models: Object.fromEntries(needed.flatMap((id) => pairOf(state.models, id))) };
}

function pairOf(models: AppState['models'], id: string): readonly (readonly [string, ModelSummary])[] {
  const model = models[id];
  return model ? [[id, model]] : [];
}

/** Whether listings and counts may be off after it. */
function movesModels(event: AppEvent): boolean {
  if (event.kind === 'library_reconciled') return event.changed_count > 0;
  return event.kind === 'model_changed' || event.kind === 'model_removed';
}

interface SyncDoors {
  /** Reads everything anew and puts it in the store; answers with the number of the last event that it holds. */
  readonly takeSnapshot: () => Promise<number>;
  /** A model came, went or changed: listings and counts may be off. */
  readonly modelsMoved: () => void;
  /** A link in another app's folder was made or taken back. */
  readonly mappingsMoved: () => void;
  /** A rule file of the user's own came, went or changed. */
  readonly mappingRulesMoved: () => void;
}

/**
 * Keeps the store a mirror of the core: a snapshot, then numbered events. Events that come while a snapshot is taken wait for it;
 * a gap in the numbers takes a new one.
 */
export function startSync(
  store: AppStore,
  client: WindowClient,
  { takeSnapshot, modelsMoved, mappingsMoved, mappingRulesMoved }: SyncDoors,
): () => void {
  let waiting: SequencedEvent[] | null = [];
  let isStopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const snapshot = async () => {
    waiting = [];
    clearTimeout(retry);
    try {
      const sequence = await takeSnapshot();
      if (isStopped) return;
      const wasReady = store.getState().isReady;
      store.setState({ connection: 'open', isReady: true, sequence });
      // What was open before is none of the snapshot's, and may have changed while nobody told.
      if (wasReady) modelsMoved();
      const missed = waiting;
      waiting = null;
      for (const message of missed) receive(message);
    } catch {
      if (isStopped) return;
      store.setState({ connection: 'lost' });
      retry = setTimeout(() => void snapshot(), 2000);
    }
  };

  const receive = (message: SequencedEvent) => {
    if (waiting) {
      waiting.push(message);
      return;
    }
    const { sequence } = store.getState();
    if (message.sequence <= sequence) return;
    if (message.sequence > sequence + 1) {
      void snapshot();
      return;
    }
    store.setState((state) => ({ ...applyEvent(state, message.event), sequence: message.sequence }));
    if (movesModels(message.event)) modelsMoved();
    if (message.event.kind === 'mappings_changed') mappingsMoved();
    if (message.event.kind === 'mapping_rules_changed') mappingRulesMoved();
  };

  const stop = client.listen({
    event: receive,
    opened: () => void snapshot(),
    lost: () => store.setState({ connection: 'lost' }),
  });
  return () => {
    isStopped = true;
    clearTimeout(retry);
    stop();
  };
}
