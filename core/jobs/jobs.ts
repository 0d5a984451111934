import { randomInt } from 'node:crypto';
import type { AppEvent } from '../contract/event.ts';
import { Failed, failureOf } from '../contract/failure.ts';
import type { GenerateRequest, Timings } from '../contract/generate.ts';
import type { JobId, ModelId } from '../contract/ids.ts';
import {
  type Artifact,
  isTerminal,
  type Job,
  type JobOrigin,
  type JobStatus,
  type Progress,
  type StepName,
} from '../contract/job.ts';
import type { JobEvent } from '../contract/job-event.ts';
import type { JobExtras } from '../contract/job-extras.ts';
import type { QueueState } from '../contract/queue.ts';
import type { CancelSignal } from '../contract/runner.ts';
import { createJobHooks, type JobHooks } from './job-hooks.ts';
import { newJobId } from './job-id.ts';
import { JobStore, type Outcome } from './job-store.ts';
import { type Move, moved } from './line-order.ts';
import { databaseFault, openDatabase } from './open-database.ts';

export interface StepResult {
  readonly timings: Timings;
  readonly provider: string;
}

export interface JobsOptions {
  /** Of jobs.db; its folder is made. */
  readonly path: string;
  /** Carries out one step of a job. Rejects with `Failed`; with `canceled` after the signal. */
  readonly execute: (job: Job, hooks: JobHooks) => Promise<StepResult>;
  readonly emit: (event: AppEvent) => void;
  readonly now?: () => Date;
  readonly log?: (message: string) => void;
  /** So many may wait; one more is refused with `queue_full`. */
  readonly maxQueued?: number | (() => number);
  /** So many ended jobs are remembered; 0: all. */
  readonly maxEnded?: () => number;
  /** Whether jobs that an earlier program left waiting are run; true unless told. Left alone they stay queued for the next one. */
  readonly resumesQueue?: boolean;
  /** Whether jobs that an earlier program left waiting stay put until somebody resumes the queue. */
  readonly startsPaused?: boolean;
  readonly busyTimeoutMs?: number;
  /** How long `close` waits for the running job to stop by itself. */
  readonly closeTimeoutMs?: number;
}

export interface JobQuery {
  readonly status?: JobStatus | undefined;
  readonly sort?: 'created' | 'updated' | undefined;
  readonly limit: number;
}

export interface PictureQuery {
  readonly model_id?: ModelId | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Running {
  readonly id: JobId;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  progress: Progress | null;
  /** Stopped in order to go on later: it returns to the line. */
  isToRequeue: boolean;
  /** Stops likewise once its next picture is there. */
  pausesAfterPicture: boolean;
}

// stable-diffusion-webui draws below 2^32 - 2, so that a batch seldom wraps.
const drawnBelow = 2 ** 32 - 2;
const defaultMaxQueued = 1_000;

/**
 * Opens the durable queue. Jobs that were running when the program last ended are failed as `interrupted`; those that waited run again.
 * Throws `database_unusable` for a file that is locked, from a newer version, or not to be opened.
 */
export function openJobs(options: JobsOptions): Jobs {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? (() => undefined);
  const { path, busyTimeoutMs } = options;
  const database = openDatabase({ path, now, log, ...(busyTimeoutMs !== undefined && { busyTimeoutMs }) });
  return new Jobs({ ...options, now, log }, new JobStore(database, now));
}

function sumOf(first: Timings, second: Timings): Timings {
  return {
    load_ms: first.load_ms + second.load_ms,
    text_ms: first.text_ms + second.text_ms,
    denoise_ms: first.denoise_ms + second.denoise_ms,
    decode_ms: first.decode_ms + second.decode_ms,
    total_ms: first.total_ms + second.total_ms,
  };
}

/** The jobs and the one worker that runs them, first come first served. */
export class Jobs {
  readonly #options: JobsOptions & { readonly now: () => Date; readonly log: (message: string) => void };
  readonly #store: JobStore;
  readonly #waiting = new Map<JobId, Set<() => void>>();
  /** Jobs up to this sequence are left waiting. */
  readonly #runsAfter: number;
  #running: Running | null = null;
  #isClosed = false;
  #next: NodeJS.Immediate | null = null;

