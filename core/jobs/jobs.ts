import { randomInt } from 'node:crypto';
import { Failed } from '../contract/failure.ts';
import type { GenerateRequest } from '../contract/generate/generate.ts';
import type { JobId } from '../contract/ids.ts';
import { isTerminal, type Job, type JobOrigin, type StepName } from '../contract/jobs/job.ts';
import type { JobEvent } from '../contract/jobs/job-event.ts';
import type { JobExtras } from '../contract/jobs/job-extras.ts';
import type { JobCounts, JobPage, JobQuery } from '../contract/jobs/job-query.ts';
import type { QueueState } from '../contract/jobs/queue.ts';
import { newJobId } from './job-id.ts';
import type { JobsOptions } from './jobs-options.ts';
import { JobDatabase } from './store/job-database.ts';
import { JobReader, type PicturePage, type PictureQuery } from './store/job-reader.ts';
import { JobStore } from './store/job-store.ts';
import { Line } from './store/line.ts';
import { type Move, moved } from './store/line-order.ts';
import { openDatabase } from './store/open-database.ts';
import { Waiters } from './waiters.ts';
import { Worker } from './work/worker.ts';

type Settled = JobsOptions & { readonly now: () => Date; readonly log: (message: string) => void };

// stable-diffusion-webui draws below 2^32 - 2, so that a batch seldom wraps.
const drawnBelow = 2 ** 32 - 2;
const defaultMaxQueued = 1_000;
const defaultCloseTimeoutMs = 5_000;

/**
 * Opens the durable queue. Jobs that were running when the program last ended are failed as `interrupted`; those that waited run again.
 * Throws `database_unusable` for a file that is locked, from a newer version, or not to be opened.
 */
export function openJobs(options: JobsOptions): Jobs {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? (() => undefined);
  const { path, busyTimeoutMs } = options;
  const connection = openDatabase({ path, now, log, ...(busyTimeoutMs !== undefined && { busyTimeoutMs }) });
  return new Jobs({ ...options, now, log }, new JobDatabase(connection, path, now));
}

/** The jobs: their line, the one worker that runs them first come first served, their history. */
export class Jobs {
  readonly #options: Settled;
  readonly #database: JobDatabase;
  readonly #store: JobStore;
  readonly #reader: JobReader;
  readonly #line: Line;
  readonly #worker: Worker;
  readonly #waiters = new Waiters();
  #isClosed = false;

