import { expect, test } from 'vitest';
import { ModelId } from '../../contract/ids.ts';
import { deriveModelId, slugOf } from './model-id.ts';

test.each([
  ['DreamShaper 8', 'dreamshaper-8'],
  ['Été à Paris', 'été-à-paris'],
  ['E\u0301te\u0301', 'été'],
  ['红日 / 蓝山', '红日-蓝山'],
  ['हिन्दी', 'हिन्दी'],
  ['İstanbul', 'i\u0307stanbul'],
  ['a\nb\u202Ec\u0000d', 'a-b-c-d'],
  ['../../etc/passwd', 'etc-passwd'],
  ['C:\\models\\x', 'c-models-x'],
  ['🌅🌅', 'model'],
  ['', 'model'],
  ['...', 'model'],
  ['trailing dot.', 'trailing-dot'],
  ['.hidden', 'hidden'],
  ['v1.5+vae_ft', 'v1.5+vae_ft'],
  ['CON', 'model-con'],
  ['nul.txt', 'model-nul.txt'],
  ['COM¹', 'model-com¹'],
  ['console', 'console'],
])('the name %j becomes the segment %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug.normalize('NFC'));
});

test.each(['x'.repeat(400), '漢'.repeat(200), `${'x'.repeat(199)}.${'y'.repeat(9)}`])(
  'a long name fits a file system',
  (name) => {
    expect(Buffer.byteLength(slugOf(name))).toBeLessThanOrEqual(200);
    expect(slugOf(name)).not.toMatch(/[.-]$/);
  },
);

test('an id that is taken gets the next number', async () => {
  const taken = new Set(['diffusion/sd/a', 'diffusion/sd/a-2']);
  const id = await deriveModelId({ type: 'diffusion', family: 'SD', name: 'A' }, async (candidate) =>
    taken.has(candidate),
  );
  expect(id).toBe('diffusion/sd/a-3');
  expect(ModelId.safeParse(id).success).toBe(true);
});
