import { readFileSync, rmSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Failed } from '../../contract/failure.ts';
import { readPngText } from '../../formats/pictures/png-text.ts';
import { type OpenApp, openApp, readStream } from '../fixtures/open-app.ts';

interface JobView {
  readonly id: string;
  readonly status: string;
  readonly steps: readonly { readonly name: string; readonly status: string }[];
  readonly summary: { readonly count: number; readonly completed: number };
  readonly error_code: string | null;
  readonly error_message: string | null;
}
interface ArtifactView {
  readonly id: string;
  readonly step: string;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly item_index: number;
  readonly s3_key: string;
  readonly url: string;
  readonly path: string;
}

const small = { type: 'generate', prompt: 'a castle', width: 64, height: 64, steps: 2 };
const chained = { ...small, count: 3, seed: 7, chain: { upscale: { scale: 2 } } };

let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
beforeEach(() => {
  app.runs.length = 0;
});
afterEach(() => {
  app.failWith = null;
  app.hold = null;
});
afterAll(() => app[Symbol.asyncDispose]());

async function queued(body: unknown, headers = {}): Promise<string> {
  const answer = await app.post('/v1/jobs', body, headers);
  expect(answer).toMatchObject({ status: 202, body: { job: { status: expect.any(String), type: 'generate' } } });
  expect(Object.keys((answer.body as { job: object }).job)).toEqual(['id', 'status', 'type', 'created_at']);
  return (answer.body as { job: { id: string } }).job.id;
}
async function view(id: string): Promise<JobView> {
  return (await app.get(`/v1/jobs/${id}`)).body as JobView;
}
async function ended(id: string): Promise<JobView> {
  for (;;) {
    const job = await view(id);
    if (job.status !== 'queued' && job.status !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
async function artifactsOf(id: string): Promise<ArtifactView[]> {
  return ((await app.get(`/v1/jobs/${id}/artifacts`)).body as { artifacts: ArtifactView[] }).artifacts;
}
const run = async (body: unknown) => {
  const id = await queued(body);
  return { id, job: await ended(id), artifacts: await artifactsOf(id) };
};

describe('the chain of generate and upscale (DreamForge M5)', () => {
  test.each([[{}], [{ chain: null }], [{ chain: {} }], [{ chain: { upscale: null } }]])(
    'AC-1: a request with %j is a job of one step, as before',
    async (extra) => {
      const { id, job, artifacts } = await run({ ...small, ...extra });
      expect(job).toMatchObject({
        status: 'succeeded',
        steps: [{ name: 'generate', status: 'succeeded' }],
        summary: { count: 1, completed: 1 },
        error_code: null,
        error_message: null,
      });
      expect(job.steps).toHaveLength(1);
      expect(artifacts).toMatchObject([{ step: 'generate', width: 64, height: 64 }]);
      expect((await app.get(`/v1/jobs/${id}/progress`)).body).toEqual({
        progress: 1,
        items: [{ item_index: 0, progress: 1 }],
        stages: [
          { name: 'queued_to_start', weight: 0.1 },
          { name: 'sampling', weight: 0.8 },
          { name: 'finalize', weight: 0.1 },
        ],
      });
    },
  );

  test.each([
    [{ chain: { upscale: { scale: 2 } } }, 128],
    [{ chain: { upscale: { scale: 4 } } }, 256],
    [{ chain: { upscale: {} } }, 128],
  ])('AC-2: %j makes two ordered steps, of which the first runs first', async (extra, side) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.hold = promise;
    const id = await queued({ ...small, ...extra });
    expect((await view(id)).steps.map(({ name }) => name)).toEqual(['generate', 'upscale']);
    expect((await view(id)).steps[1]?.status).toBe('queued');
    resolve();
    expect((await ended(id)).status).toBe('succeeded');
    expect((await artifactsOf(id)).map(({ width, height }) => [width, height])).toEqual([
      [64, 64],
      [side, side],
    ]);
  });

  test.each([
    [{ chain: { upscale: { scale: 3 } } }, 'chain.upscale.scale'],
    [{ chain: { upscale: { scale: '2' } } }, 'chain.upscale.scale'],
    [{ pipeline: [{ type: 'upscale', scale: 2 }] }, 'pipeline'],
    [{ pipeline: [{ ...small }, { type: 'upscale', mode: 'latent' }] }, 'pipeline'],
    [{ pipeline: [{ ...small }, { type: 'upscale' }], chain: { upscale: {} } }, 'pipeline'],
    [{ pipeline: 'generate' }, 'pipeline'],
  ])('AC-2: %j is refused with its field', async (extra, field) => {
    expect(await app.post('/v1/jobs', { ...small, ...extra })).toMatchObject({
      status: 422,
      body: { code: 'invalid_input', details: { field } },
    });
  });

  test('AC-2: a pipeline of generate and upscale is another way to write the chain', async () => {
    const pipeline = [
      { ...small, count: 3, seed: 7 },
      { type: 'upscale', scale: 2, mode: 'image' },
    ];
    const { job, artifacts } = await run({ pipeline });
    expect(job.steps.map(({ name }) => name)).toEqual(['generate', 'upscale']);
    expect(artifacts).toHaveLength(6);
    expect(await app.post('/v1/jobs', { pipeline: [...pipeline, ...pipeline] })).toMatchObject({
      status: 422,
      body: { details: { field: 'pipeline', reason: 'M5 only supports [generate, upscale]' } },
    });
  });

  test('AC-3: the job lists both steps in order, and its summary counts those of the last', async () => {
    const { job } = await run(chained);
    expect(job.steps).toEqual([
      { name: 'generate', status: 'succeeded' },
      { name: 'upscale', status: 'succeeded' },
    ]);
    expect(job.summary).toEqual({ count: 3, completed: 3 });
    expect(app.runs).toHaveLength(1);
  });

  test('AC-4: artifacts of both steps are listed; item, seed and infotext travel on, and the size is doubled for real', async () => {
    const { artifacts } = await run(chained);
    expect(artifacts.map(({ step, item_index, seed, width }) => [step, item_index, seed, width])).toEqual([
      ['generate', 0, 7, 64],
      ['upscale', 0, 7, 128],
      ['generate', 1, 8, 64],
      ['upscale', 1, 8, 128],
      ['generate', 2, 9, 64],
      ['upscale', 2, 9, 128],
    ]);
    for (const artifact of artifacts) {
      expect(artifact.s3_key).toContain(`/${artifact.step}/`);
      expect(artifact.s3_key).toContain(`${artifact.width}x${artifact.height}_${artifact.seed}.png`);
      const response = await fetch(artifact.url);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes).toEqual(readFileSync(artifact.path));
      expect(await sharp(bytes).metadata()).toMatchObject({ width: artifact.width, height: artifact.height });
      expect(readPngText(bytes).parameters).toMatch(/^a castle\nSteps: 2, .*Size: 64x64/);
    }
    const [first, second] = artifacts;
    const asked = await sharp(first?.path).resize(128, 128, { kernel: 'lanczos3', fit: 'fill' }).raw().toBuffer();
    expect(await sharp(second?.path).raw().toBuffer()).toEqual(asked);
    expect(readPngText(readFileSync(second?.path ?? '')).parameters).toContain('Postprocess upscale by: 2');
  });

  test('AC-5: progress is the mean of both steps and never falls; its items are those of the last step', async () => {
    const id = await queued(chained);
    const messages = await readStream(`${app.url}/v1/jobs/${id}/progress/stream`);
    const told = messages.filter(({ event }) => event === 'progress').map(({ data }) => data);
    const values = told.map(({ progress }) => Number(progress));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(values.at(-1)).toBe(1);
    for (const data of told) {
      expect(Object.keys(data)).toEqual(['progress', 'items', 'stages']);
      expect(data.stages).toEqual([
        { name: 'generate', weight: 0.5 },
        { name: 'upscale', weight: 0.5 },
      ]);
      if (Number(data.progress) <= 0.5) expect(data.items).toEqual([]);
    }
    expect((await app.get(`/v1/jobs/${id}/progress`)).body).toEqual(told.at(-1));
  });

  test('AC-6: the stream has progress, artifact and log events and no others, and ends after the job', async () => {
    const id = await queued(chained);
    const messages = await readStream(`${app.url}/v1/jobs/${id}/progress/stream`);
    expect(messages[0]?.event).toBe('progress');
    expect(new Set(messages.map(({ event }) => event))).toEqual(new Set(['progress', 'artifact', 'log']));
    const durable = messages.filter(({ event }) => event !== 'progress');
    expect(durable.map(({ id: sequence }) => sequence)).toEqual(durable.map((_, index) => index + 1));
    expect(messages.filter(({ event }) => event === 'progress').every(({ id: sequence }) => sequence === null)).toBe(
      true,
    );
    const logs = durable.filter(({ event }) => event === 'log').map(({ data }) => [data.code, data.payload]);
    expect(logs).toMatchObject([
      ['job.queued', {}],
      ['step.start', { name: 'generate' }],
      ['step.finish', { step: 'generate' }],
      ['step.start', { name: 'upscale' }],
      ['step.finish', { step: 'upscale' }],
      ['job.finish', { status: 'succeeded' }],
    ]);
    const artifacts = durable.filter(({ event }) => event === 'artifact').map(({ data }) => data.payload);
    expect(artifacts).toMatchObject([
      { step: 'generate', item_index: 0, seed: 7 },
      { item_index: 1 },
      { item_index: 2 },
      { step: 'upscale', item_index: 0, seed: 7, scale: 2, s3_key: expect.stringContaining('/upscale/') },
      { item_index: 1 },
      { item_index: 2 },
    ]);
    expect(messages.at(-1)).toMatchObject({ event: 'log', data: { code: 'job.finish' } });
  });

  test('AC-7: a generate step that fails stops the chain', async () => {
    app.failWith = new Failed('oom', { reason: 'no 8 GiB' });
    const { id, job, artifacts } = await run(chained);
    expect(job).toMatchObject({
      status: 'failed',
      steps: [
        { name: 'generate', status: 'failed' },
        { name: 'upscale', status: 'canceled' },
      ],
      error_code: 'oom',
      error_message: expect.stringContaining('8 GiB'),
    });
    expect(artifacts).toEqual([]);
    const messages = await readStream(`${app.url}/v1/jobs/${id}/progress/stream`);
    expect(messages.filter(({ event }) => event === 'error')).toMatchObject([{ data: { payload: { code: 'oom' } } }]);
    expect(JSON.stringify(messages)).not.toContain('"step":"upscale"');
  });

  test('AC-7: an upscale step that fails fails the job, and the pictures of the first stay', async () => {
    const leave = app.instance.app.events.listen(({ event }) => {
      if (event.kind !== 'job_changed') return;
      const third = event.job.artifacts.find(({ step, item_index }) => step === 'generate' && item_index === 2);
      if (third) rmSync(third.path, { force: true });
    });
    const { job, artifacts } = await run(chained);
    leave();
    expect(job).toMatchObject({
      status: 'failed',
      steps: [
        { name: 'generate', status: 'succeeded' },
        { name: 'upscale', status: 'failed' },
      ],
      summary: { count: 3, completed: 2 },
      error_code: 'invalid_input',
    });
    expect(artifacts.filter(({ step }) => step === 'generate')).toHaveLength(3);
    expect(artifacts.filter(({ step }) => step === 'upscale')).toHaveLength(2);
  });

  test('AC-8: the document that describes the interface has one example of a chain', async () => {
    const document = JSON.stringify((await app.get('/openapi.json')).body);
    expect(document.match(/"chain":\{"upscale":\{"scale":2\}\}/g)).toHaveLength(1);
  });

  test('AC-9: through a chain the same seed gives the pixels that a job without one gives', async () => {
    const [plain, withChain] = [
      await run({ ...small, seed: 7 }),
      await run({ ...small, seed: 7, chain: { upscale: {} } }),
    ];
    const pixels = (path: string | undefined) => sharp(path).raw().toBuffer();
    expect(await pixels(withChain.artifacts[0]?.path)).toEqual(await pixels(plain.artifacts[0]?.path));
    expect(app.runs).toHaveLength(2);
  });
});

describe('a stream', () => {
  test('that is taken up again goes on after the last event, by header or query, and tells nothing twice', async () => {
    const { id } = await run(chained);
    const url = `${app.url}/v1/jobs/${id}/progress/stream`;
    const whole = (await readStream(url)).filter(({ id: sequence }) => sequence !== null);
    for (const messages of [
      await readStream(url, { 'last-event-id': '4' }),
      await readStream(`${url}?last_event_id=4`),
    ]) {
      expect(messages[0]?.event).toBe('progress');
      expect(messages.filter(({ id: sequence }) => sequence !== null)).toEqual(whole.slice(4));
    }
    const atEnd = await readStream(url, { 'last-event-id': String(whole.length) });
    expect(atEnd.map(({ event }) => event)).toEqual(['progress']);
    const last = whole.at(-1)?.data.ts;
    const late = await readStream(`${url}?since_ts=${encodeURIComponent(String(last))}`);
    expect(late.filter(({ id: sequence }) => sequence !== null)).toEqual([]);
  });

  test('of a job that runs on is ended when the app ends', async () => {
    const own = await openApp();
    const { promise, resolve } = Promise.withResolvers<void>();
    own.hold = promise;
    const { body } = await own.post('/v1/jobs', small);
    const { id } = (body as { job: { id: string } }).job;
    const stream = await fetch(`${own.url}/v1/jobs/${id}/progress/stream`);
    resolve();
    await own[Symbol.asyncDispose]();
    expect(await stream.text()).toMatch(/^event: progress$/m);
  });
});

describe('the jobs interface', () => {
  test.each([
    [{}, 'type'],
    [{ type: 'model_download', prompt: 'x' }, 'type'],
    [{ type: 'generate' }, 'prompt'],
    [{ ...small, count: 0 }, 'count'],
    [{ ...small, count: 101 }, 'count'],
    [{ ...small, width: 63 }, 'width'],
    [{ ...small, steps: 'many' }, 'steps'],
    [{ ...small, guidance: -1 }, 'guidance'],
    [{ ...small, scheduler: 'nonesuch' }, 'scheduler'],
    [{ ...small, format: 'webp' }, 'format'],
    [{ ...small, model_id: 'nonesuch' }, 'model_id'],
    [{ ...small, strength: 2 }, 'strength'],
    [{ ...small, resize_mode: 4 }, 'resize_mode'],
    [{ ...small, clip_skip: 0 }, 'clip_skip'],
    [{ ...small, subseed_strength: -1 }, 'subseed_strength'],
    [{ ...small, rng: 'gpu' }, 'rng'],
    [{ ...small, prompt_syntax: 'x' }, 'prompt_syntax'],
    [{ ...small, init_image: 'bm9uc2Vuc2U=' }, 'init_image'],
    [{ ...small, init_image: 'sha256:0' }, 'init_image'],
    [[], 'input'],
    ['{', 'body'],
  ])('refuses %j with its field', async (body, field) => {
    expect(await app.post('/v1/jobs', body)).toMatchObject({
      status: 422,
      body: {
        code: 'invalid_input',
        message: expect.any(String),
        details: { field },
        correlation_id: expect.any(String),
      },
    });
  });

  test('answers what is not there with not_found, and carries the ids of a request', async () => {
    const unknown = '/v1/jobs/01890a5d-ac96-774b-bcce-b302099a8057';
    const paths = [unknown, '/v1/jobs/x', `${unknown}/artifacts`, `${unknown}/logs`, `${unknown}/progress`];
    for (const path of [...paths, `${unknown}/progress/stream`, '/v1/models/a/b/c', '/v1/nonesuch'])
      expect(await app.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect((await app.post(`${unknown}/cancel`)).status).toBe(404);
    const answer = await app.get('/v1/jobs/x', { 'x-client-request-id': 'mine-1' });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    expect(answer.body).toMatchObject({ correlation_id: 'mine-1' });
  });

  test('gives the same job for the same key and body, and conflict for the same key with another', async () => {
    const headers = { 'idempotency-key': 'k1' };
    const first = await queued({ ...small, seed: 1 }, headers);
    expect(await queued({ seed: 1, ...small }, headers)).toBe(first);
    await ended(first);
    expect(await queued({ ...small, seed: 1 }, headers)).toBe(first);
    expect(await app.post('/v1/jobs', { ...small, seed: 2 }, headers)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await queued({ ...small, seed: 1 }, { 'idempotency-key': 'k2' })).not.toBe(first);
    const together = await Promise.all(Array.from({ length: 8 }, () => queued(small, { 'idempotency-key': 'k3' })));
    expect(new Set(together).size).toBe(1);
  });

  test('lists jobs, those that changed last first', async () => {
    const { id } = await run(small);
    const { body } = await app.get('/v1/jobs?limit=2');
    const { jobs } = body as { jobs: JobView[] };
    expect(jobs).toHaveLength(2);
    expect(Object.keys(jobs[0] ?? {})).toEqual(['id', 'type', 'status', 'created_at', 'updated_at']);
    expect(jobs[0]?.id).toBe(id);
    expect(await app.get('/v1/jobs?status=failed&limit=200')).toMatchObject({ status: 200 });
    for (const query of ['status=lost', 'limit=0', 'limit=201', 'limit=x'])
      expect(await app.get(`/v1/jobs?${query}`)).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
  });

  test('gives the log of a job as lines of JSON, its end or what is new', async () => {
    const { id } = await run(chained);
    const lines = async (query = '') => {
      const { body, headers } = await app.get(`/v1/jobs/${id}/logs${query}`);
      expect(headers.get('content-type')).toContain('application/x-ndjson');
      return String(body)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const all = await lines();
    expect(all[1]).toEqual({
      ts: expect.any(String),
      level: 'info',
      code: 'step.start',
      message: 'generate: step.start',
      job_id: id,
      step_id: `${id}.generate`,
    });
    expect(all.filter(({ code }) => code === 'artifact.written').map(({ item_index }) => item_index)).toHaveLength(6);
    expect(await lines('?tail=2')).toEqual(all.slice(-2));
    expect(await lines(`?since_ts=${String(all.at(-1)?.ts)}`)).toEqual([]);
    for (const query of ['tail=0', 'tail=2001', 'tail=x', 'since_ts=yesterday'])
      expect(await app.get(`/v1/jobs/${id}/logs?${query}`)).toMatchObject({ status: 422 });
  });

  test('cancels by id; a job that has ended stays as it is', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    app.hold = promise;
    const [running, waiting] = [await queued(small), await queued(small)];
    expect(await app.post(`/v1/jobs/${waiting}/cancel`)).toMatchObject({ status: 200, body: { status: 'canceled' } });
    expect((await view(running)).status).not.toBe('canceled');
    resolve();
    expect((await ended(running)).status).toBe('succeeded');
    expect(await app.post(`/v1/jobs/${running}/cancel`)).toMatchObject({ body: { status: 'succeeded' } });
  });

  test.each([
    ['png', true],
    ['jpg', true],
    ['jpg', false],
  ] as const)('writes %s with the infotext in it: %s', async (format, embed_metadata) => {
    const { artifacts } = await run({ ...small, format, embed_metadata });
    const info = await app.instance.app.imageTools.info(readFileSync(artifacts[0]?.path ?? ''));
    expect(artifacts[0]).toMatchObject({ format });
    expect(info?.prompt).toBe(embed_metadata ? 'a castle' : '');
  });

  test.each([
    ['Euler a', 'Euler a', 'Automatic'],
    ['euler_a', 'Euler a', 'Automatic'],
    ['dpmpp_2m', 'DPM++ 2M', 'Automatic'],
    ['DPM++ 2M Karras', 'DPM++ 2M', 'Karras'],
    ['karras', 'Automatic', 'Karras'],
    ['ddim', 'DDIM', 'Automatic'],
  ])('understands the scheduler %j', async (scheduler, sampler, spacing) => {
    await run({ ...small, scheduler });
    expect(app.runs[0]).toMatchObject({ sampler, scheduler: spacing });
  });

  test('takes every field of a request that the other doors have', async () => {
    const picture = await sharp({ create: { width: 96, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const init_image = `data:image/png;base64,${picture.toString('base64')}`;
    await run({ ...small, init_image, strength: 0.5, resize_mode: 1, clip_skip: 2, rng: 'nv', prompt_syntax: 'plain' });
    expect(app.runs[0]).toMatchObject({
      init: { strength: 0.5, pixels: { width: 64, height: 64 } },
      clip_skip: 2,
      rng: 'nv',
      prompt_syntax: 'plain',
    });
    await run({ ...small, seed: 3, count: 2, subseed: 9, subseed_strength: 0.25 });
    expect(app.runs[1]).toMatchObject({ seeds: [3, 3], variation: { subseeds: [9, 10], strength: 0.25 }, init: null });
    const nothing = Object.fromEntries(
      ['init_image', 'strength', 'resize_mode', 'clip_skip', 'subseed', 'subseed_strength', 'rng', 'prompt_syntax'].map(
        (name) => [name, null],
      ),
    );
    await run({ ...small, ...nothing });
    expect(app.runs[2]).toMatchObject({
      init: null,
      variation: null,
      clip_skip: 1,
      rng: 'cpu',
      prompt_syntax: 'webui',
    });
  });

  test('draws a seed for a job that names none, and counts up from it', async () => {
    const { artifacts } = await run({ ...small, count: 3 });
    const [seed = -1] = artifacts.map((artifact) => artifact.seed);
    expect(seed).toBeGreaterThan(0);
    expect(artifacts.map((artifact) => artifact.seed)).toEqual([seed, seed + 1, seed + 2]);
  });

  test('lists models by exactly the known keys, and tells more of one', async () => {
    const { body } = await app.get('/v1/models');
    const { models } = body as { models: { id: string }[] };
    const [model = expect.unreachable()] = models;
    const keys = ['id', 'name', 'kind', 'version', 'installed', 'enabled', 'parameters_schema'];
    expect(Object.keys(model)).toEqual(keys);
    for (const id of [model.id, encodeURIComponent(model.id)]) {
      const answer = await app.get(`/v1/models/${id}`);
      expect(Object.keys(answer.body as object)).toEqual([
        ...keys,
        'capabilities',
        'source_uri',
        'local_path',
        'files_json',
      ]);
    }
    const { job } = await run({ ...small, model_id: model.id });
    expect(job.status).toBe('succeeded');
  });

  test('refuses one job more than the queue holds, and says when to come again', async () => {
    let release = () => {};
    app.hold = new Promise((resolve) => {
      release = resolve;
    });
    await app.post('/api/v1/settings', { changes: { queue_limit: 1 } });
    const running = await queued(small);
    while ((await view(running)).status === 'queued') await new Promise((resolve) => setTimeout(resolve, 2));
    await queued(small);
    const answer = await app.post('/v1/jobs', small);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5']);
    expect(answer.body).toMatchObject({ code: 'queue_full' });
    expect((await app.post('/sdapi/v1/txt2img', { width: 64, height: 64 })).status).toBe(429);
    release();
    await app.post('/api/v1/settings', { changes: { queue_limit: 1000 } });
  });
});
