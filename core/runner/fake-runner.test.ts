import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../contract/failure.ts';
import { RunEvent, type RunnerStatus } from '../contract/generate/runner.ts';
import { fakePicture } from './fake-picture.ts';
import { createFakeRunner } from './fake-runner.ts';
import { samplePlan } from './fixtures/sample-plan.ts';

const never = new AbortController().signal;
const ignore = (): void => undefined;

describe('the fake runner', () => {
  it('tells what the real one tells: stages in order, each step, an image a seed', async () => {
    const events: RunEvent[] = [];
    const plan = samplePlan({ seeds: [5, 6], steps: 2, sampler: 'Automatic' });
    const metrics = await createFakeRunner().run(plan, (event) => events.push(event), never);
    const told = events.map((event) =>
      event.kind === 'progress'
        ? `${event.stage} ${event.item_index}:${event.step}/${event.step_count}`
        : `${event.kind} ${event.item_index}`,
    );
    expect(told).toEqual([
      'load 0:0/1',
      'load 0:1/1',
      'text 0:0/1',
      'text 0:1/1',
      ...[0, 1].flatMap((item) => [
        `denoise ${item}:0/2`,
        `denoise ${item}:1/2`,
        `denoise ${item}:2/2`,
        `decode ${item}:0/1`,
        `image ${item}`,
        `decode ${item}:1/1`,
      ]),
    ]);
    for (const event of events) RunEvent.parse(event);
    expect(metrics).toMatchObject({ provider: 'fake', sampler: 'PLMS', scheduler: 'Automatic' });
  });

  it('shows previews as often as asked, and none after the last step', async () => {
    const previews: number[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'preview') previews.push(event.item_index);
    };
    await createFakeRunner().run(samplePlan({ steps: 6, preview_every_steps: 2 }), onEvent, never);
    expect(previews).toEqual([0, 0]);
  });

  it('ends the steps of a picture that is skipped, says how many it had, and makes the others whole', async () => {
    const images: RunEvent[] = [];
    let steps = 0;
    let skip: (item: number) => void = ignore;
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'image') images.push(event);
      if (event.kind === 'progress' && event.stage === 'denoise' && event.item_index === 0) steps += 1;
      if (steps === 4) skip(0);
    };
    await createFakeRunner().run(samplePlan({ seeds: [5, 6], steps: 20 }), onEvent, never, {
      listen: (listener) => {
        skip = listener;
        return ignore;
      },
    });
    expect(images.map((event) => event.kind === 'image' && event.stopped_after)).toEqual([3, undefined]);
  });

  it('stops between two steps when canceled, and frees its place', async () => {
    const states: RunnerStatus[] = [];
    const runner = createFakeRunner((status) => states.push(status));
    const controller = new AbortController();
    let steps = 0;
    const run = runner.run(
      samplePlan({ steps: 100 }),
      (event) => {
        if (event.kind === 'progress' && event.stage === 'denoise') steps += 1;
        if (steps === 4) controller.abort();
      },
      controller.signal,
    );
    expect(failureOf(await run.catch((error: unknown) => error)).code).toBe('canceled');
    expect(steps).toBe(4);
    await runner.run(samplePlan(), ignore, never);
    expect(states.map(({ state }) => state)).toContain('busy');
    expect(runner.status()).toMatchObject({ kind: 'fake', state: 'ready' });
  });

  it('forgets the model when unloaded, and runs nothing once closed', async () => {
    const runner = createFakeRunner();
    await runner.run(samplePlan(), ignore, never);
    expect(runner.status().loaded_model_id).toBe('diffusion/stable-diffusion-1/sample');
    await runner.unload();
    expect(runner.status().loaded_model_id).toBeNull();
    await runner.close();
    const refused = await runner.run(samplePlan(), ignore, never).catch((error: unknown) => error);
    expect(failureOf(refused).code).toBe('runner_unavailable');
  });
});

describe('a fake picture', () => {
  const digest = (prompt: string, seed: number, width: number, height: number): string =>
    createHash('sha256')
      .update(fakePicture(prompt, seed, width, height).rgb)
      .digest('hex');

  it('depends on prompt, seed and size, and on nothing else', () => {
    expect(digest('a', 1, 64, 64)).toBe(digest('a', 1, 64, 64));
    const others = [digest('b', 1, 64, 64), digest('a', 2, 64, 64), digest('a', 1, 64, 72), digest('a', 1, 72, 64)];
    expect(new Set([digest('a', 1, 64, 64), ...others]).size).toBe(5);
  });

  it.each([
    [8, 8],
    [24, 8],
    [64, 64],
    [512, 768],
  ])('has %i by %i pixels', (width, height) => {
    expect(fakePicture('a', 1, width, height).rgb.byteLength).toBe(width * height * 3);
  });

  it('says FAKE in white on black', () => {
    const { rgb, width } = fakePicture('a', 1, 32, 16);
    const isInk = (x: number, y: number): boolean =>
      rgb[(y * width + x) * 3] === 255 && rgb[(y * width + x) * 3 + 1] === 255;
    const rows = Array.from({ length: 7 }, (_, y) =>
      Array.from({ length: 23 }, (_, x) => (isInk(4 + x, 4 + y) ? '#' : ' ')).join(''),
    );
    expect(rows).toEqual([
      '#####  ###  #   # #####',
      '#     #   # #  #  #    ',
      '#     #   # # #   #    ',
      '####  ##### ##    #### ',
      '#     #   # # #   #    ',
      '#     #   # #  #  #    ',
      '#     #   # #   # #####',
    ]);
  });
});
