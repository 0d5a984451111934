import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNativeSize } from './native-size.ts';

let bundle: string;
beforeEach(() => {
  bundle = mkdtempSync(join(tmpdir(), 'native-size-'));
});
afterEach(() => rmSync(bundle, { recursive: true }));

const write = (name: string, text: string) => {
  mkdirSync(join(bundle, name));
  writeFileSync(join(bundle, name, 'config.json'), text);
};

test.each([
  ['{"sample_size":96}', 'vae', '{"block_out_channels":[1,2,3,4]}', { width: 768, height: 768 }],
  ['{"sample_size":[32,48]}', 'vae', '{"block_out_channels":[1,2,3]}', { width: 192, height: 128 }],
  ['{"sample_size":64}', 'vae_decoder', '{"block_out_channels":[1,2]}', { width: 128, height: 128 }],
  ['{"sample_size":64}', 'other', '{}', { width: 512, height: 512 }],
  ['{"sample_size":"big"}', 'vae', '{}', null],
  ['{}', 'vae', '{}', null],
  ['{', 'vae', '{}', null],
])('a UNet of %s with a %s of %s is for %j', async (unet, name, vae, expected) => {
  write('unet', unet);
  write(name, vae);
  expect(await readNativeSize(bundle)).toEqual(expected);
});

test('a folder without configs has none', async () => {
  expect(await readNativeSize(bundle)).toBeNull();
});
