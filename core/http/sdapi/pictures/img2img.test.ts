import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failed } from '../../../contract/failure.ts';
import type { GenerateRequest } from '../../../contract/generate/generate.ts';
import { type OpenDoor, openDoor } from '../../fixtures/open-door.ts';

let door: OpenDoor;
beforeEach(async () => {
  door = await openDoor();
});
afterEach(() => door[Symbol.asyncDispose]());

const send = (body: unknown, path = 'img2img') =>
  fetch(`${door.url}/sdapi/v1/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
const requested = (): GenerateRequest | undefined => {
  const asked = door.core.asked.findLast(({ name }) => name === 'jobs.generate')?.input;
  return (asked as { request: GenerateRequest } | undefined)?.request;
};

test.each<[string, object, Partial<GenerateRequest>]>([
  ['its defaults', {}, { strength: 0.75, resize_mode: 0, width: 512, height: 512, steps: 50 }],
  ['null', { denoising_strength: null, resize_mode: null }, { strength: 0.75, resize_mode: 0 }],
  ['a resize of the latent', { resize_mode: 3 }, { resize_mode: 3 }],
  ['numbers as text', { denoising_strength: '0.4', resize_mode: '2' }, { strength: 0.4, resize_mode: 2 }],
  ['a data URL', { init_images: ['data:image/png;base64,aGk='] }, { init_image: 'data:image/png;base64,aGk=' }],
  ['a picture for each of a batch', { init_images: ['aGk=', 'aGk='], batch_size: 2 }, { count: 2, init_image: 'aGk=' }],
  ['no mask', { mask: '' }, { init_image: 'aGk=' }],
  [
    'a mask with its defaults',
    { mask: 'bWFzaw==' },
    { mask: { image: 'bWFzaw==', is_inverted: false, blur: 4, fill: 'fill', area: 'masked', padding: 0 } },
  ],
  [
    'a mask with everything said',
    {
      mask: 'bWFzaw==',
      mask_blur: 0,
      inpainting_fill: 2,
      inpaint_full_res: false,
      inpaint_full_res_padding: 8,
      inpainting_mask_invert: true,
    },
    { mask: { image: 'bWFzaw==', is_inverted: true, blur: 0, fill: 'noise', area: 'whole', padding: 8 } },
  ],
  [
    'the script SD upscale',
    { script_name: 'SD Upscale', script_args: ['', 8, 'Lanczos', 2.0], n_iter: 2, batch_size: 3 },
    { tiled_upscale: { overlap: 8, upscaler: 'Lanczos', scale: 2 }, count: 2 },
  ],
  [
    'the script with an upscaler by its place',
    { script_name: 'sd upscale', script_args: ['', 16, 0, 4] },
    { tiled_upscale: { overlap: 16, upscaler: 'Lanczos', scale: 1 } },
  ],
  ['a strength of nothing', { denoising_strength: 0, steps: 4 }, { strength: expect.closeTo(0.25, 5) }],
])('%s is understood as stable-diffusion-webui does', async (_, body, expected) => {
  expect((await send({ init_images: ['aGk='], ...body })).status).toBe(200);
  expect(requested()).toMatchObject({ init_image: 'aGk=', ...expected });
});

test('the answer echoes the request without its pictures, unless they are wanted', async () => {
  const answer = await (await send({ init_images: ['aGk='], prompt: 'sun' })).json();
  expect(answer).toMatchObject({ images: [expect.any(String)], parameters: { init_images: null, prompt: 'sun' } });
  expect(JSON.parse((answer as { info: string }).info)).toMatchObject({ denoising_strength: 0.75, clip_skip: 1 });
  const whole = await (await send({ init_images: ['aGk='], include_init_images: true })).json();
  expect(whole).toMatchObject({ parameters: { init_images: ['aGk='], denoising_strength: 0.75 } });
});

const exception = (detail: string) => ({ error: 'HTTPException', detail, body: '', errors: '' });
const error = (name: string, errors: string) => ({ error: name, detail: '', body: '', errors });
test.each<[string, object, number, unknown]>([
  ['no picture', {}, 404, exception('Init image not found')],
  ['null', { init_images: null }, 404, exception('Init image not found')],
  [
    'an empty list',
    { init_images: [] },
    500,
    error('RuntimeError', 'bad number of images passed: 0; expecting 1 or less'),
  ],
  [
    'more pictures than are wanted',
    { init_images: ['a', 'b'] },
    500,
    error('RuntimeError', 'bad number of images passed: 2; expecting 1 or less'),
  ],
  ['a number', { init_images: [7] }, 500, exception('Invalid encoded image')],
  ['an address', { init_images: ['http://127.0.0.1/x.png'] }, 500, exception('Requests not allowed')],
  ['a name of our own', { init_images: ['sha256:0'] }, 500, exception('Invalid encoded image')],
  ['an address of a mask', { init_images: ['aGk='], mask: 'https://a/b.png' }, 500, exception('Requests not allowed')],
  [
    'a mode of nobody',
    { init_images: ['aGk='], resize_mode: 9 },
    500,
    error('ValueError', 'resize_mode 9 is not known'),
  ],
  [
    'a strength past all',
    { init_images: ['aGk='], denoising_strength: 2 },
    422,
    { detail: [expect.objectContaining({ loc: ['body', 'denoising_strength'] })] },
  ],
])('%s is refused as stable-diffusion-webui does', async (_, body, status, expected) => {
  const response = await send(body);
  expect([response.status, await response.json()]).toEqual([status, expected]);
  expect(requested()).toBeUndefined();
});

test('a picture that the core can’t read is an invalid encoded image', async () => {
  door.core.startedWith = new Failed('invalid_input', { field: 'init_image', reason: 'It is empty.' });
  const response = await send({ init_images: ['aGk='] });
  expect([response.status, await response.json()]).toEqual([500, exception('Invalid encoded image')]);
});

test('clip skip, the source of noise and a variation come from options and fields, of either endpoint', async () => {
  await send({ override_settings: { CLIP_stop_at_last_layers: 2, randn_source: 'NV' } }, 'txt2img');
  expect(requested()).toMatchObject({ clip_skip: 2, rng: 'nv' });
  await send({ CLIP_stop_at_last_layers: 3, randn_source: 'GPU' }, 'options');
  const answer = await send({ init_images: ['aGk='], subseed: 5, subseed_strength: 0.3, seed: 1 });
  expect(requested()).toMatchObject({ clip_skip: 3, rng: 'nv', subseed: 5, subseed_strength: 0.3 });
  expect(JSON.parse(((await answer.json()) as { info: string }).info)).toMatchObject({
    clip_skip: 3,
    subseed: 5,
    subseed_strength: 0.3,
  });
});

test('overrides, the name of a task and the grid are those of txt2img', async () => {
  const body = {
    init_images: ['aGk='],
    batch_size: 2,
    save_images: true,
    force_task_id: 'task(mine)',
    override_settings: { jpeg_quality: '7' },
    override_settings_restore_afterwards: false,
  };
  const answer = (await (await send(body)).json()) as { images: string[]; info: string };
  expect(answer.images).toHaveLength(3);
  expect(JSON.parse(answer.info)).toMatchObject({ index_of_first_image: 1 });
  expect(door.core.asked.findLast(({ name }) => name === 'jobs.generate')?.input).toMatchObject({
    overrides: { jpeg_quality: 7 },
    keeps_overrides: true,
    task_id: 'task(mine)',
  });
  expect(door.core.options.jpeg_quality).toBe(7);
  await send({ ...body, override_settings: { return_grid: false } });
  const bare = await send({ ...body, override_settings: {} });
  expect(((await bare.json()) as { images: string[] }).images).toHaveLength(2);
});
