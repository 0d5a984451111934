import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

/** What known clients send, byte for byte where they have oddities, over real HTTP with the fake runner. */
let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
beforeEach(() => {
  app.runs.length = 0;
});
afterEach(() => {
  app.hold = null;
});
afterAll(() => app[Symbol.asyncDispose]());

interface Pictures {
  readonly images: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly info: string;
}
const get = async <Body>(path: string): Promise<Body> => {
  const answer = await app.get(`/sdapi/v1/${path}`);
  expect(answer.status, path).toBe(200);
  return answer.body as Body;
};
const post = async <Body>(path: string, body?: unknown, headers = {}): Promise<Body> => {
  const response = await fetch(`${app.url}/sdapi/v1/${path}`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status, `${path} ${text.slice(0, 300)}`).toBe(200);
  // Clients parse whatever comes: an empty body would be an error for them.
  return JSON.parse(text) as Body;
};
const sizeOf = async (image: string | undefined) => {
  const { width, height } = await sharp(Buffer.from(image ?? '', 'base64')).metadata();
  return [width, height];
};
const small = { width: 64, height: 64, steps: 2 };

test('webuiapi: its constructor, its lists, and the request that it always sends', async () => {
  const scripts = await get<{ txt2img: string[] }>('scripts');
  expect(scripts.txt2img.includes('controlnet m2m')).toBe(false);
  const lists = [
    'sd-models',
    'samplers',
    'schedulers',
    'upscalers',
    'latent-upscale-modes',
    'sd-vae',
    'loras',
    'hypernetworks',
    'face-restorers',
    'realesrgan-models',
    'prompt-styles',
    'script-info',
    'extensions',
  ];
  for (const list of lists) expect(Array.isArray(await get(list)), list).toBe(true);
  for (const object of ['embeddings', 'cmd-flags', 'memory', 'options'])
    expect(await get(object)).toEqual(expect.any(Object));
  const answer = await post<Pictures>('txt2img', {
    enable_hr: false,
    hr_scale: 2,
    hr_upscaler: 'Latent',
    hr_second_pass_steps: 0,
    hr_resize_x: 0,
    hr_resize_y: 0,
    denoising_strength: 0.7,
    firstphase_width: 0,
    firstphase_height: 0,
    prompt: 'a red sun',
    styles: [],
    seed: 5,
    subseed: -1,
    subseed_strength: 0.0,
    seed_resize_from_h: 0,
    seed_resize_from_w: 0,
    batch_size: 2,
    n_iter: 1,
    steps: 2,
    cfg_scale: 7.0,
    width: 64,
    height: 64,
    restore_faces: false,
    tiling: false,
    do_not_save_samples: false,
    do_not_save_grid: false,
    negative_prompt: '',
    eta: 1.0,
    s_churn: 0,
    s_tmax: 0,
    s_tmin: 0,
    s_noise: 1,
    override_settings: {},
    override_settings_restore_afterwards: true,
    sampler_name: 'Euler a',
    sampler_index: 'Euler a',
    scheduler: 'automatic',
    script_name: null,
    script_args: [],
    send_images: true,
    save_images: false,
    alwayson_scripts: { ControlNet: { args: [] } },
  });
  expect(answer.images).toHaveLength(2);
  expect(answer.images[0]).not.toContain('data:');
  expect(JSON.parse(answer.info)).toMatchObject({
    all_seeds: [5, 6],
    index_of_first_image: 0,
    sampler_name: 'Euler a',
  });
  expect(app.runs).toMatchObject([{ sampler: 'Euler a', scheduler: 'Automatic', seeds: [5, 6] }]);
  expect(await post('interrupt')).toEqual({});
  for (const act of ['skip', 'refresh-checkpoints', 'refresh-vae', 'refresh-loras', 'refresh-embeddings'])
    expect(await post(act), act).toBeNull();
  expect(await get('progress')).toEqual({
    progress: 0,
    eta_relative: 0,
    state: {
      skipped: false,
      interrupted: false,
      stopping_generation: false,
      job: '',
      job_count: 0,
      job_timestamp: '0',
      job_no: 0,
      sampling_step: 0,
      sampling_steps: 0,
    },
    current_image: null,
    textinfo: null,
  });
});

