import { expect, test } from 'vitest';
import type { Tensor } from '../networks.ts';
import { rowHalves } from './row-halves.ts';

const width = 2 ** 15;
const tensor = (rows: number, first: number): Tensor => ({
  data: Float32Array.from({ length: rows * width }, (_, at) => first + at),
  dims: [rows, width],
});
const numbersOf = (one: Tensor | undefined) => ({ dims: one?.dims, first: one?.data[0], count: one?.data.length });

test('each half has its rows, and what has one row for all goes to both', () => {
  const [own, other] = rowHalves().of({ key: tensor(4, 0), time: tensor(1, 7) }, 4);
  expect(numbersOf(own.key)).toEqual({ dims: [2, width], first: 0, count: 2 * width });
  expect(numbersOf(other.key)).toEqual({ dims: [2, width], first: 2 * width, count: 2 * width });
  for (const half of [own, other]) expect(numbersOf(half.time)).toEqual({ dims: [1, width], first: 7, count: width });
});

test('the other thread shares memory, which the same tensor fills once and another one of its size anew', () => {
  const halves = rowHalves();
  const key = tensor(2, 0);
  const lastOf = (of: Tensor) => halves.of({ key: of }, 2)[1].key?.data;
  const shared = lastOf(key);
  expect(shared?.buffer).toBeInstanceOf(SharedArrayBuffer);
  key.data[width] = -1;
  expect(lastOf(key)).toBe(shared);
  expect(shared?.[0]).toBe(width);
  expect(lastOf(tensor(2, 5))).toBe(shared);
  expect(shared?.[0]).toBe(width + 5);
  expect(lastOf(tensor(4, 0))?.buffer).not.toBe(shared?.buffer);
  halves.forget();
  expect(lastOf(key)?.buffer).not.toBe(shared?.buffer);
});
