import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMadeFor } from './made-for.ts';

let bundle: string;
beforeEach(() => {
  bundle = mkdtempSync(join(tmpdir(), 'made-for-'));
});
afterEach(() => rmSync(bundle, { recursive: true }));

const write = (folder: string, text: string, file = 'config.json') => {
  mkdirSync(join(bundle, folder));
  writeFileSync(join(bundle, folder, file), text);
};

test.each([
  ['{"sample_size":96}', 'vae', '{"block_out_channels":[1,2,3,4]}', { width: 768, height: 768 }],
  ['{"sample_size":[32,48]}', 'vae', '{"block_out_channels":[1,2,3]}', { width: 192, height: 128 }],
  ['{"sample_size":64}', 'vae_decoder', '{"block_out_channels":[1,2]}', { width: 128, height: 128 }],
  ['{"sample_size":64}', 'other', '{}', { width: 512, height: 512 }],
  ['{"sample_size":"big"}', 'vae', '{}', null],
  ['{}', 'vae', '{}', null],
  ['{', 'vae', '{}', null],
])('a UNet of %s with a %s of %s is for %j', async (unet, name, vae, size) => {
  write('unet', unet);
  write(name, vae);
  expect(await readMadeFor(bundle)).toEqual({ size, distilled: null });
});

const euler = { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'trailing', prediction_type: 'epsilon' };
test.each([
  ['SD Turbo', {}, euler, 'no_guidance'],
  ['SDXL Turbo', {}, { ...euler, _class_name: 'EulerAncestralDiscreteScheduler' }, 'no_guidance'],
  ['a latent consistency model', { time_cond_proj_dim: 256 }, { _class_name: 'LCMScheduler' }, 'told_guidance'],
  ['a model with an LCM LoRA in it', { time_cond_proj_dim: null }, { _class_name: 'LCMScheduler' }, 'no_guidance'],
  ['one that begins at the first timesteps', {}, { ...euler, timestep_spacing: 'leading' }, null],
  ['one that predicts velocity', {}, { ...euler, prediction_type: 'v_prediction' }, null],
  ['one that begins at pure noise', {}, { ...euler, rescale_betas_zero_snr: true }, null],
  ['one of another class', {}, { ...euler, _class_name: 'DDIMScheduler' }, null],
])('whether its network was distilled is read from configs: %s', async (_, unet, scheduler, distilled) => {
  write('unet', JSON.stringify(unet));
  write('scheduler', JSON.stringify(scheduler), 'scheduler_config.json');
  expect(await readMadeFor(bundle)).toEqual({ size: null, distilled });
});

test.each(['', '{', '[]', '"trailing"', '\0'])('a scheduler config of %j tells nothing', async (text) => {
  write('scheduler', text, 'scheduler_config.json');
  expect(await readMadeFor(bundle)).toEqual({ size: null, distilled: null });
});

test('a folder without configs tells nothing, and neither does what is no folder', async () => {
  expect(await readMadeFor(bundle)).toEqual({ size: null, distilled: null });
  const file = join(bundle, 'model.safetensors');
  writeFileSync(file, 'x');
  expect(await readMadeFor(file)).toEqual({ size: null, distilled: null });
});
