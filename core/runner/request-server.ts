import { Failed, type Failure } from '../contract/failure.ts';
import type {
  ProviderName,
  ProviderReport,
  RunEvent,
  RunMetrics,
  RunnerReply,
  RunPlan,
} from '../contract/generate/runner.ts';
import { RunnerRequest } from '../contract/generate/runner.ts';
import type { ExecutionDescriptor } from '../contract/library/descriptor.ts';

/**
 * A model in memory, ready to run. `run` rejects with `Failed`: `canceled` once `isCanceled()` says so between two steps. A picture that
 * `isSkipped` names takes no further step.
 */
export interface LoadedPipeline {
  run(
    plan: RunPlan,
    onEvent: (event: RunEvent) => void,
    isCanceled: () => boolean,
    isSkipped: (itemIndex: number) => boolean,
  ): Promise<RunMetrics>;
  close(): Promise<void> | void;
}

export interface RequestServerOptions {
  readonly send: (reply: RunnerReply) => void;
  readonly openPipeline: (descriptor: ExecutionDescriptor, provider: ProviderName) => Promise<LoadedPipeline>;
  readonly probe: (fresh: boolean) => Promise<{ runtime_version: string; providers: ProviderReport[] }>;
  readonly memoryBytes: () => number;
  readonly log: (line: string) => void;
}

/**
 * What the runner process does with its messages: one run at a time, one pipeline kept.
 * A message that is no request is logged and left alone: there is nobody to answer.
 */
export function createRequestServer(options: RequestServerOptions): (message: unknown) => Promise<void> {
  const canceled = new Set<number>();
  const skipped = new Map<number, Set<number>>();
  let loaded: { readonly key: string; readonly pipeline: LoadedPipeline } | null = null;
  let line: Promise<void> = Promise.resolve();

  async function pipelineFor(plan: RunPlan): Promise<{ pipeline: LoadedPipeline; openMs: number }> {
    // The whole descriptor: a model that was registered anew under its old id is another model.
    const key = JSON.stringify([plan.descriptor, plan.provider]);
    if (loaded?.key === key) return { pipeline: loaded.pipeline, openMs: 0 };
    await unload();
    const startedMs = performance.now();
    const pipeline = await options.openPipeline(plan.descriptor, plan.provider);
    loaded = { key, pipeline };
    return { pipeline, openMs: performance.now() - startedMs };
  }

  async function unload(): Promise<void> {
    const { pipeline } = loaded ?? {};
    loaded = null;
    await pipeline?.close();
  }

  async function run(id: number, plan: RunPlan): Promise<void> {
    let isOpen = false;
    try {
      if (canceled.has(id)) throw new Failed('canceled');
      const { pipeline, openMs } = await pipelineFor(plan);
      isOpen = true;
      const onEvent = (event: RunEvent): void => options.send({ kind: 'event', id, event });
      const metrics = await pipeline.run(
        plan,
        onEvent,
        () => canceled.has(id),
        (item) => skipped.get(id)?.has(item) ?? false,
      );
      options.send({
        kind: 'done',
        id,
        metrics: { ...metrics, load_ms: openMs + metrics.load_ms },
        memory_bytes: options.memoryBytes(),
      });
    } catch (error) {
      const failure = failureOfRun(error, isOpen);
      if (!(error instanceof Failed))
        options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      // What lies half made in memory after a failed allocation only makes the next one fail too.
      if (failure.code === 'oom') await unload();
      options.send({ kind: 'failed', id, failure });
    } finally {
      canceled.delete(id);
      skipped.delete(id);
    }
  }

  async function probe(id: number, fresh: boolean): Promise<void> {
    try {
      options.send({ kind: 'probed', id, ...(await options.probe(fresh)) });
    } catch (error) {
      options.send({ kind: 'failed', id, failure: failureOfRun(error, true) });
    }
  }

  return (message) => {
    const request = RunnerRequest.safeParse(message);
    if (!request.success) {
      options.log(`A message that is no request was left alone: ${request.error.issues[0]?.message ?? ''}`);
      return line;
    }
    if (request.data.kind === 'cancel') {
      canceled.add(request.data.id);
      return line;
    }
    if (request.data.kind === 'skip') {
      const { id, item_index } = request.data;
      skipped.set(id, (skipped.get(id) ?? new Set()).add(item_index));
      return line;
    }
    const work = request.data;
    line = line.then(() => (work.kind === 'run' ? run(work.id, work.plan) : probe(work.id, work.fresh)));
    return line;
  };
}

/** The failure for anything thrown by a pipeline: onnxruntime throws plain errors, told apart by their words alone. */
export function failureOfRun(error: unknown, isOpen: boolean): Failure {
  if (error instanceof Failed) return error.failure;
  const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
  if (/bad_alloc|failed to allocate|out of memory|array buffer allocation failed/i.test(reason))
    return new Failed('oom', { reason }).failure;
  if (!isOpen) return new Failed('model_load_failed', { reason }).failure;
  return { ...new Failed('internal').failure, details: { reason } };
}
