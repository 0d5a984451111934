import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { failureOf } from '../../../contract/failure.ts';
import { defaultOptions } from '../../../contract/settings/options.ts';
import type { Imaging } from '../imaging.ts';
import { sharpImaging } from '../sharp-imaging.ts';
import { createImagingProcess, type ImagingProcess } from './imaging-process.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const logged: string[] = [];
let imaging: ImagingProcess | undefined;
const create = (name: string, change: object = {}) =>
  createImagingProcess({
    entryPath: script(name),
    nodePath: process.execPath,
    log: (line) => logged.push(line),
    ...change,
  });
const start = (name = 'entry.ts', change: { readonly nodePath?: string; readonly idleMs?: number } = {}) => {
  logged.length = 0;
  imaging = create(name, change);
  return imaging;
};
afterEach(() => {
  vi.unstubAllEnvs();
  return imaging?.close();
});
/** Of the comparisons: one for all. */
const kept = create('entry.ts');
afterAll(() => kept.close());

const size = { width: 24, height: 16 };
const rgb = Uint8Array.from({ length: 24 * 16 * 3 }, (_, at) => (at * 7) % 256);
const pixels = { ...size, rgb };
const png = await sharp(rgb, { raw: { ...size, channels: 3 } })
  .png()
  .toBuffer();
const large = { width: 48, height: 32 };

test.each<[string, (by: Imaging) => Promise<unknown>]>([
  ['checks', (by) => by.checkInit(png)],
  ['refuses', (by) => by.checkInit(new Uint8Array(9)).catch(failureOf)],
  ['fits', (by) => by.initPixels(png, { width: 32, height: 32 }, 2)],
  ['stretches', (by) => by.resize(pixels, large, 'Lanczos', 'fill')],
  ['covers', (by) => by.resize(pixels, { width: 16, height: 16 }, 'Nearest', 'cover')],
  ['blurs', (by) => by.blur(rgb.subarray(0, 24 * 16), size, 2)],
  ['writes a PNG', (by) => by.encode(pixels, size, 'a sun — Sonne', defaultOptions)],
  ['writes a larger JPEG', (by) => by.encode(pixels, large, 'a', { ...defaultOptions, samples_format: 'jpeg' })],
  ['writes a WebP of a file', (by) => by.encodeFile(png, large, 'a', { ...defaultOptions, samples_format: 'webp' })],
  ['reads what a file says', async (by) => by.readInfo(await by.encode(pixels, size, 'a\nSteps: 4', defaultOptions))],
  ['knows what is no picture', (by) => by.readInfo(new Uint8Array(9))],
  ['enlarges', (by) => by.enlarge(png, { size: { factor: 2 }, upscaler: 'Lanczos', second: null })],
  ['lays out a grid', (by) => by.drawGrid([png, png, png], 'three')],
  ['draws a preview', (by) => by.drawPreview(pixels)],
  ['draws a model’s picture', (by) => by.drawModelPreview(png)],
])('the process %s, byte for byte as sharp does in this one', async (_, act) => {
  const [there, here] = await Promise.all([act(kept), act(sharpImaging)]);
  expect(Object.entries(plain(there))).toEqual(Object.entries(plain(here)));
});

/** A Buffer came as one, or as the array that it is. */
function plain(value: unknown): object {
  return value instanceof Uint8Array ? new Uint8Array(value) : { value };
}

test('what sharp says of bytes that are no picture is told', async () => {
  await expect(start().drawModelPreview(Buffer.from('text'))).rejects.toThrow('unsupported image format');
});

test('a crash takes along only the picture that caused it, and that is named', async () => {
  const { readInfo } = start('fixtures/crashing-child.ts');
  const hostile = Buffer.from('crash');
  const [first, refused, last] = await Promise.all([readInfo(png), readInfo(hostile).catch(failureOf), readInfo(png)]);
  expect([first?.infotext, last?.infotext]).toEqual(['', '']);
  expect(refused).toMatchObject({
    code: 'imaging_failed',
    details: { picture: '5 bytes', reason: 'signal SIGSEGV' },
  });
  expect(logged).toContain('ended at a picture of 5 bytes (readInfo): signal SIGSEGV');
  expect(await readInfo(png)).toMatchObject({ infotext: '' });
});

test('a crash that does not come again is not noticed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-imaging-'));
  try {
    const { readInfo } = start('fixtures/crashing-child.ts');
    expect(await readInfo(Buffer.from(`crash once ${join(folder, 'was')}`))).toBeNull();
    expect(logged).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('it works again after it rested, and whoever asks after the end is told', async () => {
  const { checkInit, warmUp, close } = start('entry.ts', { idleMs: 1 });
  warmUp();
  expect(await checkInit(png)).toEqual(size);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await checkInit(png)).toEqual(size);
  const waiting = checkInit(png).catch(failureOf);
  await close();
  expect(await waiting).toMatchObject({ code: 'imaging_failed' });
});

test('what it compiled is kept for the next start, though it is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-imaging-'));
  try {
    vi.stubEnv('NODE_COMPILE_CACHE', folder);
    const { checkInit, close } = start();
    expect(await checkInit(png)).toEqual(size);
    await close();
    expect(readdirSync(folder, { recursive: true }).length).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a Node executable that is not there fails whoever asks', async () => {
  const refused = await start('entry.ts', { nodePath: '/nowhere/node' }).checkInit(png).catch(failureOf);
  expect(refused).toMatchObject({ code: 'imaging_failed', details: { reason: expect.stringContaining('ENOENT') } });
});
