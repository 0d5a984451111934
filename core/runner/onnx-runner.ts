import { getCompileCacheDir } from 'node:module';
import { Failed, failureOf } from '../contract/failure.ts';
import type {
  CancelSignal,
  ImageRunner,
  ProviderReport,
  RunEvent,
  RunMetrics,
  RunnerReply,
  RunnerRequest,
  RunnerStatus,
  RunPlan,
  SkipSignal,
} from '../contract/generate/runner.ts';
import { memoryEnvironment } from './memory-environment.ts';
import { createPatience } from './patience.ts';
import { RunnerProcess } from './runner-process.ts';
import { Turns } from './turns.ts';

export interface OnnxRunnerOptions {
  /** `core/runner/entry.ts`, or what it was built to. */
  readonly entryPath: string;
  /** A real Node executable; `process.execPath` anywhere but in Electron. */
  readonly nodePath: string;
  /** The process ends after so long without work, which gives its memory back. 0: never. */
  readonly idleMs?: number;
  readonly startTimeoutMs?: number;
  /** A process that says nothing for so long during a run is taken for hung. Loading a big model is silent too. */
  readonly silenceTimeoutMs?: number;
  /** Once a run has taken a step, it is loaded: from then on so much silence is enough, or thirty of its slowest steps. */
  readonly stepTimeoutMs?: number;
  /** Between steps is where a run can stop; a process that has not stopped by then is ended. */
  readonly cancelTimeoutMs?: number;
  readonly onStatus?: (status: RunnerStatus) => void;
  readonly log?: (line: string) => void;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface ProbeResult {
  readonly runtime_version: string;
  readonly providers: readonly ProviderReport[];
}

export type OnnxRunner = ImageRunner & {
  /** Asks the process which execution providers work here, `fresh` or from memory. Rejects with `runner_unavailable` or `runner_crashed`. */
  probe(fresh?: boolean): Promise<ProbeResult>;
  /** Starts the process ahead of the first run. A start that fails is tried again, and told, by that run. */
  warmUp(): void;
  /** Of the living process; null while there is none. */
  processId(): number | null;
};

const minuteMs = 60_000;

/** The image runner over a child process that it starts on demand, watches, and starts again after a crash. */
export function createOnnxRunner(options: OnnxRunnerOptions): OnnxRunner {
  return new SupervisedRunner(options);
}

class SupervisedRunner implements OnnxRunner {
  readonly kind = 'onnx';
  readonly #options: Required<Omit<OnnxRunnerOptions, 'env'>> & { env: Readonly<Record<string, string>> };
  readonly #turns = new Turns();
  #process: RunnerProcess | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #lastRequestId = 0;
  #hasCrashed = false;
  #isClosed = false;
  #status: RunnerStatus = {
    kind: 'onnx',
    state: 'stopped',
    provider: null,
    threads: null,
    loaded_model_id: null,
    memory_bytes: null,
    restarts: 0,
    last_failure: null,
  };

