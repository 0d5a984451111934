import type { RunnerReply } from '../contract/generate/runner.ts';

/** So many times its slowest step so far a run may be silent: decoding takes longer than a step. */
const slowSteps = 30;

/** How long a process may be silent before it is taken for hung. */
export interface Patience {
  readonly currentMs: number;
  /** The patience after a reply, told with the time of a steady clock. */
  after(reply: RunnerReply, nowMs: number): number;
}

/** `longestMs` while a model may still be loading; once steps are told, `stepMs` or as much as this run's own steps make it. */
export function createPatience(longestMs: number, stepMs: number): Patience {
  let currentMs = longestMs;
  let slowestMs = 0;
  let lastStepAtMs: number | null = null;
  return {
    get currentMs() {
      return currentMs;
    },
    after: (reply, nowMs) => {
      const isStep = reply.kind === 'event' && reply.event.kind === 'progress' && reply.event.stage === 'denoise';
      if (!isStep) return currentMs;
      if (lastStepAtMs !== null) slowestMs = Math.max(slowestMs, nowMs - lastStepAtMs);
      lastStepAtMs = nowMs;
      currentMs = Math.round(Math.min(longestMs, Math.max(stepMs, slowSteps * slowestMs)));
      return currentMs;
    },
  };
}
