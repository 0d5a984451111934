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
import type { CancelSignal } from '../contract/runner.ts';
import { createJobHooks, type JobHooks } from './job-hooks.ts';
import { newJobId } from './job-id.ts';
import { type JobEvent, JobStore, type Outcome } from './job-store.ts';
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
  readonly maxQueued?: number;
  /** Whether jobs that an earlier program left waiting are run; true unless told. Left alone they stay queued for the next one. */
  readonly resumesQueue?: boolean;
  readonly busyTimeoutMs?: number;
  /** How long `close` waits for the running job to stop by itself. */
  readonly closeTimeoutMs?: number;
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
}

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
      return options.resumesQueue === false ? store.lastSequence() : 0;
    });
    this.#wake();
  }

  /** Puts a request at the end of the line. Throws `queue_full`, `disk_full`. */
  enqueue(request: GenerateRequest, origin: JobOrigin): Job {
    const { maxQueued = 1_000, now } = this.#options;
    const id = newJobId(now().getTime());
    const job = this.#guarded(() => {
      if (this.#store.count('queued', this.#runsAfter) >= maxQueued)
        throw new Failed('queue_full', { limit: maxQueued });
      this.#store.insert({ id, origin, request, steps: ['generate'] });
      return this.show(id);
    });
    this.#options.emit({ kind: 'job_changed', job });
    this.#wake();
    return job;
  }

  /** Throws `not_found`. */
  show(id: string): Job {
    const job = this.#guarded(() => this.#store.find(id));
    if (!job) throw new Failed('not_found', { what: 'job', id });
    return this.#withProgress(job);
  }

  /** The newest first. */
  list({ status, limit }: { readonly status?: JobStatus | undefined; readonly limit: number }): Job[] {
    return this.#guarded(() => this.#store.list(status, limit)).map((job) => this.#withProgress(job));
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
      controller.abort();
      await ended;
    }
    return this.show(id);
  }

  /** Pictures of all jobs, the newest first. Throws `invalid_input` for a cursor that is none of ours. */
  pictures({ model_id, limit, cursor }: PictureQuery): { pictures: Artifact[]; next_cursor: string | null } {
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor))
      throw new Failed('invalid_input', { field: 'cursor', reason: 'not a cursor of this listing' });
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const found = this.#guarded(() => this.#store.artifacts(model_id, before, limit + 1));
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      pictures: page.map(({ artifact }) => artifact),
      next_cursor: found.length > limit && last ? String(last.sequence) : null,
    };
  }

  /** Where the file of a picture lies; null where no job made one of that id. */
  artifactPath(id: string): string | null {
    return this.#guarded(() => this.#store.artifactPath(id));
  }

  /** Stops the running job, which fails as `interrupted`; those that wait stay queued for the next start. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#next) clearImmediate(this.#next);
    const running = this.#running;
    if (running) {
      running.controller.abort();
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
      ended: Promise.resolve().then(() => this.#carryOut(job, controller)),
    };
    this.#running = running;
    this.#tell(job.id);
  }

  async #carryOut(job: Job, controller: AbortController): Promise<void> {
    const outcome = await this.#outcomeOf(job, controller);
    if (this.#running?.id === job.id) this.#finish(job.id, outcome);
    this.#wake();
  }

  async #outcomeOf(job: Job, controller: AbortController): Promise<Outcome> {
    const { log } = this.#options;
    try {
      let result: StepResult | null = null;
      for (const { name } of job.steps) {
        if (controller.signal.aborted) throw new Failed('canceled');
        this.#guarded(() => this.#store.beginStep(job.id, name));
        result = await this.#carryOutStep(job, name, controller.signal);
        if (this.#running?.id === job.id) this.#guarded(() => this.#store.finishStep(job.id, name));
      }
      return { status: 'succeeded', ...(result && { timings: result.timings, provider: result.provider }) };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'internal')
        log(`Job ${job.id} failed: ${error instanceof Error ? error.stack : String(error)}`);
      if (controller.signal.aborted && this.#isClosed)
        return { status: 'failed', failure: new Failed('interrupted').failure };
      if (failure.code === 'canceled') return { status: 'canceled' };
      return { status: 'failed', failure };
    }
  }

  async #carryOutStep(job: Job, step: StepName, signal: CancelSignal): Promise<StepResult> {
    const { emit, execute, log } = this.#options;
    const { hooks, stop } = createJobHooks({
      jobId: job.id,
      step,
      signal,
      emit,
      log,
      isCurrent: () => this.#running?.id === job.id,
      onProgress: (progress) => {
        if (this.#running) this.#running.progress = progress;
      },
      onArtifact: (artifact) => {
        this.#guarded(() => this.#store.addArtifact(artifact));
        this.#tell(job.id);
      },
    });
    try {
      return await execute(this.show(job.id), hooks);
    } finally {
      stop();
    }
  }

  #finish(id: JobId, outcome: Outcome): void {
    this.#running = null;
    try {
      this.#guarded(() => this.#store.finish(id, 'running', outcome));
      this.#ended(id);
    } catch (error) {
      // It stays running in the file, and the next start fails it as interrupted.
      this.#options.log(`The end of job ${id} (${outcome.status}) could not be recorded: ${String(error)}`);
      this.#release(id);
    }
  }

  #ended(id: JobId): void {
    this.#tell(id);
    this.#release(id);
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