  /** Use `openJobs`. */
  constructor(options: Settled, database: JobDatabase) {
    const { execute, emit, log } = options;
    this.#options = options;
    this.#database = database;
    this.#store = new JobStore(database);
    this.#reader = new JobReader(database);
    this.#line = new Line(database, { leavesEarlier: options.resumesQueue === false });
    this.#worker = new Worker({
      store: this.#store,
      reader: this.#reader,
      execute,
      emit,
      log,
      next: () => (this.#isPaused() ? null : (this.#line.waiting(1)[0] ?? null)),
      onChange: (id) => this.#tell(id),
      onRequeue: () => void this.#tellQueue(),
      onEnd: (id, isRecorded) => {
        if (isRecorded) this.#ended(id);
        else this.#waiters.release(id);
      },
    });
    for (const id of this.#line.running())
      this.#store.finish(id, 'running', { status: 'failed', failure: new Failed('interrupted').failure });
    if (options.startsPaused && this.#line.waitingCount() > 0) this.#line.isPaused = true;
    this.#worker.wake();
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
    const { task_id: _, ...extras } = this.#reader.runOf(id)?.extras ?? {};
    return this.#enqueue(job.request, job.origin, extras, id);
  }

  #enqueue(request: GenerateRequest, origin: JobOrigin, extras: JobExtras, retryOf?: JobId): Job {
    const earlier = extras.idempotency && this.#reader.findByKey(extras.idempotency.key_sha256);
    if (earlier) {
      if (earlier.bodySha256 === extras.idempotency?.body_sha256) return this.show(earlier.id);
      throw new Failed('conflict', { reason: 'This Idempotency-Key was used before, with another request.' });
    }
    const limit = this.#limit();
    if (this.#line.waitingCount() >= limit) throw new Failed('queue_full', { limit });
    const id = newJobId(this.#options.now().getTime());
    const steps: readonly StepName[] = extras.chain === undefined ? ['generate'] : ['generate', 'upscale'];
    const drawnSeed = randomInt(drawnBelow);
    this.#store.insert({ id, origin, request, extras, steps, drawnSeed, ...(retryOf && { retryOf }) });
    const job = this.show(id);
    this.#options.emit({ kind: 'job_changed', job });
    this.#worker.wake();
    return job;
  }

  /** The line as it stands. */
  queue(): QueueState {
    const isPaused = this.#isPaused();
    const runningId = this.#worker.runningId;
    return {
      state: isPaused ? (runningId === null ? 'paused' : 'pausing') : 'running',
      running_job_id: runningId,
      waiting: this.#line.waiting(),
      limit: this.#limit(),
    };
  }

  /** Throws `not_found`, `conflict`, `invalid_input`. */
  move(move: Move): QueueState {
    this.show(move.jobId);
    this.#line.reorder(moved(this.#line.waiting(), move));
    return this.#tellQueue();
  }

  /** Begins no further job, also after a restart. What runs goes on to its next picture, to its end, or stops now; it goes on from there later. */
  async pause(when: 'picture' | 'job' | 'now'): Promise<QueueState> {
    this.#line.isPaused = true;
    if (when !== 'job') await this.#worker.pause(when);
    return this.#tellQueue();
  }

  resume(): QueueState {
    this.#line.isPaused = false;
    this.#worker.unpause();
    this.#worker.wake();
    return this.#tellQueue();
  }

  /** Cancels all that wait; what runs is left alone. Answers how many. */
  cancelWaiting(): number {
    const canceled = this.#line.waiting().filter((id) => this.#cancelQueued(id));
    this.#tellQueue();
    return canceled.length;
  }

  /** Takes one ended job out of the history, or all. Throws `not_found`; `conflict` for one that has not ended. */
  forget(id?: JobId): number {
    if (id !== undefined && !isTerminal(this.show(id).status))
      throw new Failed('conflict', { reason: `The job ${id} has not ended. Cancel it first.` });
    return this.#removeEnded(id === undefined ? {} : { id });
  }

  /** Throws `not_found`. */
  show(id: string): Job {
    const job = this.#reader.find(id);
    if (!job) throw new Failed('not_found', { what: 'job', id });
    return this.#withProgress(job);
  }

  /** Throws `invalid_input` for a cursor that is none of ours. */
  list(query: JobQuery): JobPage {
    const page = this.#reader.page(query);
    return { ...page, jobs: page.jobs.map((job) => this.#withProgress(job)) };
  }

  counts(): JobCounts {
    return this.#reader.counts();
  }

  /** The job's history after that sequence, at most `limit` lines. Throws `not_found`. */
  events(id: JobId, after = 0, limit = 2_000): JobEvent[] {
    this.show(id);
    return this.#reader.events(id, after, limit);
  }

  /** The job when it has ended, or as it is when the time is up. Throws `not_found`. */
  async wait(id: JobId, timeoutMs: number): Promise<Job> {
    const mayWait = !isTerminal(this.show(id).status) && timeoutMs > 0 && !this.#isClosed;
    if (mayWait) await this.#waiters.wait(id, timeoutMs);
    return this.show(id);
  }

  /**
   * One that waits is canceled at once. One that runs is told to stop, and this answers when it has: canceled, or succeeded where it was
   * faster. One that has ended stays as it is. Throws `not_found`.
   */
  async cancel(id: JobId): Promise<Job> {
    this.show(id);
    // A pause that was a moment earlier may put what ran back into the line.
    if (!this.#cancelQueued(id) && (await this.#worker.cancel(id)) && !isTerminal(this.show(id).status))
      return this.cancel(id);
    return this.show(id);
  }

  /** Ends the steps of the picture that a running job is at; with `makesOthers` false the job ends with it. Throws `not_found`. */
  skip(id: JobId, { makesOthers }: { readonly makesOthers: boolean }): Job {
    this.show(id);
    this.#worker.skip(id, makesOthers);
    return this.show(id);
  }

  /** Pictures of all jobs, the newest first. Throws `invalid_input` for a cursor that is none of ours. */
  pictures(query: PictureQuery): PicturePage {
    return this.#reader.pictures(query);
  }

  /** Where the file of a picture lies; null where no job made one of that id. */
  artifactPath(id: string): string | null {
    return this.#reader.artifactPath(id);
  }

  /**
   * Stops the running job, which returns to its place in the line with the pictures that it has; those that wait stay there. The next
   * start goes on with them. Whoever waits is told the job as it then is.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#worker.close(this.#options.closeTimeoutMs ?? defaultCloseTimeoutMs);
    this.#waiters.releaseAll();
    // Whoever waited reads the job once more, in its own turn.
    await new Promise((resolve) => setImmediate(resolve));
    this.#database.close();
  }

  #cancelQueued(id: JobId): boolean {
    const isCanceled = this.#store.finish(id, 'queued', { status: 'canceled' });
    if (isCanceled) this.#ended(id);
    return isCanceled;
  }

  #ended(id: JobId): void {
    this.#tell(id);
    this.#waiters.release(id);
    if (this.#worker.runningId === null && this.#isPaused()) this.#tellQueue();
    const keep = this.#options.maxEnded?.() ?? 0;
    if (keep > 0) this.#removeEnded({ keep });
  }

  #removeEnded(which: { readonly id?: JobId; readonly keep?: number }): number {
    const removed = this.#store.removeEnded(which);
    for (const job_id of removed) this.#options.emit({ kind: 'job_removed', job_id });
    return removed.length;
  }

  #tell(id: JobId): void {
    this.#options.emit({ kind: 'job_changed', job: this.show(id) });
  }

  #tellQueue(): QueueState {
    const queue = this.queue();
    this.#options.emit({ kind: 'queue_changed', queue });
    return queue;
  }

  /** A program that runs its own jobs alone, such as a command line, leaves the pause to the one that runs all. */
  #isPaused(): boolean {
    return this.#options.resumesQueue !== false && this.#line.isPaused;
  }

  #limit(): number {
    const { maxQueued = defaultMaxQueued } = this.#options;
    return typeof maxQueued === 'number' ? maxQueued : maxQueued();
  }

  #withProgress(job: Job): Job {
    const progress = this.#worker.progressOf(job.id);
    return progress === null ? job : { ...job, progress };
  }
}
