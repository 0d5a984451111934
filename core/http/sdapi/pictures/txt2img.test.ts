import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failed } from '../../../contract/failure.ts';
import type { GenerateRequest } from '../../../contract/generate/generate.ts';
import { summaryOf, sunId } from '../../fixtures/hand-made-core.ts';
import { type OpenDoor, openDoor } from '../../fixtures/open-door.ts';

let door: OpenDoor;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door[Symbol.asyncDispose]());

interface Answer {
  readonly images: string[];
  readonly parameters: Record<string, unknown>;
  readonly info: string;
}

const send = (body: unknown, path = 'txt2img') =>
  fetch(`${door.url}/sdapi/v1/${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const requested = (): GenerateRequest | undefined => {
  const asked = door.core.asked.findLast(({ name }) => name === 'jobs.generate')?.input;
  return (asked as { request: GenerateRequest } | undefined)?.request;
};

const defaults = {
  prompt: '',
  negative_prompt: '',
  width: 512,
  height: 512,
  steps: 50,
  guidance_scale: 7,
  sampler: 'Euler',
  scheduler: 'Automatic',
  seed: -1,
  count: 1,
  clip_skip: 1,
  rng: 'cpu',
};

test.each<[string, unknown, Partial<GenerateRequest>]>([
  ['an empty object', {}, {}],
  ['no body', '', {}],
  ['null everywhere', { prompt: null, steps: null, seed: null, sampler_name: null, s_tmax: null, width: null }, {}],
  [
    'numbers as text',
    { steps: '7', cfg_scale: '4.5', width: '512', seed: '3', hr_scale: '1.0' },
    { steps: 7, guidance_scale: 4.5, seed: 3 },
  ],
  ['a fraction where an integer belongs', { steps: 7.9 }, { steps: 7 }],
  ['sides that are no multiple of 8', { width: 517, height: 263 }, { width: 512, height: 256 }],
  ['a batch and repeats', { batch_size: 2, n_iter: 3 }, { count: 6 }],
  ['unknown fields', { url: 'http://x', auth: 'a:b', clip_skip: 2 }, {}],
  ['the older sampler field', { sampler_index: 'DDIM' }, { sampler: 'DDIM' }],
  ['both sampler fields', { sampler_name: 'PLMS', sampler_index: 'DDIM' }, { sampler: 'PLMS' }],
  ['a combined sampler name', { sampler_name: 'DPM++ 2M Karras' }, { sampler: 'DPM++ 2M', scheduler: 'Karras' }],
  [
    'a scheduler in lower case',
    { sampler_name: 'Euler', scheduler: 'karras' },
    { sampler: 'Euler', scheduler: 'Karras' },
  ],
  ['an unknown scheduler', { scheduler: 'Nonesuch' }, {}],
  ['an unknown sampler', { sampler_name: 'Nonesuch' }, { sampler: 'DPM++ 2M', scheduler: 'Karras' }],
  [
    "a sampler's own scheduler",
    { sampler_name: 'DPM++ 2M SDE' },
    { sampler: 'DPM++ 2M SDE', scheduler: 'Exponential' },
  ],
  [
    'a scheduler beside the own one',
    { sampler_name: 'DPM++ 2M', scheduler: 'Uniform' },
    { sampler: 'DPM++ 2M', scheduler: 'Uniform' },
  ],
  ['noise levels that a sampler has not', { sampler_name: 'DDIM', scheduler: 'Karras' }, { sampler: 'DDIM' }],
  ['a name that ends in a scheduler that is not here', { sampler_name: 'Heun Beta' }, { sampler: 'Heun' }],
  [
    'a checkpoint by name',
    { override_settings: { sd_model_checkpoint: 'moon' } },
    { model_id: summaryOf('moon').model_id },
  ],
  ['a checkpoint by id', { override_settings: { sd_model_checkpoint: sunId } }, { model_id: sunId }],
  ['an unknown checkpoint', { override_settings: { sd_model_checkpoint: 'nonesuch' } }, {}],
  [
    'a second pass with its defaults',
    { enable_hr: true, width: 64, height: 96 },
    { width: 64, height: 96, hires: { width: 128, height: 192, upscaler: 'Lanczos', strength: 0.75 } },
  ],
  [
    'a second pass of its own',
    {
      enable_hr: true,
      width: 64,
      height: 64,
      hr_resize_x: 100,
      hr_upscaler: 'Nearest',
      denoising_strength: 0,
      hr_second_pass_steps: 3,
      hr_prompt: 'more',
      hr_sampler_name: 'DDIM',
    },
    {
      width: 64,
      height: 64,
      hires: {
        width: 96,
        height: 96,
        upscaler: 'Nearest',
        strength: 0,
        steps: 3,
        prompt: 'more',
        sampler: 'DDIM',
        scheduler: 'Automatic',
      },
    },
  ],
  [
    'a first pass in its older words',
    { enable_hr: true, width: 128, height: 128, firstphase_width: 64, firstphase_height: 72 },
    { width: 64, height: 72, hires: { width: 128, height: 128, upscaler: 'Lanczos', strength: 0.75 } },
  ],
  ['an empty always-on script', { alwayson_scripts: { ControlNet: { args: [] } } }, {}],
])('%s is understood as stable-diffusion-webui does', async (_, body, expected) => {
  expect((await send(body)).status).toBe(200);
  expect(requested()).toEqual({ ...defaults, ...expected });
});

test('the answer has the pictures as bare base64, the request echoed, and info as JSON in a string', async () => {
  const response = await send({ prompt: 'a sun', seed: 7, batch_size: 2, width: 70, height: 64, steps: 3 });
  const { images, parameters, info } = (await response.json()) as Answer;
  expect(images.map((image) => Buffer.from(image, 'base64').subarray(1, 4).toString())).toEqual(['PNG', 'PNG']);
  expect(parameters).toMatchObject({ prompt: 'a sun', width: 70, steps: 3, cfg_scale: 7, styles: null, hr_scale: 2 });
  const facts = JSON.parse(info);
  expect(Object.keys(facts).slice(0, 16)).toEqual([
    'prompt',
    'all_prompts',
    'negative_prompt',
    'all_negative_prompts',
    'seed',
    'all_seeds',
    'subseed',
    'all_subseeds',
    'subseed_strength',
    'width',
    'height',
    'sampler_name',
    'cfg_scale',
    'steps',
    'batch_size',
    'restore_faces',
  ]);
  expect(facts).toMatchObject({
    prompt: 'a sun',
    all_prompts: ['a sun', 'a sun'],
    seed: 7,
    all_seeds: [7, 8],
    width: 70,
    height: 64,
    sampler_name: 'Euler',
    sd_model_name: 'sun',
    sd_model_hash: 'sun0123456',
    infotexts: ['a sun\nSteps: 3, Seed: 7', 'a sun\nSteps: 3, Seed: 8'],
    job_timestamp: '20260102030405',
    fake: true,
  });
  expect(door.core.asked.find(({ name }) => name === 'jobs.generate')?.input).toMatchObject({ origin: 'sdapi' });
});

test('pictures that are not wanted are not sent', async () => {
  const { images, info } = (await (await send({ send_images: false })).json()) as Answer;
  expect(images).toEqual([]);
  expect(JSON.parse(info).all_seeds).toHaveLength(1);
});

test.each<[string, unknown, number, unknown]>([
  ['JSON that is none', '{"steps": ', 422, { detail: [{ loc: ['body', 10], type: 'value_error.jsondecode' }] }],
  ['a list', [], 422, { detail: [{ loc: ['body'], type: 'type_error.dict' }] }],
  [
    'steps that are a word',
    { steps: 'many' },
    422,
    { detail: [{ loc: ['body', 'steps'], msg: 'value is not a valid integer', type: 'type_error.integer' }] },
  ],
  [
    'a prompt that is a list',
    { prompt: ['a'] },
    422,
    { detail: [{ loc: ['body', 'prompt'], type: 'type_error.str' }] },
  ],
  ['a side of nothing', { width: 7 }, 422, { detail: [{ loc: ['body', 'width'] }] }],
  ['a side of 100,000', { width: 100_000 }, 422, { detail: [{ loc: ['body', 'width'] }] }],
  ['a seed of 2^64', { seed: 2 ** 64 }, 422, { detail: [{ loc: ['body', 'seed'] }] }],
  ['too much guidance', { cfg_scale: 1e9 }, 422, { detail: [{ loc: ['body', 'cfg_scale'] }] }],
  ['too many pictures', { batch_size: 1000 }, 422, { detail: [{ loc: ['body', 'batch_size'] }] }],
  [
    'a script',
    { script_name: 'x/y plot' },
    422,
    { error: 'HTTPException', detail: "Script 'x/y plot' not found", body: '', errors: '' },
  ],
  [
    'an always-on script with something in it',
    { alwayson_scripts: { ADetailer: { args: [true] } } },
    422,
    { error: 'HTTPException', detail: "Script 'ADetailer' not found", body: '', errors: '' },
  ],
  [
    'an option that is none',
    { override_settings: { nonesuch: 1 } },
    500,
    { error: 'KeyError', detail: '', body: '', errors: "'nonesuch'" },
  ],
  ['what has no engine here', { refiner_checkpoint: 'x' }, 500, { error: 'NotImplementedError' }],
  [
    'a second pass with an upscaler that is none',
    { enable_hr: true, hr_upscaler: 'ESRGAN_4x' },
    500,
    { error: 'Exception', errors: 'could not find upscaler named ESRGAN_4x' },
  ],
  [
    'a second pass with a checkpoint that is none',
    { enable_hr: true, hr_checkpoint_name: 'x' },
    500,
    { error: 'Exception', errors: 'Could not find checkpoint with name x' },
  ],
])('%s is refused with the body of stable-diffusion-webui', async (_, body, status, expected) => {
  const response = await send(body);
  expect({ status: response.status, body: await response.json() }).toMatchObject({ status, body: expected });
  expect(requested()).toBeUndefined();
});

test('a job that failed is an error in its words', async () => {
  door.core.outcome = 'failed';
  const response = await send({});
  expect([response.status, await response.json()]).toMatchObject([
    500,
    { error: 'OutOfMemoryError', detail: '', body: '', errors: expect.stringContaining('no 8 GiB') },
  ]);
});

test('an interrupted job answers with the pictures it has, and with an error where it has none', async () => {
  door.core.outcome = 'canceled';
  expect(((await (await send({ n_iter: 3 })).json()) as Answer).images).toHaveLength(1);
  door.core.outcome = 'canceled early';
  expect((await send({ n_iter: 3 })).status).toBe(500);
});

test('a full queue is said with 429', async () => {
  door.core.startedWith = new Failed('queue_full', { limit: 1 });
  const response = await send({});
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
});

test('overrides that are not to be restored stay for the next request', async () => {
  await send({ override_settings: { sd_model_checkpoint: 'moon' }, override_settings_restore_afterwards: false });
  await send({});
  expect(requested()?.model_id).toBe(summaryOf('moon').model_id);
});
