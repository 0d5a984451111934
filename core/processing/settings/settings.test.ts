import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultOptions } from '../../contract/settings/options.ts';
import { openSettings } from './settings.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-settings-'));
  path = join(folder, 'data', 'settings.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what was set is there at the next start, and only what differs from the defaults is written', async () => {
  const first = openSettings(path);
  expect(first.current()).toEqual(defaultOptions);
  await Promise.all([first.set({ samples_format: 'webp' }), first.set({ jpeg_quality: 50, enable_pnginfo: true })]);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    schema_version: 1,
    options: { samples_format: 'webp', jpeg_quality: 50 },
  });
  expect(openSettings(path).current()).toEqual({ ...defaultOptions, samples_format: 'webp', jpeg_quality: 50 });
  await first.set({ samples_format: 'png' });
  expect(openSettings(path).current().samples_format).toBe('png');
});

test('what a session keeps ends with it', async () => {
  const settings = openSettings(path);
  settings.keep({ jpeg_quality: 7 });
  await settings.set({ samples_format: 'jpg' });
  expect(settings.current()).toMatchObject({ jpeg_quality: 7, samples_format: 'jpg' });
  expect(openSettings(path).current()).toMatchObject({ jpeg_quality: 80, samples_format: 'jpg' });
});

test.each([[{ nonesuch: 1 }], [{ jpeg_quality: 5, samples_format: 'bmp' }], [{ queue_limit: 0 }]])(
  'the change %j is refused whole',
  async (changes) => {
    const settings = openSettings(path);
    await expect(settings.set(changes)).rejects.toMatchObject({ failure: { code: 'invalid_input' } });
    expect(() => settings.keep(changes)).toThrow();
    expect(settings.current()).toEqual(defaultOptions);
  },
);

test('keys and values of another version survive, and a wrong value counts as the default', async () => {
  await openSettings(path).set({ jpeg_quality: 50 });
  const written = { schema_version: 1, from: 'later', options: { later: [1], jpeg_quality: 'best', rho: 3 } };
  writeFileSync(path, JSON.stringify(written));
  const settings = openSettings(path);
  expect(settings.current()).toEqual({ ...defaultOptions, rho: 3 });
  await settings.set({ rho: 4 });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...written, options: { ...written.options, rho: 4 } });
});

test.each(['', '{', '[]', '{"options": 5}', '\0\0'])('a file of %j is put aside', async (text) => {
  await openSettings(path).set({ jpeg_quality: 50 });
  writeFileSync(path, text);
  const told: string[] = [];
  expect(openSettings(path, (message) => told.push(message)).current()).toEqual(defaultOptions);
  expect(readdirSync(join(folder, 'data'))).toEqual([expect.stringContaining('settings.json.corrupt-')]);
  expect(told).toHaveLength(1);
});
