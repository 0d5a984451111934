import type { Hires } from '../../contract/generate/generate.ts';
import type { RunPlan } from '../../contract/generate/runner.ts';
import type { Imaging } from '../imaging/imaging.ts';
import { type Composition, leavesSteps, planOfItem } from './composition.ts';

/** A picture at the plan's size, made larger, and made anew from there with the same seed. */
export function hiresComposition(plan: RunPlan, hires: Hires, { resize }: Pick<Imaging, 'resize'>): Composition {
  const { width, height, strength, upscaler } = hires;
  const second: Partial<RunPlan> = {
    width,
    height,
    steps: hires.steps ?? plan.steps,
    sampler: hires.sampler ?? plan.sampler,
    scheduler: hires.scheduler ?? plan.scheduler,
    prompt: hires.prompt || plan.prompt,
    negative_prompt: hires.negative_prompt || plan.negative_prompt,
  };
  return {
    runCount: 2,
    facts: {
      'Hires resize': `${width}x${height}`,
      ...(hires.steps !== undefined && { 'Hires steps': String(hires.steps) }),
      'Hires upscaler': upscaler,
      ...(hires.sampler && { 'Hires sampler': hires.sampler }),
      ...(hires.scheduler && { 'Hires schedule type': hires.scheduler }),
      ...(hires.prompt && { 'Hires prompt': hires.prompt }),
      ...(hires.negative_prompt && { 'Hires negative prompt': hires.negative_prompt }),
    },
    async make(item, run) {
      const first = planOfItem(plan, item);
      const pixels = await resize(await run(first, 0), { width, height }, upscaler, 'cover');
      const then = { ...first, ...second, init: { pixels, strength } };
      return leavesSteps(then, strength) ? run(then, 1) : pixels;
    },
  };
}
