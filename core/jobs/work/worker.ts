import type { AppEvent } from '../../contract/event.ts';
import { Failed, failureOf } from '../../contract/failure.ts';
import type { Timings } from '../../contract/generate/generate.ts';
import type { JobId } from '../../contract/ids.ts';
import type { Job, Progress, StepName } from '../../contract/jobs/job.ts';
import type { JobReader } from '../store/job-reader.ts';
import type { JobStore, Outcome } from '../store/job-store.ts';
import { createJobHooks, type JobHooks } from './job-hooks.ts';
import { Skips } from './skips.ts';

export interface StepResult {
  readonly timings: Timings;
  readonly provider: string;
}

export interface WorkerOptions {
  readonly store: JobStore;
  readonly reader: JobReader;
  /** Carries out one step of a job. Rejects with `Failed`; with `canceled` after the signal. */
  readonly execute: (job: Job, hooks: JobHooks) => Promise<StepResult>;
  /** The job to run next; null for none, and while the line is paused. */
  readonly next: () => JobId | null;
  readonly emit: (event: AppEvent) => void;
  readonly log: (message: string) => void;
  /** The job changed. */
  readonly onChange: (id: JobId) => void;
  /** The job ended, or its end could not be recorded. */
  readonly onEnd: (id: JobId, isRecorded: boolean) => void;
  /** The job went back into the line. */
  readonly onRequeue: (id: JobId) => void;
}

interface Running {
  readonly id: JobId;
  readonly controller: AbortController;
  readonly skips: Skips;
  readonly ended: Promise<void>;
  step: StepName;
  progress: Progress | null;
  /** Of the picture of this step that was finished last; -1 before the first. */
  newestItem: number;
  /** Stopped in order to go on later: it returns to the line. */
  isToRequeue: boolean;
  /** It returns to the line once its next picture is there. */
  pausesAfterPicture: boolean;
  /** The picture that the job ends with; null: the last. */
  lastItem: number | null;
}

