import type { Pixels, RunPlan } from '../../contract/generate/runner.ts';

/** A picture that takes several runs, each with a plan of one picture. */
export interface Composition {
  /** How many runs a picture takes. */
  readonly runCount: number;
  /** Of the finished picture, for its infotext. */
  readonly facts: Readonly<Record<string, string>>;
  /** `run` carries out the run of that number, counted from 0. */
  make(item: number, run: (plan: RunPlan, number: number) => Promise<Pixels>): Promise<Pixels>;
}

/** The plan of one picture of a batch. */
export function planOfItem(plan: RunPlan, item: number): RunPlan {
  const { seeds, variation } = plan;
  return {
    ...plan,
    seeds: seeds.slice(item, item + 1),
    variation: variation && { ...variation, subseeds: variation.subseeds.slice(item, item + 1) },
  };
}

/** Whether a strength leaves a step to take: without one there is nothing to run. */
export function leavesSteps({ steps }: Pick<RunPlan, 'steps'>, strength: number): boolean {
  return Math.trunc(steps * strength) >= 1;
}
