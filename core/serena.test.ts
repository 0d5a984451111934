import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp } from './app.ts';
import { Failed } from './contract/failure.ts';
import { ListQuery } from './contract/library/model.ts';
import { resolveFolders } from './folders.ts';
import { type OpenApp, openApp } from './http/fixtures/open-app.ts';
import { silentLog } from './log.ts';

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
  const { commands } = app.instance.app;
  const isHashed = async () => {
    const [model] = (await commands['models.list'](ListQuery.parse({}))).models;
    return model !== undefined && (await commands['models.show']({ model_id: model.model_id })).hashes.sha256;
  };
  // A picture names its model by the fingerprint until its files were hashed in the background, by their hash from then on.
  await vi.waitUntil(isHashed, { timeout: 15_000, interval: 50 });
});
beforeEach(() => {
  app.runs.length = 0;
});
afterEach(() => {
  app.failWith = null;
});
afterAll(() => app[Symbol.asyncDispose]());

interface Pictures {
  readonly images: readonly string[];
  readonly parameters: object;
  readonly info: string;
}
const small = { prompt: 'a', width: 64, height: 64, steps: 2, seed: 3 };
const txt2img = async (body: object) => (await app.post('/sdapi/v1/txt2img', body)).body as Pictures;
const options = async () => (await app.get('/sdapi/v1/options')).body as Record<string, unknown>;

describe('Serena M02: fake inference that the interface can be tested with', () => {
  test('CI alone makes no fake picture: only the switch does', async () => {
    const folders = resolveFolders({ library: `${app.folder}/ci`, data: `${app.folder}/ci-data` });
    await using real = await createApp({ folders, env: { CI: 'true' }, log: silentLog(), starterBundle: null });
    expect((await real.commands['app.status']({})).runner.kind).toBe('onnx');
  });

  test('a fake answer is whole, says what it is, and has the size and count that were asked for', async () => {
    const { images, info } = await txt2img({ ...small, batch_size: 2, width: 72 });
    expect(JSON.parse(info)).toMatchObject({ fake: true, all_seeds: [3, 4], width: 72 });
    const sizes = await Promise.all(
      images.map(async (image) => (await sharp(Buffer.from(image, 'base64')).metadata()).width),
    );
    expect(sizes).toEqual([72, 72]);
    expect((await app.get('/healthz')).body).toMatchObject({ runner_kind: 'fake', status: 'ok' });
  });

  test('the same request gives the same bytes, another seed others', async () => {
    const [first, again, other] = [await txt2img(small), await txt2img(small), await txt2img({ ...small, seed: 4 })];
    expect(again.images).toEqual(first.images);
    expect(other.images).not.toEqual(first.images);
  });

  test('what is refused is refused before anything is faked', async () => {
    expect((await app.post('/sdapi/v1/txt2img', { ...small, steps: 'many' })).status).toBe(422);
    expect((await app.post('/sdapi/v1/txt2img', { ...small, script_name: 'x' })).status).toBe(422);
    expect(app.runs).toEqual([]);
  });
});

describe('Serena M05: overrides of one run', () => {
  test('are seen by that run alone; the options are never touched', async () => {
    const before = await options();
    const watching: unknown[] = [];
    const asked = txt2img({ ...small, steps: 200, override_settings: { samples_format: 'webp', jpeg_quality: 5 } });
    for (let look = 0; look < 5; look++) watching.push(await options());
    const { images } = await asked;
    expect(watching.every((seen) => JSON.stringify(seen) === JSON.stringify(before))).toBe(true);
    expect((await sharp(Buffer.from(images[0] ?? '', 'base64')).metadata()).format).toBe('webp');
    expect(await options()).toEqual(before);
  });

  test('of many requests at once are never mixed up', async () => {
    const formats = ['png', 'jpg', 'webp'] as const;
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const samples_format = formats[n % 3];
        const body = { ...small, seed: n, override_settings: { samples_format, enable_pnginfo: n % 2 === 0 } };
        const { images } = await txt2img(body);
        const bytes = Buffer.from(images[0] ?? '', 'base64');
        const info = await app.instance.app.imageTools.info(bytes);
        return [(await sharp(bytes).metadata()).format, info?.infotext !== ''];
      }),
    );
    expect(answers).toEqual(answers.map((_, n) => [['png', 'jpeg', 'webp'][n % 3], n % 2 === 0]));
  });

  test('reach the run of their own request alone, of sixty that overlap at every door', async () => {
    const before = await options();
    const wanted = Array.from({ length: 60 }, (_, n) => ({
      prompt: `number ${n}`,
      clip_skip: 1 + (n % 4),
      rng: n % 2 === 0 ? 'cpu' : 'nv',
    }));
    await Promise.all(
      wanted.map(async ({ prompt, clip_skip, rng }, n) => {
        const override_settings = { CLIP_stop_at_last_layers: clip_skip, randn_source: rng.toUpperCase() };
        if (n % 3 > 0) return txt2img({ ...small, prompt, override_settings });
        const request = { prompt, seed: 3, steps: 2, width: 64, height: 64 };
        const { body } = await app.post('/api/v1/jobs', { request, overrides: override_settings });
        return app.get(`/api/v1/jobs/${(body as { id: string }).id}/wait`);
      }),
    );
    const ran = app.runs.map(({ prompt, clip_skip, rng }) => ({ prompt, clip_skip, rng }));
    const byNumber = (a: { prompt: string }, b: { prompt: string }) =>
      Number(a.prompt.slice(7)) - Number(b.prompt.slice(7));
    expect(ran.toSorted(byNumber)).toEqual(wanted);
    expect(await options()).toEqual(before);
  });

  test('are a snapshot that nothing can change: options set while a run goes on are for the next', async () => {
    const asked = txt2img({ ...small, steps: 300, override_settings: { samples_format: 'webp' } });
    while (app.runs.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await app.post('/sdapi/v1/options', { samples_format: 'jpg' });
    const { images } = await asked;
    expect((await sharp(Buffer.from(images[0] ?? '', 'base64')).metadata()).format).toBe('webp');
    await app.post('/sdapi/v1/options', { samples_format: 'png' });
  });

  test.each([
    ['after a run that succeeds', null],
    ['after a run that fails', new Failed('oom', { reason: 'x' })],
  ])('that are not to be restored become the options of the session %s', async (_, failure) => {
    const before = await options();
    app.failWith = failure;
    await txt2img({ ...small, override_settings: { jpeg_quality: 33 }, override_settings_restore_afterwards: false });
    expect((await options()).jpeg_quality).toBe(33);
    // Of the session: nothing is written.
    const path = app.instance.app.folders.settingsPath;
    expect(existsSync(path) ? readFileSync(path, 'utf8') : '').not.toContain('jpeg_quality');
    await app.post('/sdapi/v1/options', { jpeg_quality: before.jpeg_quality });
    expect(await options()).toEqual(before);
  });

  test('with an unknown key fail as an unknown key, and one with an unknown checkpoint runs without it', async () => {
    expect(await app.post('/sdapi/v1/txt2img', { ...small, override_settings: { nonesuch: 1 } })).toMatchObject({
      status: 500,
      body: { error: 'KeyError', errors: "'nonesuch'" },
    });
    expect((await txt2img({ ...small, override_settings: { sd_model_checkpoint: 'nonesuch' } })).images).toHaveLength(
      1,
    );
  });
});

