import type { UsualParameters } from '../../core/contract/generate/generate.ts';
import { type Artifact, isTerminal, type Job } from '../../core/contract/jobs/job.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import { paramsOf } from './generate/draft.ts';
import { idAt, rowOf } from './models/listing.ts';
import type { Sort } from './models/models-part.ts';
import type { AppState } from './state.ts';

export type Health = 'valid' | 'degraded' | 'invalid' | 'offline';

export function healthOf(model: Pick<ModelSummary, 'validation_state' | 'is_offline'>): Health {
  return model.is_offline ? 'offline' : model.validation_state;
}

/** Why a model can't make pictures here, or null when it can. */
export type WhyNot = 'offline' | 'degraded' | 'invalid' | 'other_task' | 'no_engine';

export function whyNotRunnable(model: ModelSummary): WhyNot | null {
  if (model.is_offline) return 'offline';
  if (model.validation_state !== 'valid') return model.validation_state;
  if (model.task_type_primary !== 'text-to-image') return 'other_task';
  return model.recommended_backend === 'onnx-runtime' ? null : 'no_engine';
}

/** The order of the listing that is shown. */
export function sortOf(state: AppState): Sort {
  return state.listing.filter.query === '' ? state.sort : state.searchSort;
}

/** Whether numbers of the listing are those of a filter before: the rows of a search come first. */
export function isBeingCounted({ listing, facetsFilter }: AppState): boolean {
  return facetsFilter !== listing.filter || !listing.isTotalExact;
}

/** The row that keys move from: where the selected model stands, or was last seen before its page was let go. */
export function activeRowOf({ listing, selectedId, activeRow }: AppState): number {
  if (selectedId === null) return -1;
  const there = activeRow < 0 ? undefined : idAt(listing, activeRow);
  if (there === selectedId) return activeRow;
  const row = rowOf(listing, selectedId);
  return row >= 0 || there !== undefined ? row : activeRow;
}

export function selectedModel(state: AppState): ModelSummary | null {
  return state.selectedId === null ? null : (state.models[state.selectedId] ?? null);
}

/** The model of the draft: the one that was chosen, else the starter, else the first that runs. */
export function draftModel(state: AppState): ModelSummary | null {
  const chosen = state.draft.modelId ?? state.status?.starter_model_id ?? null;
  const model = chosen === null ? undefined : state.models[chosen];
  if (model) return model;
  const first = state.generatorIds.find((id) => {
    const candidate = state.models[id];
    return candidate && whyNotRunnable(candidate) === null;
  });
  return first === undefined ? null : (state.models[first] ?? null);
}

/** What the draft's model was made for; null until the core has said so. */
export function usualOf(state: AppState): UsualParameters | null {
  return state.usualParameters[draftModel(state)?.model_id ?? ''] ?? null;
}

/** What to write to the chosen model: the starter's own words, else the examples that came with the model. */
export function examplesOf(state: AppState): readonly string[] {
  const model = draftModel(state);
  if (model === null) return [];
  if (model.model_id === state.status?.starter_model_id && state.starterPrompts) return state.starterPrompts.examples;
  return model.generation_defaults?.example_prompts ?? [];
}

export function jobsNewestFirst(state: AppState): readonly Job[] {
  return state.jobIds.flatMap((id) => state.jobs[id] ?? []);
}

export function runningJob(state: AppState): Job | null {
  const id = state.line?.running_job_id ?? null;
  const told = id === null ? undefined : state.jobs[id];
  if (told?.status === 'running') return told;
  return jobsNewestFirst(state).find(({ status }) => status === 'running') ?? null;
}

/** Those that are known, in the order in which they will run. */
export function waitingJobs(state: AppState): readonly Job[] {
  return (state.line?.waiting ?? []).flatMap((id) => state.jobs[id] ?? []);
}

/** What waits and what runs, seen or not. */
export function queuedCount({ line }: AppState): number {
  return line === null ? 0 : line.waiting.length + (line.running_job_id === null ? 0 : 1);
}

export function endedJobs(state: AppState): readonly Job[] {
  return jobsNewestFirst(state).filter(({ status }) => isTerminal(status));
}

