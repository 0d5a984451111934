import { basename } from 'node:path';
import { type Artifact, isTerminal, type Job, type StepName } from '../../contract/jobs/job.ts';
import type { JobEvent } from '../../contract/jobs/job-event.ts';
import { codeOf } from './errors.ts';

const urlLastsMs = 3_600_000;

export function queuedView({ id, status, type, created_at }: Job) {
  return { job: { id, status, type, created_at } };
}

export function rowView({ id, type, status, created_at, updated_at }: Job) {
  return { id, type, status, created_at, updated_at };
}

export function jobView(job: Job) {
  const code = job.failure?.code ?? null;
  return {
    ...rowView(job),
    steps: job.steps.map(({ name, status }) => ({ name, status })),
    summary: { count: job.request.count, completed: artifactsOf(job, terminalStep(job)).length },
    error_code: code === null ? null : codeOf(code),
    error_message: job.failure?.message ?? null,
  };
}

/** All pictures of a job, by item, those of the first step before those of the second. `origin` is where the caller reached us. */
export function artifactsView(job: Job, origin: string, nowMs: number) {
  const rank = (artifact: Artifact) => job.steps.findIndex(({ name }) => name === artifact.step);
  const inOrder = job.artifacts.toSorted((a, b) => a.item_index - b.item_index || rank(a) - rank(b));
  return {
    artifacts: inOrder.map((artifact) => ({
      id: artifact.id,
      step: artifact.step,
      format: artifact.format,
      width: artifact.width,
      height: artifact.height,
      seed: artifact.seed,
      item_index: artifact.item_index,
      s3_key: keyOf(artifact),
      url: origin + artifact.url,
      expires_at: new Date(nowMs + urlLastsMs).toISOString(),
      path: artifact.path,
      checksum: artifact.sha256,
      size_bytes: artifact.size_bytes,
    })),
  };
}

const singleStages = [
  { name: 'queued_to_start', weight: 0.1 },
  { name: 'sampling', weight: 0.8 },
  { name: 'finalize', weight: 0.1 },
];
const chainStages = [
  { name: 'generate', weight: 0.5 },
  { name: 'upscale', weight: 0.5 },
];

/** The mean of the steps, each by its finished pictures; the items are those that the last step finished. */
export function progressView(job: Job) {
  const shares = job.steps.map(({ name }) => Math.min(1, artifactsOf(job, name).length / job.request.count));
  return {
    progress: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    items: artifactsOf(job, terminalStep(job)).map(({ item_index }) => ({ item_index, progress: 1 })),
    stages: job.steps.length > 1 ? chainStages : singleStages,
  };
}

/** A line of `/logs`. */
export function logLine(job: Job, event: JobEvent) {
  const { item_index } = event.payload;
  return {
    ts: event.at,
    level: event.level,
    code: event.code,
    message: messageOf(event),
    job_id: job.id,
    ...(event.step !== null && { step_id: `${job.id}.${event.step}` }),
    ...(typeof item_index === 'number' && { item_index }),
  };
}

/** The message of a durable event in a stream. */
export function streamed(job: Job, { at, code, level, step, payload }: JobEvent) {
  const kind = code === 'artifact.written' ? 'artifact' : code === 'error' ? 'error' : 'log';
  const artifact = kind === 'artifact' ? job.artifacts.find(({ id }) => id === payload.id) : undefined;
  const told = {
    ...(step !== null && { step }),
    ...payload,
    ...(artifact && { s3_key: keyOf(artifact), url: artifact.url }),
    ...(artifact?.step === 'upscale' && { scale: job.chain?.upscale.scale }),
  };
  return { kind, data: { ts: at, code, level, payload: told } };
}

export function isOver(job: Job): boolean {
  return isTerminal(job.status);
}

function messageOf({ code, step, payload }: JobEvent): string {
  if (typeof payload.message === 'string') return payload.message;
  const status = typeof payload.status === 'string' ? ` ${payload.status}` : '';
  return `${step === null ? '' : `${step}: `}${code}${status}`;
}

function terminalStep(job: Job): StepName {
  return job.steps.at(-1)?.name ?? 'generate';
}

function artifactsOf(job: Job, step: StepName): readonly Artifact[] {
  return job.artifacts.filter((artifact) => artifact.step === step).toSorted((a, b) => a.item_index - b.item_index);
}

/** The name of a picture below the outputs, as an object store would have it. */
function keyOf({ job_id, step, path }: Artifact): string {
  return `vitrine/default/jobs/${job_id}/${step}/${basename(path)}`;
}
