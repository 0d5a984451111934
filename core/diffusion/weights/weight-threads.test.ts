import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInThreads } from './weight-threads.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'threads-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('many weights come in their order, of two loads at once, and one that is short fails its own load alone', async () => {
  const values = Float32Array.from({ length: 4000 }, (_, at) => at);
  const path = join(folder, 'weights');
  await writeFile(path, new Uint8Array(values.buffer));
  const ten = (first: number) => ({
    dtype: 'F32',
    shape: [10],
    offsetBytes: 4 * first,
    lengthBytes: 40,
    path,
  });
  const whole = readInThreads(Array.from({ length: 100 }, (_, at) => ({ tensor: ten(at) })));
  const broken = Promise.allSettled(
    readInThreads([3990, 3995, ...Array.from({ length: 100 }, () => 0)].map((at) => ({ tensor: ten(at) }))),
  );
  const got = await Promise.all(whole);
  expect(got.map((floats) => [...floats])).toEqual(
    Array.from({ length: 100 }, (_, at) => Array.from({ length: 10 }, (_one, more) => at + more)),
  );
  const outcomes = await broken;
  expect(outcomes[0]).toMatchObject({ status: 'fulfilled' });
  expect(outcomes[1]).toMatchObject({
    status: 'rejected',
    reason: { message: `${path} ends before its weights do` },
  });
  expect(outcomes.at(-1)).toMatchObject({ status: 'rejected' });
});
