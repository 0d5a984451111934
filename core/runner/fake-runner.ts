import { setImmediate, setTimeout } from 'node:timers/promises';
import { Failed } from '../contract/failure.ts';
import type {
  CancelSignal,
  ImageRunner,
  RunEvent,
  RunMetrics,
  RunnerStatus,
  RunPlan,
  SkipSignal,
} from '../contract/generate/runner.ts';
import { fakePicture } from './fake-picture.ts';
import { Turns } from './turns.ts';

export interface FakeRunnerOptions {
  /** How long a step takes; 0 only lets others run in between. */
  readonly stepMs?: number;
}

/**
 * A runner that needs no model: same port, same events in the same order, pictures that depend on prompt, seed and size.
 * Only ever chosen by an explicit switch.
 */
export function createFakeRunner(
  onStatus: (status: RunnerStatus) => void = () => undefined,
  { stepMs = 0 }: FakeRunnerOptions = {},
): ImageRunner {
  const turns = new Turns();
  let status: RunnerStatus = {
    kind: 'fake',
    state: 'ready',
    provider: 'fake',
    threads: 1,
    loaded_model_id: null,
    memory_bytes: null,
    restarts: 0,
    last_failure: null,
  };
  const say = (change: Partial<RunnerStatus>): void => {
    status = { ...status, ...change };
    onStatus(status);
  };

  async function run(
    plan: RunPlan,
    onEvent: (event: RunEvent) => void,
    signal: CancelSignal,
    skips?: SkipSignal,
  ): Promise<RunMetrics> {
    say({ state: 'busy' });
    const skipped = new Set<number>();
    const leaveSkips = skips?.listen((item) => skipped.add(item));
    try {
      const metrics = await runFake(plan, onEvent, signal, { stepMs, isSkipped: (item) => skipped.has(item) });
      say({ loaded_model_id: plan.descriptor.model_id, last_failure: null });
      return metrics;
    } finally {
      leaveSkips?.();
      say({ state: 'ready' });
    }
  }

  return {
    kind: 'fake',
    run: (plan, onEvent, signal, skips) => turns.take(() => run(plan, onEvent, signal, skips), signal),
    status: () => status,
    unload: () => turns.take(async () => say({ loaded_model_id: null })),
    close: async () => {
      turns.refuseAll(new Failed('runner_unavailable', { reason: 'Vitrine is closing' }));
    },
  };
}

async function runFake(
  plan: RunPlan,
  onEvent: (event: RunEvent) => void,
  signal: CancelSignal,
  { stepMs, isSkipped }: { readonly stepMs: number; readonly isSkipped: (itemIndex: number) => boolean },
): Promise<RunMetrics> {
  const sampler = plan.sampler === 'Automatic' ? 'PLMS' : plan.sampler;
  const pause = async (): Promise<void> => {
    await (stepMs > 0 ? setTimeout(stepMs) : setImmediate());
    if (signal.aborted) throw new Failed('canceled');
  };
  let stageStartedMs = performance.now();
  const lap = (): number => {
    const now = performance.now();
    const elapsed = now - stageStartedMs;
    stageStartedMs = now;
    return elapsed;
  };

  onEvent({ kind: 'progress', stage: 'load', item_index: 0, step: 0, step_count: 1 });
  await pause();
  onEvent({ kind: 'progress', stage: 'load', item_index: 0, step: 1, step_count: 1 });
  const loadMs = lap();
  onEvent({ kind: 'progress', stage: 'text', item_index: 0, step: 0, step_count: 1 });
  await pause();
  onEvent({ kind: 'progress', stage: 'text', item_index: 0, step: 1, step_count: 1 });
  const textMs = lap();

  let denoiseMs = 0;
  let decodeMs = 0;
  for (const [item, seed] of plan.seeds.entries()) {
    const pixels = fakePicture(plan.prompt, seed, plan.width, plan.height);
    onEvent({ kind: 'progress', stage: 'denoise', item_index: item, step: 0, step_count: plan.steps });
    let taken = 0;
    for (let step = 1; step <= plan.steps; step++) {
      await pause();
      if (isSkipped(item)) break;
      taken = step;
      onEvent({ kind: 'progress', stage: 'denoise', item_index: item, step, step_count: plan.steps });
      const isPreviewDue = plan.preview_every_steps > 0 && step % plan.preview_every_steps === 0 && step < plan.steps;
      if (isPreviewDue) onEvent({ kind: 'preview', item_index: item, pixels });
    }
    denoiseMs += lap();
    onEvent({ kind: 'progress', stage: 'decode', item_index: item, step: 0, step_count: 1 });
    await pause();
    const stopped = taken < plan.steps && { stopped_after: taken };
    onEvent({ kind: 'image', item_index: item, seed, pixels, sampler, scheduler: plan.scheduler, ...stopped });
    onEvent({ kind: 'progress', stage: 'decode', item_index: item, step: 1, step_count: 1 });
    decodeMs += lap();
  }
  return {
    load_ms: loadMs,
    text_ms: textMs,
    denoise_ms: denoiseMs,
    decode_ms: decodeMs,
    provider: 'fake',
    sampler,
    scheduler: plan.scheduler,
  };
}
