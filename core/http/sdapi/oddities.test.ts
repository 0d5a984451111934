import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

/** Answers of stable-diffusion-webui 1.10 that a client may have come to rely on, over real HTTP with the fake runner. */
let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
beforeEach(() => {
  app.runs.length = 0;
});
afterAll(() => app[Symbol.asyncDispose]());

const small = { prompt: 'a', width: 64, height: 64, steps: 2, seed: 5 };
const post = async <Body>(path: string, body?: unknown): Promise<Body> => {
  const answer = await app.post(`/sdapi/v1/${path}`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as Body;
};
const infoOf = async (body: object, path = 'txt2img') =>
  JSON.parse((await post<{ info: string }>(path, body)).info) as Record<string, unknown>;
const pngOf = async (...colours: string[]) =>
  Promise.all(
    colours.map(async (background) =>
      (
        await sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toBuffer()
      ).toString('base64'),
    ),
  );
test('samplers are listed in its order with their own schedulers, every value a string', async () => {
  const { body } = await app.get('/sdapi/v1/samplers');
  const rows = body as { name: string; aliases: string[]; options: Record<string, unknown> }[];
  expect(rows[0]).toEqual({ name: 'DPM++ 2M', aliases: ['k_dpmpp_2m'], options: { scheduler: 'karras' } });
  expect(rows.map(({ name }) => name).slice(0, 5)).toEqual([
    'DPM++ 2M',
    'DPM++ SDE',
    'DPM++ 2M SDE',
    'Euler a',
    'Euler',
  ]);
  for (const { options } of rows) for (const value of Object.values(options)) expect(typeof value).toBe('string');
});

test('a sampler runs with its own noise levels where the caller names none, and the infotext says which', async () => {
  const info = await infoOf({ ...small, sampler_name: 'DPM++ 2M' });
  expect(info).toMatchObject({ sampler_name: 'DPM++ 2M', extra_generation_params: { 'Schedule type': 'Karras' } });
  expect((info.infotexts as string[])[0]).toContain('Sampler: DPM++ 2M, Schedule type: Karras');
  expect(app.runs).toMatchObject([{ sampler: 'DPM++ 2M', scheduler: 'Karras' }]);
});

test.each([
  [{}, []],
  [{ restore_faces: false, tiling: false, eta: 1, s_churn: 0, s_tmin: 0, s_tmax: 0, s_noise: 1, s_min_uncond: 0 }, []],
  [{ tiling: true }, ['tiling']],
  [{ restore_faces: true }, ['restore_faces']],
  [{ eta: 0 }, ['eta']],
  [{ s_churn: 5, s_noise: 1.1 }, ['s_churn', 's_noise']],
  [{ sampler_name: 'Restart' }, ['The sampler "Restart"']],
  [{ sampler_name: 'Euler a', scheduler: 'Beta' }, ['noise levels Beta']],
])('what %j asks for and can not be had is a warning in info, not an error', async (asked, words) => {
  const { warnings = [] } = await infoOf({ ...small, sampler_name: 'Euler a', ...asked });
  expect(warnings).toEqual(words.map((word) => expect.stringContaining(word)));
});

test('a text of parameters fills every field that the caller left out, and the options', async () => {
  const infotext = [
    'a red sun, (warm:1.2)',
    'Negative prompt: rain',
    'Steps: 3, Sampler: DDIM, Schedule type: Automatic, CFG scale: 4.5, Seed: 99, Size: 72x64, Clip skip: 2, RNG: NV, Version: v1.10.1',
  ].join('\n');
  const { parameters } = await post<{ parameters: object }>('txt2img', { infotext, width: 64 });
  expect(parameters).toMatchObject({ prompt: 'a red sun, (warm:1.2)', steps: 3, width: 64, seed: 99 });
  expect(app.runs).toMatchObject([
    {
      prompt: 'a red sun, (warm:1.2)',
      negative_prompt: 'rain',
      steps: 3,
      sampler: 'DDIM',
      guidance_scale: 4.5,
      seeds: [99],
      width: 64,
      height: 64,
      clip_skip: 2,
      rng: 'nv',
    },
  ]);
  await post('txt2img', { ...small, infotext: '', override_settings: { CLIP_stop_at_last_layers: 3 } });
  expect(app.runs[1]).toMatchObject({ prompt: 'a', clip_skip: 3 });
});

test('png-info gives the parameters apart from the other texts of a picture', async () => {
  const { images } = await post<{ images: string[] }>('txt2img', small);
  const told = await post<{ info: string; items: object }>('png-info', { image: images[0] });
  expect(told.items).toEqual({});
  expect(told.info).toMatch(/^a\nSteps: 2, /);
});

test('the extras say what they did in a line of HTML; no upscaler leaves the picture as it is', async () => {
  const [image] = await pngOf('red');
  const enlarged = await post('extra-single-image', { image, upscaler_1: 'Lanczos', upscaling_resize: 2 });
  expect(enlarged).toMatchObject({ html_info: '<p>Postprocess upscale by: 2.0, Postprocess upscaler: Lanczos</p>' });
  const same = await post<{ html_info: string; image: string }>('extra-single-image', { image, resize_mode: 1 });
  expect(same.html_info).toBe('<p></p>');
  expect(await sharp(Buffer.from(same.image, 'base64')).metadata()).toMatchObject({ width: 8, height: 8 });
});

test('a second upscaler is laid over the first', async () => {
  const edge = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'black' } })
    .composite([{ input: { create: { width: 4, height: 8, channels: 3, background: 'white' } }, left: 0, top: 0 }])
    .png()
    .toBuffer();
  const body = { image: edge.toString('base64'), upscaler_1: 'Lanczos', upscaler_2: 'Nearest', upscaling_resize: 4 };
  const pixels = async (extras_upscaler_2_visibility: number) => {
    const made = await post<{ image: string; html_info: string }>('extra-single-image', {
      ...body,
      extras_upscaler_2_visibility,
    });
    expect(made.html_info.includes('upscaler 2: Nearest')).toBe(extras_upscaler_2_visibility > 0);
    return sharp(Buffer.from(made.image, 'base64')).removeAlpha().raw().toBuffer();
  };
  const [first, half, second] = [await pixels(0), await pixels(0.5), await pixels(1)];
  expect(new Set(second)).toEqual(new Set([0, 255]));
  expect(first.equals(second)).toBe(false);
  for (const [at, value] of half.entries())
    expect(Math.abs(value - ((first[at] ?? 0) + (second[at] ?? 0)) / 2)).toBeLessThanOrEqual(1);
});

test('a caller without the key is answered as it answers, without a challenge', async () => {
  const guarded = await openApp({ apiKey: 'me:s3cret' });
  const exception = (detail: string) => ({ error: 'HTTPException', detail, body: '', errors: '' });
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  const bare = await guarded.get('/sdapi/v1/samplers');
  expect([bare.status, bare.body]).toEqual([401, exception('Not authenticated')]);
  expect(bare.headers.get('www-authenticate')).toBeNull();
  const wrong = await guarded.get('/sdapi/v1/samplers', basic('me:no'));
  expect([wrong.status, wrong.body]).toEqual([401, exception('Incorrect username or password')]);
  expect((await guarded.get('/sdapi/v1/samplers', basic('me:s3cret'))).status).toBe(200);
  await guarded[Symbol.asyncDispose]();
});
