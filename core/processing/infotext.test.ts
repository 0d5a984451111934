import { describe, expect, it } from 'vitest';
import { type InfotextFields, readInfotext, writeInfotext } from './infotext.ts';

const fields: InfotextFields = {
  prompt: 'a red sun over blue mountains',
  negativePrompt: 'fog',
  steps: 20,
  sampler: 'Euler a',
  scheduler: 'Automatic',
  guidanceScale: 7,
  seed: 1,
  width: 512,
  height: 768,
  variation: null,
  denoisingStrength: null,
  clipSkip: 1,
  rng: 'cpu',
  modelHash: '6ce0161689',
  modelName: 'v1-5-pruned-emaonly',
  version: 'Vitrine 0.1.0',
};

describe('writing an infotext', () => {
  it('gives stable-diffusion-webui’s lines and keys in its order', () => {
    expect(writeInfotext(fields)).toBe(
      'a red sun over blue mountains\nNegative prompt: fog\n' +
        'Steps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7.0, Seed: 1, Size: 512x768, ' +
        'Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, RNG: CPU, Version: Vitrine 0.1.0',
    );
  });

  it.each([
    ['no negative prompt', { negativePrompt: '' }, 'a red sun over blue mountains\nSteps: 20, '],
    ['unknown hash', { modelHash: null }, 'Size: 512x768, Model: v1'],
    ['broken scale', { guidanceScale: 7.25 }, 'CFG scale: 7.25,'],
    ['name with a comma', { modelName: 'a, b' }, 'Model: "a, b",'],
    ['name with quote and colon', { modelName: 'a: "b"' }, 'Model: "a: \\"b\\"",'],
    ['name equal to its key', { modelName: 'Model' }, ', Model, RNG: CPU, Version'],
    ['extra', { extras: { Runner: 'fake' } }, 'emaonly, RNG: CPU, Runner: fake, Version: '],
    [
      'all that a picture from a picture has',
      { variation: { subseed: 9, strength: 0.25 }, denoisingStrength: 0.6, clipSkip: 2, rng: 'nv' },
      'emaonly, Variation seed: 9, Variation seed strength: 0.25, Denoising strength: 0.6, Clip skip: 2, RNG: NV, Version',
    ],
    ['no version', { version: null }, 'Model: v1-5-pruned-emaonly'],
  ] as [string, Partial<InfotextFields>, string][])('with %s', (_, change, part) => {
    expect(writeInfotext({ ...fields, ...change })).toContain(part);
  });
});

describe('reading an infotext', () => {
  it.each([
    ['plain', {}],
    ['prompts of several lines and scripts', { prompt: 'une forêt\n夜の森, 1girl', negativePrompt: 'a: b,\nc' }],
    ['no negative prompt', { negativePrompt: '' }],
    ['no prompt', { prompt: '', negativePrompt: '' }],
    ['a model name full of marks', { modelName: 'x, "y": z\\' }],
  ] as [string, Partial<InfotextFields>][])('gives back what was written: %s', (_, change) => {
    const written = { ...fields, ...change };
    expect(readInfotext(writeInfotext(written))).toEqual({
      prompt: written.prompt,
      negativePrompt: written.negativePrompt,
      parameters: {
        Steps: '20',
        Sampler: 'Euler a',
        'Schedule type': 'Automatic',
        'CFG scale': '7.0',
        Seed: '1',
        'Size-1': '512',
        'Size-2': '768',
        'Model hash': '6ce0161689',
        Model: written.modelName,
        RNG: 'CPU',
        Version: 'Vitrine 0.1.0',
      },
    });
  });

  it.each([
    ['', { prompt: '', negativePrompt: '', parameters: {} }],
    ['just a prompt, 1: 2', { prompt: 'just a prompt, 1: 2', negativePrompt: '', parameters: {} }],
    ['a\nSteps: 1, Seed: 2', { prompt: 'a\nSteps: 1, Seed: 2', negativePrompt: '', parameters: {} }],
    ['Steps: 1, Seed: 2, Ab: "x', { prompt: '', negativePrompt: '', parameters: { Steps: '1', Seed: '2', Ab: '"x' } }],
    [
      'p\nSteps: 1, __proto__: 2, Seed: "\\u00zz"',
      {
        prompt: 'p',
        negativePrompt: '',
        parameters: Object.fromEntries([
          ['Steps', '1'],
          ['__proto__', '2'],
          ['Seed', '"\\u00zz"'],
        ]),
      },
    ],
  ])('takes %j as it can', (text, read) => {
    expect(readInfotext(text)).toEqual(read);
  });

  it.each([
    ['letters', 'a'.repeat(100_000)],
    ['blanks', ' '.repeat(100_000)],
    ['open quotes', 'ab: "'.repeat(20_000)],
    ['backslashes', `ab: "${'\\'.repeat(100_000)}`],
    ['colons', ':'.repeat(100_000)],
  ])('takes little time over 100,000 %s', (_, text) => {
    const startedMs = performance.now();
    readInfotext(`x\n${text}`);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});