/** Runs the jobs of the line, one at a time. */
export class Worker {
  readonly #options: WorkerOptions;
  #running: Running | null = null;
  #isClosed = false;
  #next: NodeJS.Immediate | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get runningId(): JobId | null {
    return this.#running?.id ?? null;
  }

  /** Of a job that runs; null for any other, and before it says anything. */
  progressOf(id: JobId): Progress | null {
    return this.#running?.id === id ? this.#running.progress : null;
  }

  /** Begins the next job, unless one runs. */
  wake(): void {
    if (this.#next || this.#running || this.#isClosed) return;
    // Not at once: whoever enqueues gets the job before anything tells of its running.
    this.#next = setImmediate(() => {
      this.#next = null;
      this.#beginNext();
    });
  }

  /** Tells that job to stop, and resolves when it has. False where it doesn't run. */
  async cancel(id: JobId): Promise<boolean> {
    const running = this.#running;
    if (running?.id !== id) return false;
    running.isToRequeue = false;
    running.controller.abort();
    await running.ended;
    return true;
  }

  /** Ends the steps of the picture that the job is at; with `makesOthers` false the job ends with it. */
  skip(id: JobId, makesOthers: boolean): void {
    const running = this.#running;
    if (running?.id !== id) return;
    const item = running.progress?.item_index ?? 0;
    const isBetweenTwo = item <= running.newestItem;
    if (makesOthers) {
      running.skips.skip(Math.max(item, running.newestItem + 1));
      return;
    }
    // A picture that is only made larger has no steps to end.
    if (isBetweenTwo || running.step === 'upscale') running.controller.abort();
    running.lastItem = item;
    running.skips.skip(item);
  }

  /** What runs returns to the line: once its next picture is there, or now, and then this resolves when it has. */
  async pause(when: 'picture' | 'now'): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    if (when === 'now') {
      this.#requeue(running);
      await running.ended;
    } else running.pausesAfterPicture = true;
  }

  /** Takes back a pause after the next picture. */
  unpause(): void {
    if (this.#running) this.#running.pausesAfterPicture = false;
  }

  /** Begins nothing more. What runs stops and returns to the line; after the time-out it is no longer listened to, and returns all the same. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#next) clearImmediate(this.#next);
    const running = this.#running;
    if (running === null) return;
    this.#requeue(running);
    const timeout = new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
    await Promise.race([running.ended, timeout]);
    if (this.#running) this.#finish(running.id, 'requeue');
  }

  #beginNext(): void {
    if (this.#isClosed || this.#running) return;
    const { store, reader, log, next } = this.#options;
    try {
      const id = next();
      if (id === null) return;
      const job = reader.find(id);
      if (!job) {
        log(`The job ${id} could not be read from the database and was failed.`);
        store.finish(id, 'queued', { status: 'failed', failure: new Failed('internal').failure });
        this.wake();
        return;
      }
      if (store.begin(id)) this.#run(job);
    } catch (error) {
      // The queue rests until the next job comes: a full disk would only fail them all in turn.
      log(`The next job could not be begun: ${String(error)}`);
    }
  }

  #run(job: Job): void {
    const controller = new AbortController();
    const skips = new Skips();
    this.#running = {
      id: job.id,
      controller,
      skips,
      step: 'generate',
      progress: null,
      newestItem: -1,
      isToRequeue: false,
      pausesAfterPicture: false,
      lastItem: null,
      ended: Promise.resolve().then(() => this.#carryOut(job, controller, skips)),
    };
  }

  async #carryOut(job: Job, controller: AbortController, skips: Skips): Promise<void> {
    const outcome = await this.#outcomeOf(job, controller.signal, skips);
    if (this.#running?.id === job.id) this.#finish(job.id, outcome);
    this.wake();
  }

  async #outcomeOf(job: Job, signal: AbortSignal, skips: Skips): Promise<Outcome | 'requeue'> {
    const { store, log, onChange } = this.#options;
    try {
      const results: StepResult[] = [];
      for (const [index, { name, status }] of job.steps.entries()) {
        if (status === 'succeeded') continue;
        if (signal.aborted) throw new Failed('canceled');
        store.beginStep(job.id, name);
        onChange(job.id);
        results.push(await this.#carryOutStep(job.id, index, signal, skips));
        if (typeof this.#running?.lastItem === 'number') throw new Failed('canceled');
        if (this.#running?.id === job.id) store.finishStep(job.id, name);
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
      if (signal.aborted && isToRequeue) return 'requeue';
      if (failure.code === 'canceled') return { status: 'canceled' };
      return { status: 'failed', failure };
    }
  }

  async #carryOutStep(id: JobId, index: number, signal: AbortSignal, skips: Skips): Promise<StepResult> {
    const { store, reader, emit, execute, log, onChange } = this.#options;
    const job = reader.find(id);
    const run = reader.runOf(id);
    if (job === null || run === null) throw new Failed('not_found', { what: 'job', id });
    const step = job.steps[index]?.name ?? 'generate';
    const firstItem = job.artifacts.filter((artifact) => artifact.step === step).length;
    if (this.#running) {
      this.#running.step = step;
      this.#running.newestItem = firstItem - 1;
    }
    const { hooks, stop } = createJobHooks({
      ...run,
      firstItem,
      jobId: id,
      step,
      signal,
      skips,
      emit,
      log,
      isCurrent: () => this.#running?.id === id,
      onProgress: (progress) => {
        if (this.#running) this.#running.progress = progress;
      },
      ofWhole: (progress) => ({ ...progress, fraction: (index + progress.fraction) / job.steps.length }),
      onArtifact: (artifact) => {
        store.addArtifact(artifact);
        onChange(id);
        if (this.#running) this.#running.newestItem = artifact.item_index;
        this.#goOnAfter(artifact.item_index, artifact.item_index + 1 >= job.request.count);
      },
    });
    try {
      return await execute(job, hooks);
    } finally {
      stop();
    }
  }

  #goOnAfter(item: number, isLast: boolean): void {
    const running = this.#running;
    if (!running) return;
    if (running.lastItem !== null && item >= running.lastItem) running.controller.abort();
    if (running.pausesAfterPicture && running.lastItem === null && !isLast) this.#requeue(running);
  }

  #requeue(running: Running): void {
    if (running.controller.signal.aborted) return;
    running.isToRequeue = true;
    running.controller.abort();
  }

  #finish(id: JobId, outcome: Outcome | 'requeue'): void {
    const { store, log, onChange, onEnd, onRequeue } = this.#options;
    this.#running = null;
    try {
      if (outcome === 'requeue') {
        store.requeue(id);
        onChange(id);
        onRequeue(id);
        return;
      }
      store.finish(id, 'running', outcome);
      onEnd(id, true);
    } catch (error) {
      // It stays running in the file, and the next start fails it as interrupted.
      const status = typeof outcome === 'string' ? outcome : outcome.status;
      log(`The end of job ${id} (${status}) could not be recorded: ${String(error)}`);
      onEnd(id, false);
    }
  }
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
