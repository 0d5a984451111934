import { expect, test } from 'vitest';
import type { ModelType } from '../../core/contract/library/metadata.ts';
import { pattern } from './pattern.ts';

/** A library's models are known by these faces: when this fails, every user's library would look different. */
test.each<[string, ModelType, string, string]>([
  ['0c1f', 'checkpoint', 'stable-diffusion-1', 'dca1e028078ce44e'],
  ['9a77', 'diffusion', 'stable-diffusion-xl', '224dabda3a7d61fe'],
  ['墨染', 'checkpoint', 'flux', '78a89a2e1a68d66b'],
  ['5e2b', 'lora', 'stable-diffusion-1', '90bc8d3ec22602bb'],
  ['77aa', 'vae', 'unknown', 'a053b7e4d61eb98a'],
  ['1b2c', 'upscaler', 'unknown', '7d7ca480a2802d65'],
  ['c0de', 'controlnet', 'stable-diffusion-1', '6534d07a48e12ac2'],
  ['ffff', 'embedding', 'stable-diffusion-1', 'ca5fc8597e97c1b7'],
  ['0000', 'text_encoder', 'unknown', '039a3d44118f07dc'],
])('the face of %s, a %s of %s, never changes', async (fingerprint, type, family, expected) => {
  const bytes = new TextEncoder().encode(pattern(fingerprint, type, family));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  expect(
    [...digest]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .slice(0, 16),
  ).toBe(expected);
});

test('two fingerprints of one family differ', () => {
  expect(pattern('a', 'checkpoint', 'flux')).not.toBe(pattern('b', 'checkpoint', 'flux'));
});
