import { expect, test } from 'vitest';
import { ModelId } from './ids.ts';

test.each([
  ['diffusion/stable-diffusion-1/starter', true],
  ['diffusion/unknown/墨染-sumi-e', true],
  ['checkpoint/sdxl/sub/name', true],
  ['diffusion/name', false],
  ['diffusion//name', false],
  ['diffusion/../../etc/passwd', false],
  ['diffusion/./a', false],
  ['/diffusion/a/b', false],
  ['diffusion/a/b/', false],
  ['diffusion\\a\\b/c/d', false],
  ['diffusion/a/b\u0000', false],
  ['diffusion/a/e\u0301', false],
  [`diffusion/a/${'x'.repeat(2000)}`, false],
])('%j is a model id: %s', (text, isId) => {
  expect(ModelId.safeParse(text).success).toBe(isId);
});
