import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { machineKey } from './machine-key.ts';
import type { Provider, Verdict } from './verdict.ts';
import { openVerdicts } from './verdicts.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verdicts-'));
  path = join(folder, 'data', 'providers.json');
});
afterEach(() => rm(folder, { recursive: true }));

const verdict: Verdict = {
  usable: true,
  attention: 'fused',
  precision: 'float16',
  isFaster: true,
  speed: 12,
  reason: null,
};

/** A start of the program: what it tried is in `tried`. */
function start(key = 'this machine', judge = async (): Promise<Verdict> => verdict) {
  const tried: Provider[] = [];
  const verdicts = openVerdicts({
    path,
    keyOf: async () => key,
    judge: (provider) => {
      tried.push(provider);
      return judge();
    },
  });
  return { verdicts, tried };
}

test('a provider is tried once, and remembered by the next start', async () => {
  const first = start();
  expect(await Promise.all([first.verdicts.of('webgpu'), first.verdicts.of('webgpu')])).toEqual([verdict, verdict]);
  expect(first.tried).toEqual(['webgpu']);
  const second = start();
  expect(await second.verdicts.of('webgpu')).toEqual(verdict);
  expect(second.tried).toEqual([]);
});

test('another runtime, driver or system tries anew, and so does whoever asks for it', async () => {
  await start().verdicts.of('webgpu');
  const elsewhere = start('another machine');
  await elsewhere.verdicts.of('webgpu');
  await elsewhere.verdicts.forget();
  await elsewhere.verdicts.of('webgpu');
  expect(elsewhere.tried).toEqual(['webgpu', 'webgpu']);
});

test('a provider that ends the process twice is not tried a third time; others are', async () => {
  const never = () => new Promise<Verdict>(() => undefined);
  for (let turn = 0; turn < 2; turn++) {
    const killed = start('this machine', never);
    void killed.verdicts.of('dml');
    while (killed.tried.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const third = start();
  expect(await third.verdicts.of('dml')).toMatchObject({
    usable: false,
    reason: 'It ended the process when it was tried.',
  });
  await third.verdicts.of('webgpu');
  expect(third.tried).toEqual(['webgpu']);
  await third.verdicts.forget();
  expect(await third.verdicts.of('dml')).toEqual(verdict);
});

test.each([
  '',
  '{',
  '[]',
  '{"version":2}',
  '{"version":1,"key":"this machine","verdicts":{"webgpu":{"usable":"yes"}}}',
])('a file of %j is as none, and is written anew', async (text) => {
  await start().verdicts.of('cuda');
  await writeFile(path, text);
  const after = start();
  await after.verdicts.of('webgpu');
  expect(after.tried).toEqual(['webgpu']);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ verdicts: { webgpu: verdict }, trying: null });
});

test('without a place to remember, or with one that cannot be written, it goes all the same', async () => {
  const verdicts = openVerdicts({ path: null, keyOf: async () => 'key', judge: async () => verdict });
  expect(await verdicts.of('webgpu')).toEqual(verdict);
  await writeFile(join(folder, 'data'), 'a file where a folder should be');
  expect(await start().verdicts.of('webgpu')).toEqual(verdict);
});

test('the key of a machine stays, and changes with the runtime and the choice of a driver', async () => {
  const key = await machineKey('1.30.0');
  expect(await machineKey('1.30.0')).toBe(key);
  expect(await machineKey('1.31.0')).not.toBe(key);
  const before = process.env.VK_DRIVER_FILES;
  process.env.VK_DRIVER_FILES = '/another/driver.json';
  try {
    expect(await machineKey('1.30.0')).not.toBe(key);
  } finally {
    if (before === undefined) delete process.env.VK_DRIVER_FILES;
    else process.env.VK_DRIVER_FILES = before;
  }
});
