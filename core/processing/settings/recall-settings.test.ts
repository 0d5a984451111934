import { expect, test } from 'vitest';
import { writeInfotext } from '../infotext.ts';
import { recallSettings } from './recall-settings.ts';

test('what is written into a picture comes back as the request that made it', () => {
  const text = writeInfotext({
    prompt: 'red hills, (haze:1.2)\nsecond line',
    negativePrompt: 'people',
    steps: 24,
    sampler: 'DPM++ 2M',
    scheduler: 'Karras',
    guidanceScale: 5,
    seed: 4_294_967_295,
    width: 640,
    height: 448,
    variation: { subseed: 7, strength: 0.25 },
    denoisingStrength: 0.6,
    clipSkip: 2,
    rng: 'nv',
    modelHash: '0123456789',
    modelName: 'Ink, wash',
    version: 'vitrine 0.1.0',
  });
  expect(recallSettings(text)).toEqual({
    prompt: 'red hills, (haze:1.2)\nsecond line',
    negative_prompt: 'people',
    steps: 24,
    sampler: 'DPM++ 2M',
    scheduler: 'Karras',
    guidance_scale: 5,
    seed: 4_294_967_295,
    width: 640,
    height: 448,
    subseed: 7,
    subseed_strength: 0.25,
    strength: 0.6,
    clip_skip: 2,
    rng: 'nv',
    model_hash: '0123456789',
    model_name: 'Ink, wash',
    unknown: [],
  });
});

test.each([
  ['Steps: 20, Sampler: DPM++ 2M Karras, Seed: 1', { steps: 20, sampler: 'DPM++ 2M', scheduler: 'Karras', seed: 1 }],
  ['Steps: 20, Sampler: Euler a, Seed: 1, RNG: GPU', { steps: 20, sampler: 'Euler a', seed: 1, rng: 'nv' }],
  ['Steps: 20, Sampler: Restart, Seed: 1', { steps: 20, seed: 1, unknown: ['Sampler: Restart'] }],
  ['Steps: 20, Seed: 5e20, Size: 513x512', { steps: 20, height: 512, unknown: ['Seed: 5e20', 'Size-1: 513'] }],
  ['Steps: 20, Seed: -1, CFG scale: NaN', { steps: 20, unknown: ['Seed: -1', 'CFG scale: NaN'] }],
  ['Steps: 2, Seed: 3, Hires upscale: 2', { steps: 2, seed: 3, unknown: ['Hires upscale: 2'] }],
])('%s', (line, settings) => {
  expect(recallSettings(`hills\n${line}`)).toEqual({ prompt: 'hills', negative_prompt: '', unknown: [], ...settings });
});

test.each(['', 'a prompt and nothing else', 'Steps: 20'])('%j is no infotext', (text) => {
  expect(recallSettings(text)).toBeNull();
});