test('webuiapi: png-info and the extras', async () => {
  const { images } = await post<Pictures>('txt2img', { ...small, prompt: 'a, b: c', negative_prompt: 'd', seed: 9 });
  const [image = ''] = images;
  const info = await post<{ info: string; items: object; parameters: Record<string, unknown> }>('png-info', {
    image: `data:image/png;base64,${image}`,
  });
  expect(info.info).toContain('Seed: 9');
  expect(info.parameters).toMatchObject({
    Prompt: 'a, b: c',
    'Negative prompt': 'd',
    Seed: '9',
    'Size-1': '64',
    'Clip skip': '1',
    RNG: 'CPU',
  });
  const plain = (
    await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
  ).toString('base64');
  expect(await post('png-info', { image: plain })).toMatchObject({
    info: '',
    items: {},
    parameters: { 'Clip skip': '1' },
  });

  const single = await post<{ html_info: string; image: string }>('extra-single-image', {
    image,
    resize_mode: 0,
    show_extras_results: true,
    gfpgan_visibility: 0,
    codeformer_visibility: 0,
    codeformer_weight: 0,
    upscaling_resize: '3.0',
    upscaling_resize_w: 512,
    upscaling_resize_h: 512,
    upscaling_crop: true,
    upscaler_1: 'Lanczos',
    upscaler_2: 'None',
    extras_upscaler_2_visibility: 0,
    upscale_first: false,
  });
  expect(await sizeOf(single.image)).toEqual([192, 192]);
  const told = await post<{ info: string; items: Record<string, string> }>('png-info', { image: single.image });
  expect(told.info).toBe(info.info);
  expect(told.items.postprocessing).toContain('Postprocess upscaler: Lanczos');
  const batch = await post<{ images: string[] }>('extra-batch-images', {
    imageList: [
      { data: image, name: 'a.png' },
      { data: plain, name: 'b.png' },
    ],
    resize_mode: 1,
    upscaling_resize_w: 100,
    upscaling_resize_h: 40,
    upscaler_1: 'Nearest',
  });
  expect(await Promise.all(batch.images.map(sizeOf))).toEqual([
    [100, 40],
    [100, 40],
  ]);
  const huge = await app.post('/sdapi/v1/extra-single-image', { image, upscaling_resize: 1e6, upscaler_1: 'Lanczos' });
  expect([huge.status, JSON.stringify(huge.body)]).toEqual([500, expect.stringContaining('too large')]);
});

test.each([
  ['png-info', { image: 'bm9uc2Vuc2U=' }, 500, 'Invalid encoded image'],
  ['png-info', { image: '' }, 500, 'Invalid encoded image'],
  ['png-info', { image: 'http://127.0.0.1/x.png' }, 500, 'Requests not allowed'],
  ['png-info', {}, 422, 'field required'],
  ['extra-single-image', { image: 'AAAA', gfpgan_visibility: 2 }, 422, 'less than or equal to 1'],
  ['extra-single-image', { image: 'AAAA', upscaling_resize: 0 }, 422, 'greater than 0'],
  ['extra-single-image', { image: 'AAAA', upscaling_resize_w: 0 }, 422, 'greater than or equal to 1'],
  ['extra-single-image', { image: 'AAAA', upscaler_1: 'R-ESRGAN' }, 500, 'could not find upscaler named R-ESRGAN'],
  ['extra-single-image', { image: 'AAAA', codeformer_visibility: 1 }, 500, 'no face restorer'],
  ['extra-batch-images', { imageList: 5 }, 422, 'not a valid list'],
  ['interrogate', { image: 'AAAA', model: 'nonesuch' }, 404, 'Model not found'],
  ['interrogate', { image: 'AAAA', model: 'clip' }, 200, '{"caption":"<error>"}'],
  ['interrogate', { model: 'clip' }, 404, 'Image not found'],
  ['options', { samples_format: 'bmp' }, 500, 'Invalid image format'],
  ['txt2img', { ...small, override_settings: { nonesuch: 1 } }, 500, 'KeyError'],
  ['txt2img', { ...small, alwayson_scripts: { ADetailer: { args: [true] } } }, 422, "Script 'ADetailer' not found"],
])('%s answers %j with %i: %s', async (path, body, status, words) => {
  const answer = await app.post(`/sdapi/v1/${path}`, body);
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringContaining(words)]);
});