  constructor(options: OnnxRunnerOptions) {
    this.#options = {
      idleMs: 10 * minuteMs,
      startTimeoutMs: minuteMs / 2,
      silenceTimeoutMs: 15 * minuteMs,
      stepTimeoutMs: 5 * minuteMs,
      cancelTimeoutMs: minuteMs / 2,
      onStatus: () => undefined,
      log: () => undefined,
      env: {},
      ...options,
    };
  }

  status(): RunnerStatus {
    return this.#status;
  }

  processId(): number | null {
    return this.#process?.pid ?? null;
  }

  async run(
    plan: RunPlan,
    onEvent: (event: RunEvent) => void,
    signal: CancelSignal,
    skips?: SkipSignal,
  ): Promise<RunMetrics> {
    return this.#turns.take(async () => {
      const reply = await this.#ask((id) => ({ kind: 'run', id, plan }), onEvent, signal, skips);
      if (reply.kind !== 'done')
        throw new Failed('runner_crashed', { reason: `it answered "run" with "${reply.kind}"` });
      this.#say({
        provider: reply.metrics.provider,
        provider_note: reply.metrics.provider_note ?? null,
        loaded_model_id: plan.descriptor.model_id,
        memory_bytes: reply.memory_bytes,
        last_failure: null,
      });
      return reply.metrics;
    }, signal);
  }

  warmUp(): void {
    this.#turns
      .take(() => this.#started())
      .then(() => this.#startIdleTimer())
      .catch((error: unknown) => this.#options.log(`The process that makes pictures did not start: ${String(error)}`));
  }

  async probe(fresh = false): Promise<ProbeResult> {
    return this.#turns.take(async () => {
      const reply = await this.#ask(
        (id) => ({ kind: 'probe', id, fresh }),
        () => undefined,
        new AbortController().signal,
      );
      if (reply.kind !== 'probed')
        throw new Failed('runner_crashed', { reason: `it answered "probe" with "${reply.kind}"` });
      return { runtime_version: reply.runtime_version, providers: reply.providers };
    });
  }

  /** Waits for the run in progress, if there is one. */
  async unload(): Promise<void> {
    await this.#turns.take(() => this.#stop());
  }

  /** Ends the run in progress, those that wait, and the process. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#turns.refuseAll(new Failed('runner_unavailable', { reason: 'Vitrine is closing' }));
    await this.#stop(this.#status.state === 'busy');
  }

  async #ask(
    request: (id: number) => RunnerRequest,
    onEvent: (event: RunEvent) => void,
    signal: CancelSignal,
    skips?: SkipSignal,
  ): Promise<Answer> {
    this.#cancelIdleTimer();
    const runner = await this.#started();
    try {
      if (signal.aborted) throw new Failed('canceled');
      this.#say({ state: 'busy' });
      return await this.#exchange(runner, request, onEvent, signal, skips);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== 'canceled' && !this.#isClosed) this.#say({ last_failure: failure });
      throw error;
    } finally {
      this.#say(this.#process === runner ? { state: 'ready' } : stopped);
      this.#startIdleTimer();
    }
  }

  async #exchange(
    runner: RunnerProcess,
    request: (id: number) => RunnerRequest,
    onEvent: (event: RunEvent) => void,
    signal: CancelSignal,
    skips?: SkipSignal,
  ): Promise<Answer> {
    const id = ++this.#lastRequestId;
    const { silenceTimeoutMs, stepTimeoutMs, cancelTimeoutMs } = this.#options;
    const patience = createPatience(silenceTimeoutMs, stepTimeoutMs);
    let killedFor: 'silence' | 'cancel' | null = null;
    const kill = (reason: 'silence' | 'cancel') => (): void => {
      killedFor = reason;
      // Ended because it was asked to stop: no crash, so nothing for the count or for `last_failure`.
      if (reason === 'cancel' && this.#process === runner) this.#process = null;
      runner.kill();
    };
    let silenceTimer = setTimeout(kill('silence'), silenceTimeoutMs);
    let cancelTimer: NodeJS.Timeout | null = null;
    const cancel = (): void => {
      runner.send({ kind: 'cancel', id });
      cancelTimer = setTimeout(kill('cancel'), cancelTimeoutMs);
    };
    signal.addEventListener('abort', cancel);
    const leaveSkips = skips?.listen((item_index) => runner.send({ kind: 'skip', id, item_index }));
    try {
      return await new Promise<Answer>((resolve, reject) => {
        runner.onReply = (reply) => {
          clearTimeout(silenceTimer);
          silenceTimer = setTimeout(kill('silence'), patience.after(reply, performance.now()));
          if (reply.kind === 'ready' || reply.id !== id) return;
          if (reply.kind === 'event') onEvent(reply.event);
          else if (reply.kind === 'failed') reject(Failed.from(reply.failure));
          else resolve(reply);
        };
        void runner.ended.then((reason) => {
          if (killedFor === 'cancel') reject(new Failed('canceled'));
          else if (this.#isClosed) reject(new Failed('runner_unavailable', { reason: 'Vitrine is closing' }));
          else if (killedFor === 'silence')
            reject(
              new Failed('runner_crashed', {
                reason: `it said nothing for ${patience.currentMs / 1000} s and was ended`,
              }),
            );
          else reject(new Failed('runner_crashed', { reason }));
        });
        runner.send(request(id));
      });
    } finally {
      clearTimeout(silenceTimer);
      if (cancelTimer) clearTimeout(cancelTimer);
      signal.removeEventListener('abort', cancel);
      leaveSkips?.();
      runner.onReply = null;
    }
  }

  async #started(): Promise<RunnerProcess> {
    if (this.#process) return this.#process;
    this.#say({ state: 'starting' });
    try {
      const { entryPath, nodePath, startTimeoutMs, log, env } = this.#options;
      const runner = await RunnerProcess.start({
        entryPath,
        nodePath,
        startTimeoutMs,
        log,
        env: { NODE_COMPILE_CACHE: getCompileCacheDir(), ...memoryEnvironment, ...process.env, ...env },
      });
      if (this.#isClosed) {
        runner.kill();
        throw new Failed('runner_unavailable', { reason: 'Vitrine is closing' });
      }
      this.#process = runner;
      void runner.ended.then((reason) => this.#forget(runner, reason));
      const restarts = this.#status.restarts + (this.#hasCrashed ? 1 : 0);
      this.#hasCrashed = false;
      this.#say({ state: 'ready', threads: runner.threads, restarts });
      return runner;
    } catch (error) {
      this.#say({ state: 'stopped', last_failure: failureOf(error) });
      throw error;
    }
  }

  /** A process that `#stop` ended is no longer ours by then: only an end that nobody asked for comes through. */
  #forget(runner: RunnerProcess, reason: string): void {
    if (this.#process !== runner) return;
    this.#process = null;
    this.#hasCrashed = true;
    this.#cancelIdleTimer();
    this.#options.log(`The process that makes pictures ended: ${reason}`);
    this.#say({ ...stopped, last_failure: new Failed('runner_crashed', { reason }).failure });
  }

  async #stop(isAtOnce = false): Promise<void> {
    this.#cancelIdleTimer();
    const runner = this.#process;
    if (!runner) return;
    this.#process = null;
    if (isAtOnce) runner.kill();
    await runner.stop();
    this.#say(stopped);
  }

  #startIdleTimer(): void {
    this.#cancelIdleTimer();
    const { idleMs, log } = this.#options;
    if (idleMs === 0 || !this.#process || this.#turns.waitingCount > 0) return;
    this.#idleTimer = setTimeout(() => {
      this.unload().catch((error: unknown) => log(`The idle process could not be ended: ${String(error)}`));
    }, idleMs);
    this.#idleTimer.unref();
  }

  #cancelIdleTimer(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
  }

  #say(change: Partial<RunnerStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#options.onStatus(this.#status);
  }
}

type Answer = Extract<RunnerReply, { kind: 'done' | 'probed' }>;

const stopped = { state: 'stopped', threads: null, loaded_model_id: null, memory_bytes: null } as const;
