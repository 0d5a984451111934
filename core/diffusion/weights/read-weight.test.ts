import { expect, test } from 'vitest';
import { readWeight } from './read-weight.ts';

const inMemory = (dtype: string, numbers: Uint16Array) => ({
  dtype,
  shape: [numbers.length],
  offsetBytes: 0,
  lengthBytes: numbers.byteLength,
  path: 'nowhere',
  bytes: new Uint8Array(numbers.buffer),
});
const allBits = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
const bitsOf = (floats: Float32Array) => new Uint32Array(floats.buffer);

test('every half is the float that it is, infinite ones and zeros by their sign, numbers that are none as such', () => {
  const got = readWeight({ tensor: inMemory('F16', allBits) });
  const expected = Float32Array.from(new Float16Array(allBits.buffer));
  const isSame = (at: number) =>
    Number.isNaN(expected[at]) ? Number.isNaN(got[at]) : bitsOf(got)[at] === bitsOf(expected)[at];
  expect(got).toHaveLength(expected.length);
  expect(allBits.findIndex((at) => !isSame(at))).toBe(-1);
});

test('every bfloat16 is the upper half of a float', () => {
  const got = bitsOf(readWeight({ tensor: inMemory('BF16', allBits) }));
  expect(allBits.findIndex((bits) => got[bits] !== bits * 2 ** 16)).toBe(-1);
});

test.each([1, 3, 16, 17, 1024, 1025, 7282, 7283])('%d kernels of nine numbers are turned each by itself', (count) => {
  const stored = Float16Array.from({ length: 9 * count }, (_, at) => ((at * 7) % 23) - 11);
  const matrix = Array.from({ length: 36 * 9 }, (_, at) => ((at * 5) % 13) / 4 - 1);
  const tensor = inMemory('F16', new Uint16Array(stored.buffer));
  const got = readWeight({ tensor, form: { matrix, columns: 9 } });
  const expected = Array.from({ length: 36 * count }, (_, at) => {
    const [row, kernel] = [Math.floor(at / count), at % count];
    return Array.from(stored.subarray(9 * kernel, 9 * kernel + 9)).reduce(
      (sum, value, column) => sum + value * (matrix[9 * row + column] ?? 0),
      0,
    );
  });
  expect(got).toHaveLength(expected.length);
  expect(expected.findIndex((value, at) => value !== got[at])).toBe(-1);
});