test('node-sd-webui: plain JSON, and images that are there', async () => {
  const body = {
    prompt: 'a',
    negative_prompt: '',
    seed: 1,
    steps: 2,
    cfg_scale: 7,
    width: 64,
    height: 64,
    sampler_name: 'Euler',
    batch_size: 1,
    n_iter: 1,
    script_args: [],
  };
  const answer = await post<Pictures>('txt2img', body, { 'content-type': 'application/json' });
  expect(answer.images[0]).toMatch(/^iVBOR/);
  expect(await post('png-info', { image: answer.images[0] })).toHaveProperty('info');
});

test('Open WebUI: takes the whole of the options, sends it back with another model, and generates', async () => {
  const headers = { authorization: '' };
  const options = await get<Record<string, unknown>>('options');
  const models = await get<{ title: string; model_name: string }[]>('sd-models');
  const [model] = models;
  expect(await post('options', { ...options, sd_model_checkpoint: model?.title }, headers)).toBeNull();
  expect(await get('options')).toEqual({ ...options, sd_model_checkpoint: model?.title });
  const answer = await post<Pictures>('txt2img', { prompt: 'a', batch_size: 1, ...small, CFG_SCALE: 7 }, headers);
  expect(answer.images).toHaveLength(1);
});

test('SillyTavern: unknown keys, null everywhere, a poll for readiness, and interrupt', async () => {
  const answer = await post<Pictures>('txt2img', {
    url: 'http://127.0.0.1:7860',
    auth: '',
    prompt: 'a',
    negative_prompt: '',
    sampler_name: 'DPM++ 2M Karras',
    scheduler: 'Automatic',
    steps: 2,
    cfg_scale: 7,
    width: 64,
    height: 64,
    restore_faces: false,
    enable_hr: false,
    hr_upscaler: 'Latent',
    hr_scale: 2,
    hr_additional_modules: [],
    denoising_strength: 0.7,
    hr_second_pass_steps: 0,
    seed: -1,
    clip_skip: 1,
    s_tmax: null,
    override_settings: { CLIP_stop_at_last_layers: 1, sd_vae: 'Automatic' },
    override_settings_restore_afterwards: true,
    save_images: true,
    send_images: true,
    do_not_save_grid: false,
    do_not_save_samples: false,
  });
  expect(answer.images).toHaveLength(1);
  expect(app.runs[0]).toMatchObject({ sampler: 'DPM++ 2M', scheduler: 'Karras' });
  const { progress, state } = await get<{ progress: number; state: { job_count: number } }>('progress');
  expect([progress, state.job_count]).toEqual([0, 0]);
  expect(await post('interrupt')).toEqual({});
  expect((await get<object>('options')) as Record<string, unknown>).not.toHaveProperty('forge_preset');
});

test('LibreChat: info is JSON, and its infotext ends in a line of parameters', async () => {
  const body = { prompt: 'a', negative_prompt: 'b', cfg_scale: 4.5, steps: 2, width: 64, height: 64 };
  const info = JSON.parse((await post<Pictures>('txt2img', body)).info) as {
    infotexts: string[];
    seed: number;
    width: number;
    height: number;
  };
  expect(info.infotexts[0]?.split('\n').pop()).toContain(`Seed: ${info.seed}`);
  expect([info.width, info.height]).toEqual([64, 64]);
});

test('oobabooga: numbers as text, an upscaler that is not there, and unload around every picture', async () => {
  expect(await post('unload-checkpoint', '""')).toEqual({});
  expect(await post('reload-checkpoint', '""')).toEqual({});
  const answer = await post<Pictures>('txt2img', {
    prompt: 'a',
    seed: -1,
    sampler_name: 'DPM++ 2M',
    enable_hr: false,
    hr_scale: '1.0',
    hr_upscaler: 'ESRGAN_4x',
    denoising_strength: 0.7,
    ...small,
    steps: '2',
    cfg_scale: 7,
    restore_faces: false,
    negative_prompt: 'x',
  });
  expect(answer.images).toHaveLength(1);
});

