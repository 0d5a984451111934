import { setImmediate } from 'node:timers/promises';

/** A computation that stops now and then, so that it need not be done in one go. */
export type Steps<Result> = Generator<void, Result>;

/** Does it in one go. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Does it in slices of about so many milliseconds; whoever else needs the thread comes in between. */
export async function inSlices<Result>(steps: Steps<Result>, sliceMs = 8): Promise<Result> {
  let began = performance.now();
  let step = steps.next();
  while (!step.done) {
    if (performance.now() - began > sliceMs) {
      await setImmediate();
      began = performance.now();
    }
    step = steps.next();
  }
  return step.value;
}