  /** Use `openJobs`. */
  constructor(options: JobsOptions & { now: () => Date; log: (message: string) => void }, store: JobStore) {
    this.#options = options;
    this.#store = store;
    this.#runsAfter = this.#guarded(() => {
      for (const id of store.idsIn('running'))
        store.finish(id, 'running', { status: 'failed', failure: new Failed('interrupted').failure });
      if (options.startsPaused && store.count('queued', 0) > 0) store.isPaused = true;
      return options.resumesQueue === false ? store.lastSequence() : 0;
    });
    this.#wake();
  }

  /**
   * Puts a request at the end of the line. A key of idempotency that came before gives the job of then.
   * Throws `queue_full`, `disk_full`; `conflict` for a known key with another body.
   */
  enqueue(request: GenerateRequest, origin: JobOrigin, extras: JobExtras = {}): Job {
    return this.#enqueue(request, origin, extras);
  }

  /** Queues the request of a job once more. Throws `not_found`; with `onlyUnfinished` also `conflict` for one that did not fail. */
  again(id: JobId, { onlyUnfinished }: { readonly onlyUnfinished: boolean }): Job {
    const job = this.show(id);
    if (onlyUnfinished && job.status !== 'failed' && job.status !== 'canceled')
      throw new Failed('conflict', {
        reason: `The job ${id} is ${job.status}. Only a failed or canceled one is retried.`,
      });
    const { task_id: _, ...extras } = this.#runOf(id).extras;
    return this.#enqueue(job.request, job.origin, extras, id);
  }

  #enqueue(request: GenerateRequest, origin: JobOrigin, extras: JobExtras, retryOf?: JobId): Job {
    const limit = this.#limit();
    const id = newJobId(this.#options.now().getTime());
    const earlier =
      extras.idempotency && this.#guarded(() => this.#store.findByKey(extras.idempotency?.key_sha256 ?? ''));
    if (earlier) {
      if (earlier.bodySha256 === extras.idempotency?.body_sha256) return this.show(earlier.id);
      throw new Failed('conflict', { reason: 'This Idempotency-Key was used before, with another request.' });
    }
    const job = this.#guarded(() => {
      if (this.#store.count('queued', this.#runsAfter) >= limit) throw new Failed('queue_full', { limit });
      const steps: readonly StepName[] = extras.chain === undefined ? ['generate'] : ['generate', 'upscale'];
      const drawnSeed = randomInt(drawnBelow);
      this.#store.insert({ id, origin, request, extras, steps, drawnSeed, ...(retryOf && { retryOf }) });
      return this.show(id);
    });
    this.#options.emit({ kind: 'job_changed', job });
    this.#wake();
    return job;
  }

  /** The line as it stands. */
  queue(): QueueState {
    return this.#guarded(() => {
      const isPaused = this.#isPaused();
      const isStopping = this.#running !== null && isPaused;
      return {
        state: isStopping ? 'pausing' : isPaused ? 'paused' : 'running',
        running_job_id: this.#running?.id ?? null,
        waiting: this.#store.idsIn('queued', this.#runsAfter),
        limit: this.#limit(),
      };
    });
  }

  /** Throws `not_found`, `conflict`, `invalid_input`. */
  move(move: Move): QueueState {
    this.show(move.jobId);
    this.#guarded(() => this.#store.reorder(moved(this.#store.idsIn('queued', this.#runsAfter), move)));
    return this.#tellQueue();
  }

  /** Begins no further job, also after a restart. What runs goes on to its next picture, to its end, or stops now; it goes on from there later. */
  async pause(when: 'picture' | 'job' | 'now'): Promise<QueueState> {
    this.#guarded(() => {
      this.#store.isPaused = true;
    });
    const running = this.#running;
    if (running && when !== 'job') {
      if (when === 'now') this.#requeueRunning(running);
      else running.pausesAfterPicture = true;
      if (when === 'now') await running.ended;
    }
    return this.#tellQueue();
  }

  resume(): QueueState {
    this.#guarded(() => {
      this.#store.isPaused = false;
    });
    if (this.#running) this.#running.pausesAfterPicture = false;
    this.#wake();
    return this.#tellQueue();
  }

  /** Cancels all that wait; what runs is left alone. Answers how many. */
  cancelWaiting(): number {
    const ids = this.#guarded(() => this.#store.idsIn('queued', this.#runsAfter));
    for (const id of ids)
      if (this.#guarded(() => this.#store.finish(id, 'queued', { status: 'canceled' }))) this.#ended(id);
    this.#tellQueue();
    return ids.length;
  }

  /** Takes one ended job out of the history, or all. Throws `not_found`; `conflict` for one that has not ended. */
  forget(id?: JobId): number {
    if (id !== undefined && !isTerminal(this.show(id).status))
      throw new Failed('conflict', { reason: `The job ${id} has not ended. Cancel it first.` });
    return this.#removeEnded(id === undefined ? {} : { id });
  }

  /** Throws `not_found`. */
  show(id: string): Job {
    const job = this.#guarded(() => this.#store.find(id));
    if (!job) throw new Failed('not_found', { what: 'job', id });
    return this.#withProgress(job);
  }

  /** The newest first, or those that changed last. */
  list({ status, sort, limit }: JobQuery): Job[] {
    return this.#guarded(() => this.#store.list(status, limit, sort)).map((job) => this.#withProgress(job));
  }

  /** The job's history after that sequence, at most `limit` lines. Throws `not_found`. */
  events(id: JobId, after = 0, limit = 2_000): JobEvent[] {
    this.show(id);
    return this.#guarded(() => this.#store.events(id, after, limit));
  }

  /** The job when it has ended, or as it is when the time is up. */
  async wait(id: JobId, timeoutMs: number): Promise<Job> {
    if (!isTerminal(this.show(id).status) && timeoutMs > 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        const listeners = this.#waiting.get(id) ?? new Set();
        this.#waiting.set(id, listeners);
        const finish = (): void => {
          clearTimeout(timer);
          listeners.delete(finish);
          if (listeners.size === 0) this.#waiting.delete(id);
          resolve();
        };
        const timer = setTimeout(finish, timeoutMs);
        listeners.add(finish);
      });
    }
    return this.show(id);
  }

  /**
   * One that waits is canceled at once. One that runs is told to stop, and this answers when it has: canceled, or succeeded where it was
   * faster. One that has ended stays as it is. Throws `not_found`.
   */
  async cancel(id: JobId): Promise<Job> {
    this.show(id);
    if (this.#guarded(() => this.#store.finish(id, 'queued', { status: 'canceled' }))) this.#ended(id);
    else if (this.#running?.id === id) {
      const { controller, ended } = this.#running;
      this.#running.isToRequeue = false;
      controller.abort();
      await ended;
      // A pause that was a moment earlier put it back into the line.
      if (!isTerminal(this.show(id).status)) return this.cancel(id);
    }
    return this.show(id);
  }

  /** Pictures of all jobs, the newest first. Throws `invalid_input` for a cursor that is none of ours. */
  pictures({ model_id, limit, cursor }: PictureQuery): {
    pictures: Artifact[];
    total: number;
    next_cursor: string | null;
  } {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new Failed('invalid_input', { field: 'cursor', reason: 'not a cursor of this listing' });
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const found = this.#guarded(() => this.#store.artifacts(model_id, before, limit + 1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      pictures: page.map(({ artifact }) => artifact),
      total: this.#guarded(() => this.#store.countArtifacts(model_id)),
      next_cursor: found.length > limit && last ? String(last.sequence) : null,
    };
  }

  /** Where the file of a picture lies; null where no job made one of that id. */
  artifactPath(id: string): string | null {
    return this.#guarded(() => this.#store.artifactPath(id));
  }

  /**
   * Stops the running job. One that somebody waits for at a door that ends too (sdapi, cli) fails as `interrupted`, any other returns to
   * the line; those that wait stay queued for the next start.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#next) clearImmediate(this.#next);
    const running = this.#running;
    if (running) {
      const { origin } = this.show(running.id);
      if (origin === 'window' || origin === 'jobs_api') this.#requeueRunning(running);
      else running.controller.abort();
      const timeout = new Promise((resolve) => setTimeout(resolve, this.#options.closeTimeoutMs ?? 5_000).unref());
      await Promise.race([running.ended, timeout]);
      // One that did not stop in time.
      if (this.#running) this.#finish(running.id, { status: 'failed', failure: new Failed('interrupted').failure });
    }
    for (const listeners of [...this.#waiting.values()]) for (const finish of [...listeners]) finish();
    // Whoever waited reads the job once more, in its own turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.#store.close();
  }

  #wake(): void {
    if (this.#next || this.#running || this.#isClosed) return;
    // Not at once: whoever enqueues gets the job before anything tells of its running.
    this.#next = setImmediate(() => {
      this.#next = null;
      this.#beginNext();
    });
  }

  #beginNext(): void {
    if (this.#isClosed || this.#running) return;
    try {
      if (this.#isPaused()) return;
      const [id] = this.#guarded(() => this.#store.idsIn('queued', this.#runsAfter, 1));
      if (id === undefined) return;
      const job = this.#guarded(() => this.#store.find(id));
      if (!job) {
        this.#options.log(`The job ${id} could not be read from the database and was failed.`);
        this.#guarded(() =>
          this.#store.finish(id, 'queued', { status: 'failed', failure: new Failed('internal').failure }),
        );
        this.#wake();
        return;
      }
      if (this.#guarded(() => this.#store.begin(id))) this.#run(job);
    } catch (error) {
      // The queue rests until the next job comes: a full disk would only fail them all in turn.
      this.#options.log(`The next job could not be begun: ${String(error)}`);
    }
  }

  #run(job: Job): void {
    const controller = new AbortController();
    const running: Running = {
      id: job.id,
      controller,
      progress: null,
      isToRequeue: false,
      pausesAfterPicture: false,
      ended: Promise.resolve().then(() => this.#carryOut(job, controller)),
    };
    this.#running = running;
  }

  async #carryOut(job: Job, controller: AbortController): Promise<void> {
    const outcome = await this.#outcomeOf(job, controller);
    if (this.#running?.id === job.id) this.#finish(job.id, outcome);
    this.#wake();
  }

  async #outcomeOf(job: Job, controller: AbortController): Promise<Outcome | 'requeue'> {
    const { log } = this.#options;
    try {
      const results: StepResult[] = [];
      for (const [index, { name, status }] of job.steps.entries()) {
        if (status === 'succeeded') continue;
        if (controller.signal.aborted) throw new Failed('canceled');
        this.#guarded(() => this.#store.beginStep(job.id, name));
        this.#tell(job.id);
        results.push(await this.#carryOutStep(job, index, controller.signal));
        if (this.#running?.id === job.id) this.#guarded(() => this.#store.finishStep(job.id, name));
      }
      const [first, ...others] = results;
      if (first === undefined) return { status: 'succeeded' };
      const timings = others.reduce((sum, other) => sumOf(sum, other.timings), first.timings);
      return { status: 'succeeded', timings, provider: first.provider };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'internal')
        log(`Job ${job.id} failed: ${error instanceof Error ? error.stack : String(error)}`);
      const isToRequeue = this.#running?.id === job.id && this.#running.isToRequeue;
      if (controller.signal.aborted && isToRequeue) return 'requeue';
      if (controller.signal.aborted && this.#isClosed)
        return { status: 'failed', failure: new Failed('interrupted').failure };
      if (failure.code === 'canceled') return { status: 'canceled' };
      return { status: 'failed', failure };
    }
  }

  async #carryOutStep(before: Job, index: number, signal: CancelSignal): Promise<StepResult> {
    const { emit, execute, log } = this.#options;
    const job = this.show(before.id);
    const step = job.steps[index]?.name ?? 'generate';
    const { extras, drawnSeed } = this.#runOf(job.id);
    const { hooks, stop } = createJobHooks({
      extras,
      drawnSeed,
      firstItem: job.artifacts.filter((artifact) => artifact.step === step).length,
      jobId: job.id,
      step,
      signal,
      emit,
      log,
      isCurrent: () => this.#running?.id === job.id,
      onProgress: (progress) => {
        if (this.#running) this.#running.progress = progress;
      },
      ofWhole: (progress) => ({ ...progress, fraction: (index + progress.fraction) / job.steps.length }),
      onArtifact: (artifact) => {
        this.#guarded(() => this.#store.addArtifact(artifact));
        this.#tell(job.id);
        const isLast = artifact.item_index + 1 >= job.request.count;
        if (this.#running?.pausesAfterPicture && !isLast) this.#requeueRunning(this.#running);
      },
    });
    try {
      return await execute(job, hooks);
    } finally {
      stop();
    }
  }

  #requeueRunning(running: Running): void {
    if (running.controller.signal.aborted) return;
    running.isToRequeue = true;
    running.controller.abort();
  }

  #finish(id: JobId, outcome: Outcome | 'requeue'): void {
    this.#running = null;
    try {
      if (outcome === 'requeue') {
        this.#guarded(() => this.#store.requeue(id));
        this.#tell(id);
        this.#tellQueue();
        return;
      }
      this.#guarded(() => this.#store.finish(id, 'running', outcome));
      this.#ended(id);
    } catch (error) {
      // It stays running in the file, and the next start fails it as interrupted.
      this.#options.log(
        `The end of job ${id} (${typeof outcome === 'string' ? outcome : outcome.status}) could not be recorded: ${String(error)}`,
      );
      this.#release(id);
    }
  }

  #ended(id: JobId): void {
    this.#tell(id);
    this.#release(id);
    if (!this.#running && this.#isPaused()) this.#tellQueue();
    const keep = this.#options.maxEnded?.() ?? 0;
    if (keep > 0) this.#removeEnded({ keep });
  }

  #removeEnded(which: { readonly id?: JobId; readonly keep?: number }): number {
    const removed = this.#guarded(() => this.#store.removeEnded(which));
    for (const job_id of removed) this.#options.emit({ kind: 'job_removed', job_id });
    return removed.length;
  }

  #tellQueue(): QueueState {
    const queue = this.queue();
    this.#options.emit({ kind: 'queue_changed', queue });
    return queue;
  }

  /** A program that runs its own jobs alone, such as a command line, leaves the pause to the one that runs all. */
  #isPaused(): boolean {
    return this.#options.resumesQueue !== false && this.#guarded(() => this.#store.isPaused);
  }

  #limit(): number {
    const { maxQueued = defaultMaxQueued } = this.#options;
    return typeof maxQueued === 'number' ? maxQueued : maxQueued();
  }

  #runOf(id: JobId) {
    const run = this.#guarded(() => this.#store.runOf(id));
    if (!run) throw new Failed('not_found', { what: 'job', id });
    return run;
  }

  #release(id: JobId): void {
    for (const finish of [...(this.#waiting.get(id) ?? [])]) finish();
  }

  #tell(id: JobId): void {
    this.#options.emit({ kind: 'job_changed', job: this.show(id) });
  }

  #withProgress(job: Job): Job {
    return this.#running?.id === job.id ? { ...job, progress: this.#running.progress } : job;
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw databaseFault(this.#options.path, error);
    }
  }
}
