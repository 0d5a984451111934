import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenApp, openApp } from '../fixtures/open-app.ts';

/**
 * What stable-diffusion-webui's own tests of its interface ask (test/test_txt2img.py, test_img2img.py, test_extras.py, test_utils.py), and that
 * more than the status they look at is right. Over real HTTP with the fake runner.
 */
let app: OpenApp;
beforeAll(async () => {
  app = await openApp();
});
beforeEach(() => {
  app.runs.length = 0;
});
afterAll(() => app[Symbol.asyncDispose]());

const picture = async (width: number, height: number, draw: (x: number, y: number) => number): Promise<string> => {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const pixel = Math.floor(at / 3);
    return draw(pixel % width, Math.floor(pixel / width));
  });
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
};
const pixelsOf = async (image = '') => {
  const { data, info } = await sharp(Buffer.from(image, 'base64'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, at: (x: number, y: number) => data[(y * info.width + x) * 3] };
};
async function make(path: string, body: object) {
  const answer = await app.post(`/sdapi/v1/${path}`, body);
  expect(answer.status, JSON.stringify(answer.body).slice(0, 300)).toBe(200);
  const { images, info } = answer.body as { images: string[]; info: string };
  const { infotexts, warnings = [] } = JSON.parse(info) as { infotexts: string[]; warnings?: string[] };
  return { images, infotexts, warnings };
}

const shared = {
  batch_size: 1,
  cfg_scale: 7,
  eta: 0,
  n_iter: 1,
  negative_prompt: '',
  prompt: 'example prompt',
  restore_faces: false,
  s_churn: 0,
  s_noise: 1,
  s_tmax: 0,
  s_tmin: 0,
  sampler_index: 'Euler a',
  seed: -1,
  seed_resize_from_h: -1,
  seed_resize_from_w: -1,
  steps: 3,
  styles: [],
  subseed: -1,
  subseed_strength: 0,
  tiling: false,
  width: 64,
  height: 64,
};

describe('txt2img', () => {
  const body = { ...shared, denoising_strength: 0, enable_hr: false, firstphase_height: 0, firstphase_width: 0 };
  test.each<[string, object, number]>([
    ['simple', {}, 1],
    ['with a negative prompt', { negative_prompt: 'example negative prompt' }, 1],
    [
      'with a complex prompt',
      { prompt: '((emphasis)), (emphasis1:1.1), [to:1], [from::2], [from:to:0.3], [alt|alt1]' },
      1,
    ],
    ['not square', { height: 128 }, 1],
    ['with tiling', { tiling: true }, 1],
    ['with restored faces', { restore_faces: true }, 1],
    ['PLMS', { sampler_index: 'PLMS' }, 1],
    ['DDIM', { sampler_index: 'DDIM' }, 1],
    ['UniPC', { sampler_index: 'UniPC' }, 1],
    ['several batches', { n_iter: 2 }, 2],
    ['a batch of several', { batch_size: 2 }, 2],
  ])('%s', async (_, change, count) => {
    const { images } = await make('txt2img', { ...body, ...change });
    expect(images).toHaveLength(count);
    expect(app.runs).toHaveLength(1);
    expect(await pixelsOf(images[0])).toMatchObject({ width: 64, height: 'height' in change ? 128 : 64 });
  });

  test('with a second pass, which is left out where nothing is to be made anew', async () => {
    const { images, infotexts } = await make('txt2img', { ...body, enable_hr: true });
    expect(await pixelsOf(images[0])).toMatchObject({ width: 128, height: 128 });
    expect(infotexts[0]).toMatch(/Size: 64x64.*Hires resize: 128x128, Hires upscaler: Lanczos/);
    expect(app.runs).toHaveLength(1);
  });

  test('with a second pass that makes each picture anew, larger, from the first and with its seed', async () => {
    const { images } = await make('txt2img', {
      ...body,
      enable_hr: true,
      denoising_strength: 0.7,
      batch_size: 2,
      seed: 4,
    });
    expect(images).toHaveLength(2);
    expect(app.runs).toMatchObject([
      { seeds: [4], width: 64, init: null },
      { seeds: [4], width: 128, height: 128, init: { strength: 0.7, pixels: { width: 128, height: 128 } } },
      { seeds: [5], width: 64, init: null },
      { seeds: [5], width: 128 },
    ]);
  });
});

describe('img2img', () => {
  const half = () => picture(64, 64, (x) => (x < 32 ? 255 : 0));
  const grey = () => picture(64, 64, () => 77);
  const body = async () => ({
    ...shared,
    // One drawn picture in 256 has the very grey that it starts from.
    seed: 1,
    denoising_strength: 0.75,
    include_init_images: false,
    init_images: [await grey()],
    inpaint_full_res: false,
    inpaint_full_res_padding: 0,
    inpainting_fill: 0,
    inpainting_mask_invert: false,
    mask: null,
    mask_blur: 4,
    override_settings: {},
    resize_mode: 0,
  });

  test('simple', async () => {
    const { images } = await make('img2img', await body());
    expect(await pixelsOf(images[0])).toMatchObject({ width: 64, height: 64 });
    expect(app.runs).toMatchObject([{ init: { strength: 0.75 } }]);
  });

  test.each([
    [false, 60],
    [true, 4],
  ])('with a mask, inverted: %s, all outside it stays', async (inpainting_mask_invert, stays) => {
    const { images, infotexts } = await make('img2img', {
      ...(await body()),
      mask: await half(),
      inpainting_mask_invert,
    });
    const made = await pixelsOf(images[0]);
    expect([made.width, made.at(stays, 32), made.at(stays, 5)]).toEqual([64, 77, 77]);
    expect(made.at(64 - stays, 32)).not.toBe(77);
    expect(app.runs).toMatchObject([{ init: { mask: { begins_as: 'init' } } }]);
    expect(infotexts[0]).toContain('Mask blur: 4');
  });

  test('with only the masked part made, at the size of the request, and put back into the picture', async () => {
    const large = await picture(200, 120, () => 77);
    const spot = await picture(200, 120, (x, y) => (x >= 90 && x < 110 && y >= 50 && y < 70 ? 255 : 0));
    const request = { ...(await body()), init_images: [large], mask: spot, mask_blur: 0, inpaint_full_res: true };
    const { images } = await make('img2img', { ...request, inpaint_full_res_padding: 6 });
    const made = await pixelsOf(images[0]);
    expect([made.width, made.height]).toEqual([200, 120]);
    expect([made.at(0, 0), made.at(89, 60), made.at(110, 60), made.at(100, 49)]).toEqual([77, 77, 77, 77]);
    expect(made.at(100, 60)).not.toBe(77);
    expect(app.runs).toMatchObject([{ width: 64, height: 64, init: { pixels: { width: 64, height: 64 } } }]);
  });

  test('with a mask that shows nothing, only it wanted, the whole is made', async () => {
    const empty = await picture(64, 64, () => 0);
    await make('img2img', { ...(await body()), mask: empty, inpaint_full_res: true });
    expect(app.runs[0]?.init).not.toHaveProperty('mask');
  });

  test('with the script "sd upscale": larger, tile by tile', async () => {
    const request = { ...(await body()), script_name: 'sd upscale', script_args: ['', 8, 'Lanczos', 2.0], seed: 3 };
    const { images, infotexts } = await make('img2img', request);
    expect(await pixelsOf(images[0])).toMatchObject({ width: 128, height: 128 });
    expect(app.runs.map(({ seeds, width, height }) => [seeds, width, height])).toEqual(
      [3, 4, 5, 6, 7, 8, 9, 10, 11].map((seed) => [[seed], 64, 64]),
    );
    expect(infotexts[0]).toContain('SD upscale overlap: 8, SD upscale upscaler: Lanczos');
  });
});

test('the extras, asked as the tests for png-info and interrogate ask them too', async () => {
  const image = await picture(64, 64, (x, y) => x * y);
  const single = { resize_mode: 0, upscaling_resize: 2, upscaler_1: 'Lanczos', upscaler_2: 'None', image };
  for (const body of [single, { image }, { image, model: 'clip' }])
    expect((await app.post('/sdapi/v1/extra-single-image', body)).status).toBe(200);
});

test('an option is written and read back', async () => {
  const before = ((await app.get('/sdapi/v1/options')).body as { send_seed: boolean }).send_seed;
  expect((await app.post('/sdapi/v1/options', { send_seed: !before })).status).toBe(200);
  expect((await app.get('/sdapi/v1/options')).body).toMatchObject({ send_seed: !before });
  await app.post('/sdapi/v1/options', { send_seed: before });
});
