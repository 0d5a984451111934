import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoadedWeights, loadWeights } from './load-weights.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turned-'));
});
afterAll(() => rm(folder, { recursive: true }));

const matrix = [1, 0, 2, -1, 0.5, 0];

/** `[3, n]` of rows of `matrix` and pairs of what is stored. */
const turnedBy = (stored: ArrayLike<number>): number[] =>
  [0, 1, 2].flatMap((row) =>
    Array.from(
      { length: stored.length / 2 },
      (_, at) =>
        (matrix[2 * row] ?? 0) * (stored[2 * at] ?? 0) + (matrix[2 * row + 1] ?? 0) * (stored[2 * at + 1] ?? 0),
    ),
  );

function floatsOf({ feeds }: LoadedWeights): number[] {
  const data = feeds.kernel?.data;
  return data instanceof Float32Array ? [...data] : [];
}

// Numbers that every one of these forms holds exactly.
const values = Float32Array.from({ length: 2 ** 20 + 6 }, (_, at) => (at % 251) - 125);
const bits = new Uint32Array(values.buffer);

test.each([
  { dtype: 'F32', stored: values },
  { dtype: 'F64', stored: Float64Array.from(values) },
  { dtype: 'F16', stored: new Uint16Array(Float16Array.from(values).buffer) },
  { dtype: 'BF16', stored: Uint16Array.from(bits, (one) => one >>> 16) },
])('a weight of $dtype of more than a piece is read from its place and turned', async ({ dtype, stored }) => {
  const path = join(folder, dtype);
  await writeFile(path, Buffer.concat([Buffer.alloc(6), Buffer.from(stored.buffer)]));
  const tensor = { dtype, shape: [values.length], offsetBytes: 6, lengthBytes: stored.byteLength, path };
  const dims = [3, values.length / 2, 1];
  const read = await loadWeights([{ name: 'kernel', tensor, matrix, columns: 2, dims }]);
  expect(read.feeds.kernel?.dims).toEqual(dims);
  const got = floatsOf(read);
  const expected = turnedBy(values);
  expect(got).toHaveLength(expected.length);
  expect(got.findIndex((value, at) => value !== expected[at])).toBe(-1);
  read.free();
});

test('infinities and numbers that are none stay what they are', async () => {
  const stored = Uint16Array.of(0x7c00, 0, 0xfc00, 0, 0x7e00, 0);
  const bytes = new Uint8Array(stored.buffer);
  const tensor = { dtype: 'F16', shape: [6], offsetBytes: 0, lengthBytes: 12, path: 'nowhere', bytes };
  const read = await loadWeights([{ name: 'kernel', tensor, matrix: [1, 0], columns: 2, dims: [1, 3] }]);
  expect(floatsOf(read)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  read.free();
});

test('a file that ends before its weights do is refused', async () => {
  const path = join(folder, 'short');
  await writeFile(path, new Uint8Array(10));
  const tensor = { dtype: 'F16', shape: [8], offsetBytes: 0, lengthBytes: 16, path };
  await expect(loadWeights([{ name: 'kernel', tensor, matrix, columns: 2, dims: [3, 4] }])).rejects.toThrow(
    `${path} ends before its weights do`,
  );
});
