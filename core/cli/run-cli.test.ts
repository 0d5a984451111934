import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Failure } from '../contract/failure.ts';
import { TestVitrine } from './fixtures/test-vitrine.ts';

const bundle = join(import.meta.dirname, '..', 'diffusion', 'reference', 'bundles', 'sd15-tiny');
const bundleId = 'diffusion/stable-diffusion-1/sd15-tiny';
const starterId = 'diffusion/stable-diffusion-1/vitrine-starter';
const entry = join(import.meta.dirname, '..', 'cli.ts');
let vitrine: TestVitrine;
let folder: string;

beforeAll(() => {
  vitrine = new TestVitrine();
  folder = vitrine.path;
});
afterAll(() => vitrine[Symbol.asyncDispose]());

const document = (...args: string[]) => vitrine.document(...args);

const solid = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .png()
    .toBuffer();

test('a folder is registered, listed, shown, described and taken out again, and stays as it is', async () => {
  cpSync(bundle, join(folder, 'sd15-tiny'), { recursive: true });
  expect(await document('register', 'sd15-tiny')).toEqual({ model_id: bundleId, status: 'registered' });
  expect(await document('register', 'sd15-tiny')).toEqual({ model_id: bundleId, status: 'already_registered' });
  expect(await document('list', '--query', 'tiny')).toMatchObject({
    models: [{ model_id: bundleId }],
    total: 1,
    next_cursor: null,
  });
  expect(await document('show', bundleId)).toMatchObject({ model_id: bundleId, storage_kind: 'external_reference' });
  expect(await document('describe', bundleId)).toMatchObject({ model_id: bundleId, validation_state: 'valid' });
  expect(await document('validate', bundleId)).toEqual({ validation_state: 'valid', validation_errors: [] });
  expect(await document('validate', './sd15-tiny')).toMatchObject({ validation_state: 'valid' });
  expect(await document('classify', 'sd15-tiny')).toMatchObject({ kind: 'diffusers_directory' });
  expect(await document('delete', bundleId)).toMatchObject({
    removed: [expect.stringContaining('metadata.json'), expect.anything()],
  });
  expect(existsSync(join(folder, 'sd15-tiny', 'model_index.json'))).toBe(true);
});

test('what is wrong with a folder is told, with exit code 0 from validate and 3 from register', async () => {
  mkdirSync(join(folder, 'empty'));
  const verdict = await vitrine.run(['validate', 'empty']);
  expect(verdict).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^invalid\n {2}error: .*\[missing_model_index\]/),
  });
  const refused = await vitrine.run(['register', 'empty']);
  expect(refused).toMatchObject({ code: 3, out: '', err: expect.stringContaining('[invalid_bundle]') });
});

test('the human answers are lines of text', async () => {
  expect((await vitrine.run(['list'])).out).toMatch(/^ID +STATE +FAMILY[\s\S]*vitrine-starter +valid[\s\S]*1 of 1\n$/);
  expect((await vitrine.run(['show', starterId])).out).toMatch(/owner +the library\n/);
  expect((await vitrine.run(['list', '--query', 'nonesuch'])).out).toBe('No models.\n');
  expect((await vitrine.run(['doctor'])).out).toMatch(/runner +fake, ready/);
  expect((await vitrine.run(['classify', 'sd15-tiny'])).out).toMatch(/^diffusers_directory\n/);
  expect((await vitrine.run(['describe', starterId])).out).toContain('"execution_contract_version": 1');
});

test('a model whose files the library owns is not deleted by the way', async () => {
  for (const command of ['delete', 'unregister']) {
    expect(await document(command, starterId)).toMatchObject({ failure: { code: 'conflict' } });
  }
});

