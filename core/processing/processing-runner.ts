import { Failed, type Failure, failureOf } from '../contract/failure.ts';
import type { Timings } from '../contract/generate/generate.ts';
import type {
  CancelSignal,
  ImageRunner,
  RunEvent,
  RunMetrics,
  RunnerKind,
  RunPlan,
  SkipSignal,
} from '../contract/generate/runner.ts';

export interface RunResult {
  readonly metrics: RunMetrics;
  readonly timings: Timings;
}

export type RunOutcome =
  | { readonly status: 'succeeded'; readonly result: RunResult }
  | { readonly status: 'failed' | 'canceled'; readonly failure: Failure; readonly elapsedMs: number };

/** Where others look into a run: progress and saving, metrics, tests. Called in this order. */
export interface RunHooks {
  /** The plan is made; nothing has run yet. */
  onPrepare?(plan: RunPlan): void;
  /** For each event. A promise is awaited before the run ends; when it rejects, the run stops and fails with that. */
  onExecute?(event: RunEvent): Promise<void> | void;
  /** Once, however the run ended. */
  onFinalize?(outcome: RunOutcome): void;
}

/** One batch of pictures to run. `plan` is called when the run prepares, so that what it refuses counts as the run's own failure. */
export interface ProcessingRequest {
  readonly plan: () => Promise<RunPlan> | RunPlan;
  readonly signal: CancelSignal;
  readonly skips?: SkipSignal | undefined;
  readonly hooks?: RunHooks;
}

/**
 * The boundary in front of the image runner, and the only caller of it: prepare, execute, finalize.
 * One `run` is one batch of pictures, whichever door asked for it.
 */
export class ProcessingRunner {
  readonly #imageRunner: ImageRunner;
  readonly #observers: readonly RunHooks[];

  constructor(imageRunner: ImageRunner, observers: readonly RunHooks[] = []) {
    this.#imageRunner = imageRunner;
    this.#observers = observers;
  }

  get kind(): RunnerKind {
    return this.#imageRunner.kind;
  }

  async run(request: ProcessingRequest): Promise<RunResult> {
    const startedMs = performance.now();
    const listeners = request.hooks ? [...this.#observers, request.hooks] : this.#observers;
    try {
      const plan = await this.#prepare(request, listeners);
      const metrics = await this.#execute(plan, request, listeners);
      const result = { metrics, timings: timingsOf(metrics, performance.now() - startedMs) };
      finalize(listeners, { status: 'succeeded', result });
      return result;
    } catch (error) {
      const failure = failureOf(error);
      const status = failure.code === 'canceled' ? 'canceled' : 'failed';
      finalize(listeners, { status, failure, elapsedMs: performance.now() - startedMs });
      throw error;
    }
  }

  async #prepare({ plan: makePlan, signal }: ProcessingRequest, listeners: readonly RunHooks[]): Promise<RunPlan> {
    if (signal.aborted) throw new Failed('canceled');
    const plan = await makePlan();
    for (const listener of listeners) listener.onPrepare?.(plan);
    return plan;
  }

  async #execute(
    plan: RunPlan,
    { signal, skips }: ProcessingRequest,
    listeners: readonly RunHooks[],
  ): Promise<RunMetrics> {
    const stop = new AbortController();
    const cancel = (): void => stop.abort();
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();

    const faults: unknown[] = [];
    const work: Promise<void>[] = [];
    const note = (fault: unknown): void => {
      faults.push(fault);
      // No use in making pictures that can't be saved.
      stop.abort();
    };
    const onEvent = (event: RunEvent): void => {
      for (const listener of listeners) {
        try {
          const begun = listener.onExecute?.(event);
          if (begun) work.push(begun.catch(note));
        } catch (fault) {
          note(fault);
        }
      }
    };
    try {
      const metrics = await this.#imageRunner.run(plan, onEvent, stop.signal, skips);
      await Promise.all(work);
      if (faults.length > 0) throw faults[0];
      return metrics;
    } catch (error) {
      // What was finished before the end is still saved; and the first cause is told, not the stop that followed from it.
      await Promise.all(work);
      throw faults.length > 0 ? faults[0] : error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }
}

function finalize(listeners: readonly RunHooks[], outcome: RunOutcome): void {
  for (const listener of listeners) listener.onFinalize?.(outcome);
}

function timingsOf({ load_ms, text_ms, denoise_ms, decode_ms }: RunMetrics, totalMs: number): Timings {
  return { load_ms, text_ms, denoise_ms, decode_ms, total_ms: totalMs };
}