export function previewOf(state: AppState, job: Job, itemIndex: number): string | null {
  return state.previews[`${job.id}/${itemIndex}`] ?? null;
}

/** What the film shows, from its top: what forms, what will, then what was made, by day. */
export type FilmItem =
  | { readonly kind: 'forming'; readonly key: string; readonly job: Job; readonly preview: string | null }
  | { readonly kind: 'waiting'; readonly key: string; readonly job: Job }
  | { readonly kind: 'soon'; readonly key: string; readonly number: number }
  | { readonly kind: 'failed'; readonly key: string; readonly job: Job }
  | { readonly kind: 'day'; readonly key: string; readonly date: Date }
  | { readonly kind: 'picture'; readonly key: string; readonly artifact: Artifact };

interface Film {
  readonly pictures: readonly Artifact[];
  readonly running: Job | null;
  readonly preview: string | null;
  readonly failed: Job | null;
  readonly waiting: readonly Job[];
}

export function filmOf({ pictures, running, preview, failed, waiting }: Film): readonly FilmItem[] {
  const items: FilmItem[] = [];
  if (running) {
    items.push({ kind: 'forming', key: running.id, job: running, preview });
    const first = (running.progress?.item_index ?? 0) + 1;
    const count = running.progress?.item_count ?? running.request.count;
    for (let index = first; index < Math.min(count, first + 3); index++)
      items.push({ kind: 'soon', key: `${running.id}/${index}`, number: index + 1 });
  }
  for (const job of waiting) items.push({ kind: 'waiting', key: job.id, job });
  if (failed) items.push({ kind: 'failed', key: failed.id, job: failed });
  let lastDay = '';
  for (const artifact of pictures) {
    const date = new Date(artifact.created_at);
    const day = date.toDateString();
    if (day !== lastDay) items.push({ kind: 'day', key: day, date });
    lastDay = day;
    items.push({ kind: 'picture', key: artifact.id, artifact });
  }
  return items;
}

/** What stands on the easel. */
export type Easel =
  | { readonly kind: 'forming'; readonly job: Job; readonly preview: string | null }
  | { readonly kind: 'waiting'; readonly job: Job }
  | { readonly kind: 'failed'; readonly job: Job }
  | { readonly kind: 'picture'; readonly artifact: Artifact; readonly job: Job | null }
  | { readonly kind: 'empty' };

export function easelOf(state: AppState): Easel {
  const { studio } = state;
  if (studio?.kind === 'picture') {
    const artifact = state.pictures.find(({ id }) => id === studio.pictureId);
    if (artifact) return { kind: 'picture', artifact, job: state.jobs[artifact.job_id] ?? null };
  }
  const job = studio?.kind === 'job' ? state.jobs[studio.jobId] : (runningJob(state) ?? undefined);
  if (job?.status === 'running')
    return { kind: 'forming', job, preview: previewOf(state, job, job.progress?.item_index ?? 0) };
  if (job?.status === 'queued') return { kind: 'waiting', job };
  if (job?.status === 'failed') return { kind: 'failed', job };
  const last = job?.artifacts.at(-1) ?? state.pictures[0];
  return last ? { kind: 'picture', artifact: last, job: state.jobs[last.job_id] ?? null } : { kind: 'empty' };
}

/** Milliseconds a picture took lately with this very setting, or null: a guess from other settings would be a lie. */
export function timeEach(state: AppState): number | null {
  const model = draftModel(state);
  const params = paramsOf(state.draft, model, usualOf(state));
  const same = endedJobs(state).find(
    ({ status, request, timings }) =>
      status === 'succeeded' &&
      timings !== null &&
      request.model_id === model?.model_id &&
      request.width === params.width &&
      request.height === params.height &&
      request.steps === params.steps,
  );
  if (!same?.timings) return null;
  return (same.timings.denoise_ms + same.timings.text_ms + same.timings.decode_ms) / Math.max(1, same.artifacts.length);
}

/** A library that holds nothing but what came with the app, where nothing was made yet. */
export function isFirstRun(state: AppState): boolean {
  return (
    state.isReady &&
    !state.hasSeenWelcome &&
    state.pictures.length === 0 &&
    state.jobIds.length === 0 &&
    state.counts.all <= 1 &&
    state.status?.starter_model_id != null
  );
}