test('a task is followed by the name that its caller gave it', async () => {
  let release = () => {};
  app.hold = new Promise((resolve) => {
    release = resolve;
  });
  const internal = async (id_task: string) =>
    (await app.post('/internal/progress', { id_task, id_live_preview: -1 })).body;
  const running = post<Pictures>('txt2img', { ...small, force_task_id: 'task(mine)' });
  const states = async () => (await internal('task(mine)')) as { active: boolean };
  while (!(await states()).active) await new Promise((resolve) => setTimeout(resolve, 5));
  const waiting = post<Pictures>('txt2img', { ...small, force_task_id: 'task(next)' });
  while ((await app.get('/internal/pending-tasks')).body instanceof Object) {
    const { size } = (await app.get('/internal/pending-tasks')).body as { size: number };
    if (size === 1) break;
  }
  expect((await app.get('/internal/pending-tasks')).body).toEqual({ size: 1, tasks: ['task(next)'] });
  expect(await internal('task(next)')).toMatchObject({
    active: false,
    queued: true,
    completed: false,
    textinfo: 'In queue: 1/1',
  });
  release();
  await Promise.all([running, waiting]);
  expect(await internal('task(mine)')).toMatchObject({ active: false, queued: false, completed: true });
  expect(await internal('task(lost)')).toMatchObject({ active: false, queued: false, completed: false });
  expect((await app.get('/internal/ping')).body).toEqual({});
});

test.each([
  ['jpg', 'jpeg'],
  ['jpeg', 'jpeg'],
  ['webp', 'webp'],
  ['png', 'png'],
])('samples_format %s gives %s, with the infotext in it', async (samples_format, format) => {
  const { images } = await post<Pictures>('txt2img', {
    ...small,
    prompt: '夜',
    seed: 4,
    override_settings: { samples_format },
  });
  expect((await sharp(Buffer.from(images[0] ?? '', 'base64')).metadata()).format).toBe(format);
  expect(await post('png-info', { image: images[0] })).toMatchObject({ parameters: { Prompt: '夜', Seed: '4' } });
});

test('several pictures that are to be saved come with a grid in front, unless the options say otherwise', async () => {
  const body = { ...small, batch_size: 3, save_images: true, seed: 1 };
  const answer = await post<Pictures>('txt2img', body);
  const info = JSON.parse(answer.info) as { index_of_first_image: number; infotexts: string[]; all_seeds: number[] };
  expect([answer.images.length, info.index_of_first_image, info.infotexts.length]).toEqual([4, 1, 4]);
  expect(info.all_seeds).toEqual([1, 2, 3]);
  expect(await sizeOf(answer.images[0])).toEqual([128, 128]);
  expect(await sizeOf(answer.images[1])).toEqual([64, 64]);
  for (const change of [{ save_images: false }, { batch_size: 1 }])
    expect(JSON.parse((await post<Pictures>('txt2img', { ...body, ...change })).info)).toMatchObject({
      index_of_first_image: 0,
    });
  await post('options', { return_grid: false });
  expect((await post<Pictures>('txt2img', body)).images).toHaveLength(3);
  await post('options', { return_grid: true });
});

test('a caller that hangs up cancels nothing, unless the options say so', async () => {
  const jobsOf = async () =>
    ((await app.get('/api/v1/jobs?limit=1')).body as { jobs: { status: string; request: { prompt: string } }[] })
      .jobs[0];
  const hangUp = async (prompt: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.hold = promise;
    const controller = new AbortController();
    const asked = fetch(`${app.url}/sdapi/v1/txt2img`, {
      method: 'POST',
      body: JSON.stringify({ ...small, prompt }),
      signal: controller.signal,
    });
    while ((await jobsOf())?.request.prompt !== prompt) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await asked.catch(() => undefined);
    // It takes the server a moment to see that nobody listens.
    setTimeout(resolve, 500);
    for (;;) {
      const job = await jobsOf();
      if (job !== undefined && job.status !== 'running' && job.status !== 'queued') return job.status;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  expect(await hangUp('stays')).toBe('succeeded');
  await post('options', { cancel_on_disconnect: true });
  expect(await hangUp('goes')).toBe('canceled');
  await post('options', { cancel_on_disconnect: false });
});
