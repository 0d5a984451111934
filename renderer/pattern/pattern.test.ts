import { expect, test } from 'vitest';
import { ModelType } from '../../core/contract/library/metadata.ts';
import { pattern } from './pattern.ts';

/** A library's models are known by these faces: when this fails, every user's library would look different. */
test.each<[string, ModelType, string, string]>([
  ['0c1f', 'checkpoint', 'stable-diffusion-1', '117ccdd260214f2d'],
  ['9a77', 'diffusion', 'stable-diffusion-xl', 'f2bd48c75b68648a'],
  ['墨染', 'checkpoint', 'flux', 'fad383c09bf16c80'],
  ['5e2b', 'lora', 'stable-diffusion-1', '4c08b0d98e76eeed'],
  ['77aa', 'vae', 'unknown', 'f97f1a5ea6bcb13d'],
  ['1b2c', 'upscaler', 'unknown', 'a50af896caac4e5f'],
  ['c0de', 'controlnet', 'stable-diffusion-1', '77bf3b835b001842'],
  ['ffff', 'embedding', 'stable-diffusion-1', '9dfbbcc56662f752'],
  ['0000', 'text_encoder', 'unknown', '3aeeb87590cf8aa8'],
])('the face of %s, a %s of %s, never changes', async (fingerprint, type, family, expected) => {
  const bytes = new TextEncoder().encode(JSON.stringify(pattern(fingerprint, type, family)));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  expect(
    [...digest]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .slice(0, 16),
  ).toBe(expected);
});

test('two fingerprints of one family differ', () => {
  expect(pattern('a', 'checkpoint', 'flux')).not.toEqual(pattern('b', 'checkpoint', 'flux'));
});

test.each(ModelType.options)('the face of a model of type %s is made of paths and numbers alone', (type) => {
  const shapes = pattern('5e2b', type, 'stable-diffusion-1');
  expect(shapes.length).toBeGreaterThan(3);
  for (const { path, colour, opacity = 1, place = [1, 0, 0, 1, 0, 0] } of shapes) {
    expect(path).toMatch(/^M[-\d.]+[MLHhvalz\d .-]+$/);
    expect(colour).toMatch(/^#[0-9a-f]{6}$/);
    expect(opacity > 0 && opacity <= 1 && place.every(Number.isFinite)).toBe(true);
  }
});

test('paths that are placed are few', () => {
  const placed = Array.from({ length: 200 }, (_, at) => pattern(`${at}`, pickedType(at), 'flux'))
    .flat()
    .filter(({ place }) => place !== undefined);
  expect(placed.length).toBeGreaterThan(1000);
  expect(new Set(placed.map(({ path }) => path)).size).toBeLessThan(30);
});

const pickedType = (at: number) => ModelType.options[at % ModelType.options.length] ?? 'unknown';