describe('Serena M14: every door goes through processImages and ProcessingRunner', () => {
  const doors = {
    '/sdapi/v1/txt2img': () => txt2img({ ...small, batch_size: 2 }),
    '/sdapi/v1/img2img': async () => {
      const [image] = (await txt2img({ ...small, seed: 1 })).images;
      app.runs.length = 0;
      await app.post('/sdapi/v1/img2img', { ...small, steps: 4, batch_size: 2, init_images: [image] });
    },
    '/v1/jobs': () => job({}),
    '/v1/jobs with a chain': () => job({ chain: { upscale: { scale: 2 } } }),
    '/api/v1/jobs': async () => {
      const { body } = await app.post('/api/v1/jobs', { request: { ...small, count: 2 } });
      await app.get(`/api/v1/jobs/${(body as { id: string }).id}/wait`);
    },
  };
  async function job(extra: object): Promise<void> {
    const { body } = await app.post('/v1/jobs', { type: 'generate', ...small, count: 2, ...extra });
    await app.get(`/api/v1/jobs/${(body as { job: { id: string } }).job.id}/wait`);
  }

  test.each(Object.entries(doors))('%s is one run of the batch', async (_, ask) => {
    await ask();
    expect(app.runs).toMatchObject([{ prompt: 'a', seeds: [3, 4] }]);
  });

  test('invariant: the same seed gives the same picture and the same infotext, one after the other and in a batch', async () => {
    const infotexts = async (body: object) =>
      (JSON.parse((await txt2img(body)).info) as { infotexts: string[] }).infotexts;
    const [batch, again] = [await txt2img({ ...small, batch_size: 2 }), await txt2img({ ...small, seed: 4 })];
    expect(batch.images[1]).toBe(again.images[0]);
    expect((await infotexts({ ...small, batch_size: 2 }))[1]).toBe((await infotexts({ ...small, seed: 4 }))[0]);
  });

  test('invariant: files are saved at the same place, named the same way', async () => {
    const { body } = await app.post('/v1/jobs', { type: 'generate', ...small });
    const { id } = (body as { job: { id: string } }).job;
    const job = (await app.get(`/api/v1/jobs/${id}/wait`)).body as { artifacts: { path: string }[] };
    const { outputsPath } = app.instance.app.folders;
    expect(relative(outputsPath, job.artifacts[0]?.path ?? '').replaceAll('\\', '/')).toMatch(
      new RegExp(`^${id}/generate/\\d{8}T\\d{6}_0_64x64_3\\.png$`),
    );
  });

  test('invariant: what is refused is refused with the same status and body', async () => {
    const refusals = {
      'txt2img {"steps":"x"}': [422, { detail: [{ loc: ['body', 'steps'] }] }],
      'txt2img {"script_name":"x"}': [422, { error: 'HTTPException', detail: "Script 'x' not found" }],
      'img2img {}': [404, { error: 'HTTPException', detail: 'Init image not found', body: '', errors: '' }],
      'img2img {"init_images":["x"]}': [500, { error: 'HTTPException', detail: 'Invalid encoded image' }],
      'options {"nonesuch":1}': [500, { error: 'KeyError', errors: "'nonesuch'" }],
    };
    for (const [request, expected] of Object.entries(refusals)) {
      const [path, body] = request.split(' ', 2);
      const { status, body: answer } = await app.post(`/sdapi/v1/${path}`, body);
      expect([status, answer], request).toMatchObject(expected);
    }
    expect(app.runs).toEqual([]);
  });

  test('invariant: the schema of an answer is unchanged', async () => {
    const answer = await txt2img(small);
    expect(Object.keys(answer)).toEqual(['images', 'parameters', 'info']);
    expect(answer).toEqual({ images: [expect.any(String)], parameters: expect.any(Object), info: expect.any(String) });
  });
});