test('a picture is made, put where it shall go, and told of', async () => {
  const made = await document(
    'generate',
    '--prompt',
    'a sun',
    '--seed',
    '4',
    '--out',
    'new/sun.png',
    '--width',
    '64',
    '--height',
    '64',
  );
  expect(made).toMatchObject({
    images: [
      {
        path: join(folder, 'new', 'sun.png'),
        seed: 4,
        width: 64,
        height: 64,
        infotext: expect.stringMatching(/^a sun\n/),
      },
    ],
    timings: { total_ms: expect.any(Number) },
    provider: 'fake',
  });
  expect(
    readFileSync(join(folder, 'new', 'sun.png'))
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG');
  const several = await vitrine.run(['generate', '--prompt', 'a sun', '--count', '2', '--out', 'new/sun.png']);
  expect(several).toMatchObject({
    code: 0,
    out: expect.stringMatching(/sun-1\.png +128x128, seed \d+\n.*sun-2\.png[\s\S]*Done in/),
  });
  expect(existsSync(join(folder, 'new', 'sun-2.png'))).toBe(true);
});

test('a picture is made from another one, as a variation, and enlarged', async () => {
  writeFileSync(join(folder, 'init.png'), await solid(64, 48));
  const args = [
    '--strength',
    '0.5',
    '--resize-mode',
    '1',
    '--clip-skip',
    '2',
    '--rng',
    'nv',
    '--prompt-syntax',
    'plain',
  ];
  const variation = ['--subseed', '9', '--subseed-strength', '0.25', '--upscale', '2'];
  const made = await document('generate', '--prompt', 'x', '--init', 'init.png', ...args, ...variation);
  expect(made).toMatchObject({
    images: [
      {
        width: 128,
        height: 96,
        infotext: expect.stringMatching(
          /Size: 64x48.*Variation seed: 9, Variation seed strength: 0.25, Denoising strength: 0.5, Clip skip: 2, RNG: NV/,
        ),
      },
    ],
  });
});

test.each([
  ['nowhere.png', null, 'path_not_found'],
  ['empty.png', new Uint8Array(), 'invalid_input'],
  ['text.png', Buffer.from('no picture'), 'invalid_input'],
  ['wide.png', () => solid(30_000, 8), 'invalid_input'],
])('an init picture %s is refused with one sentence', async (name, content, code) => {
  if (content !== null) writeFileSync(join(folder, name), typeof content === 'function' ? await content() : content);
  const { failure } = (await document('generate', '--prompt', 'x', '--init', name)) as { failure: Failure };
  expect(Failure.parse(failure)).toMatchObject({
    code,
    message: expect.stringMatching(/init_image: It is|nothing at/),
  });
});

test('where somebody watches, a line of progress is written over and goes away', async () => {
  const { err } = await vitrine.run(['generate', '--prompt', 'x'], { isTerminal: true });
  expect(err.endsWith('\r\x1b[K')).toBe(true);
});

test('Ctrl-C cancels the job', async () => {
  const canceled = await vitrine.run(['generate', '--prompt', 'x', '--steps', '1000', '--count', '100', '--json'], {
    interruptAfterMs: 0,
  });
  expect({ code: canceled.code, ...JSON.parse(canceled.out) }).toMatchObject({
    code: 3,
    failure: { code: 'canceled' },
  });
});

test.each([
  [['show', 'a/b/c'], 3, 'not_found'],
  [['show', 'no-id'], 3, 'invalid_input'],
  [['validate', 'a/b/nowhere'], 3, 'not_found'],
  [['register', 'nowhere'], 3, 'path_not_found'],
  [['accept', starterId, 'nonesuch'], 3, 'invalid_input'],
  [['accept', starterId, 'missing_optional_component'], 3, 'not_found'],
  [['generate', '--prompt', 'x', '--width', '7'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--seed', '18446744073709551616'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--sampler', 'Nonesuch'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--out', 'sun.jpg'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--bundle', 'empty'], 3, 'asset_not_executable'],
  [['generate', '--prompt', 'x'.repeat(100_001)], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--strength', '1.5'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--upscale', '3'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--rng', 'dice'], 3, 'invalid_input'],
  [['generate', '--prompt', 'x', '--clip-skip', '0'], 3, 'invalid_input'],
  [['generate'], 2, 'invalid_input'],
  [['generate', '--prompt', 'x', '--width', 'wide'], 2, 'invalid_input'],
  [['generate', '--prompt', 'x', '--cfg', ''], 2, 'invalid_input'],
  [['generate', '--prompt', 'x', '--model', starterId, '--bundle', '.'], 2, 'invalid_input'],
  [['list', '--state', 'fine'], 2, 'invalid_input'],
  [['nonesuch'], 2, 'invalid_input'],
])('%j ends with %i and the code %s', async (args, code, failureCode) => {
  const ran = await vitrine.run([...args, '--json']);
  const { failure } = JSON.parse(ran.out) as { failure: unknown };
  expect([ran.code, Failure.parse(failure).code]).toEqual([code, failureCode]);
});

test('help is no failure', async () => {
  expect(await vitrine.run(['--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: vitrine'),
    err: '',
  });
});

test('an --out that leads through a file is refused before anything is made', async () => {
  writeFileSync(join(folder, 'file'), '');
  expect(await document('generate', '--prompt', 'x', '--out', 'file/a/b.png')).toMatchObject({
    failure: { code: 'write_failed' },
  });
});

test('the program prints one document and ends by itself', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [entry, 'list', '--json'], {
    env: { ...process.env, ...vitrine.env },
  });
  expect(JSON.parse(stdout)).toMatchObject({ total: 1 });
  expect(stderr).toBe('');
});

test('serve says its address first, takes the commands of others, and ends when told', async () => {
  const child = spawn(process.execPath, [entry, 'serve', '--port', '0'], {
    env: { ...process.env, ...vitrine.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  const { url } = JSON.parse(line) as { url: string };
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok', runner_kind: 'fake' });
  expect(await document('generate', '--prompt', 'handed over', '--out', 'handed/')).toMatchObject({ provider: 'fake' });
  expect(await document('show', 'a/b/c')).toMatchObject({ failure: { code: 'not_found' } });
  expect(await document('import', 'sd15-tiny', '--mode', 'copy')).toMatchObject({
    results: [{ model_id: bundleId, status: 'imported' }],
  });
  expect(await document('edit', bundleId, '--tag', 'a b&c')).toMatchObject({ tags: ['a b&c'] });
  expect(await document('list', '--tag', 'a b&c', '--storage', 'library_owned')).toMatchObject({ total: 1 });
  expect(await document('reconcile')).toMatchObject({ removed: 0, unchanged: 2 });
  expect(await document('delete', bundleId, '--yes')).toMatchObject({ removed: [expect.any(String)] });
  expect(await document('serve', '--port', '0')).toMatchObject({ failure: { code: 'conflict' } });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(existsSync(join(folder, 'library', '.vitrine', 'instance.json'))).toBe(false);
});

test('serving on all addresses without a key is refused', async () => {
  expect(await document('serve', '--host', '0.0.0.0', '--port', '0')).toMatchObject({
    failure: { code: 'unsafe_address' },
  });
});
