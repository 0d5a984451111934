import type { RunEvent } from '../contract/generate/runner.ts';
import type { Progress } from '../contract/jobs/job.ts';

/** What has been seen of a run so far. Times are of one steady clock, in milliseconds. */
export interface ProgressState {
  readonly progress: Progress;
  readonly lastEventAtMs: number;
  /** Means over the pictures so far; null until one has been measured. */
  readonly stepMs: number | null;
  readonly decodeMs: number | null;
  readonly decodeBeganAtMs: number | null;
}

// A new step time counts for so much of the mean: other programs come and go while a picture forms.
const weightOfNewest = 0.3;

export function beginProgress(itemCount: number, stepCount: number, nowMs: number): ProgressState {
  return {
    progress: {
      stage: 'load',
      item_index: 0,
      item_count: itemCount,
      step: 0,
      step_count: stepCount,
      fraction: 0,
      eta_ms: null,
    },
    lastEventAtMs: nowMs,
    stepMs: null,
    decodeMs: null,
    decodeBeganAtMs: null,
  };
}

/**
 * The state after one more event. The fraction counts finished steps, and a decoding as one more step; it never falls.
 * The time left is that of the steps and decodings left, at the pace of those seen.
 */
export function advance(state: ProgressState, event: RunEvent, nowMs: number): ProgressState {
  if (event.kind === 'preview') return state;
  if (event.kind === 'image') {
    const spentMs = state.decodeBeganAtMs === null ? null : nowMs - state.decodeBeganAtMs;
    const decodeMs = spentMs === null ? state.decodeMs : mean(state.decodeMs, spentMs);
    const stepCount = state.progress.step_count;
    return told({ ...state, decodeMs, lastEventAtMs: nowMs }, 'decode', event.item_index, stepCount, stepCount, 1);
  }
  if (event.stage === 'load' || event.stage === 'text') {
    const { step_count } = state.progress;
    return told({ ...state, lastEventAtMs: nowMs }, event.stage, event.item_index, 0, step_count, 0);
  }
  if (event.stage === 'decode') {
    const { step_count } = state.progress;
    const isBegin = event.step === 0;
    const next = { ...state, decodeBeganAtMs: isBegin ? nowMs : state.decodeBeganAtMs, lastEventAtMs: nowMs };
    return told(next, 'decode', event.item_index, step_count, step_count, event.step / event.step_count);
  }
  // The first step of a run loads the network: the second one's time takes its place.
  const before = event.step === 2 && event.item_index === 0 ? null : state.stepMs;
  const stepMs = event.step > 0 ? mean(before, nowMs - state.lastEventAtMs) : state.stepMs;
  return told({ ...state, stepMs, lastEventAtMs: nowMs }, 'denoise', event.item_index, event.step, event.step_count, 0);
}

function told(
  state: ProgressState,
  stage: Progress['stage'],
  itemIndex: number,
  step: number,
  stepCount: number,
  /** How much of the picture: big ones are decoded in tiles. */
  decoded: number,
): ProgressState {
  const { item_count, fraction } = state.progress;
  const unitsAnItem = stepCount + 1;
  const units = itemIndex * unitsAnItem + step + decoded;
  const stepsLeft = (item_count - itemIndex) * stepCount - step;
  const decodesLeft = item_count - itemIndex - decoded;
  const { stepMs } = state;
  return {
    ...state,
    progress: {
      stage,
      item_index: itemIndex,
      item_count,
      step,
      step_count: stepCount,
      fraction: Math.max(fraction, Math.min(1, units / (item_count * unitsAnItem))),
      eta_ms: stepMs === null ? null : Math.max(0, stepsLeft * stepMs + decodesLeft * (state.decodeMs ?? stepMs)),
    },
  };
}

function mean(before: number | null, newest: number): number {
  return before === null ? newest : before + (newest - before) * weightOfNewest;
}
