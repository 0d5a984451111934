import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

/** Over real HTTP, with a fake runner whose steps take their time. */
let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ env: { VITRINE_RUNNER: 'fake', VITRINE_FAKE_STEP_MS: '20' } });
});
afterAll(() => app[Symbol.asyncDispose]());

interface State {
  readonly job_no: number;
  readonly job_count: number;
  readonly sampling_step: number;
  readonly skipped: boolean;
  readonly interrupted: boolean;
}
const progress = async () => (await app.get('/sdapi/v1/progress')).body as { progress: number; state: State };
const slow = { prompt: 'a', width: 64, height: 64, steps: 400, seed: 5, n_iter: 3 };

async function atStepOf(picture: number): Promise<void> {
  for (;;) {
    const { state } = await progress();
    if (state.job_no === picture && state.sampling_step > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
async function answerOf(asked: Promise<{ status: number; body: unknown }>) {
  const { status, body } = await asked;
  const { images, info } = body as { images: string[]; info: string };
  const { all_seeds, infotexts } = JSON.parse(info) as { all_seeds: number[]; infotexts: string[] };
  return { status, count: images.length, all_seeds, infotexts };
}

test('skip ends the picture under way, which is answered as it stands, and goes on with the next', async () => {
  const asked = app.post('/sdapi/v1/txt2img', slow);
  for (const picture of [0, 1, 2]) {
    await atStepOf(picture);
    expect(await app.post('/sdapi/v1/skip')).toMatchObject({ status: 200, body: null });
  }
  const { status, count, all_seeds, infotexts } = await answerOf(asked);
  expect([status, count, all_seeds]).toEqual([200, 3, [5, 6, 7]]);
  for (const infotext of infotexts) expect(infotext).toMatch(/Steps: 400, .*Stopped after step: \d+/);
});

test('interrupt ends the picture under way, which is answered as it stands with those before it, and makes no more', async () => {
  const asked = app.post('/sdapi/v1/txt2img', slow);
  await atStepOf(0);
  await app.post('/sdapi/v1/skip');
  await atStepOf(1);
  const waiting = app.post('/sdapi/v1/txt2img', { ...slow, steps: 1, n_iter: 1, seed: 9 });
  while (((await app.get('/internal/pending-tasks')).body as { size: number }).size === 0);
  expect(await app.post('/sdapi/v1/interrupt')).toMatchObject({ status: 200, body: {} });
  const { status, count, all_seeds } = await answerOf(asked);
  expect([status, count, all_seeds]).toEqual([200, 2, [5, 6]]);
  // It was another's.
  expect(await answerOf(waiting)).toMatchObject({ status: 200, all_seeds: [9] });
  expect(await progress()).toMatchObject({ progress: 0, state: { job_count: 0, interrupted: false } });
});

test('progress rises through the pictures, and says what the job was told', async () => {
  const asked = app.post('/sdapi/v1/txt2img', { ...slow, n_iter: 2 });
  await atStepOf(0);
  const first = await progress();
  expect(first).toMatchObject({ state: { job_count: 2, skipped: false, interrupted: false } });
  await app.post('/sdapi/v1/skip');
  await atStepOf(1);
  const second = await progress();
  expect(second.progress).toBeGreaterThan(0.5);
  expect(second.state).toMatchObject({ skipped: true, interrupted: false });
  await app.post('/sdapi/v1/interrupt');
  await asked;
  expect(first.progress).toBeLessThan(second.progress);
});

test('with nothing running, both are answered and change nothing', async () => {
  expect(await app.post('/sdapi/v1/interrupt')).toMatchObject({ status: 200, body: {} });
  expect(await app.post('/sdapi/v1/skip')).toMatchObject({ status: 200, body: null });
  const { status, count } = await answerOf(app.post('/sdapi/v1/txt2img', { ...slow, steps: 1, n_iter: 1 }));
  expect([status, count]).toEqual([200, 1]);
});
