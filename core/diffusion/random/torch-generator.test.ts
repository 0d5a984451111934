import { describe, expect, test } from 'vitest';
import { largestDifference, readTensors } from '../reference/read-tensors.ts';
import { torchGenerator } from './torch-generator.ts';

const cases = [...readTensors('torch_cpu_randn.safetensors')].map(([name, { data }]) => {
  const [, seed = '', count = ''] = name.split('|');
  return { seed: Number(seed), count: Number(count), data };
});

describe("torch's CPU generator", () => {
  test('the reference holds both ways of drawing, and tails', () => {
    expect(cases.some(({ count }) => count < 16)).toBe(true);
    expect(cases.some(({ count }) => count > 16 && count % 16 !== 0)).toBe(true);
  });

  test.each(cases)("seed $seed gives torch's first $count numbers", ({ seed, count, data }) => {
    expect(largestDifference(torchGenerator(seed).randn(count), data)).toBeLessThan(1e-6);
  });

  test('the second number of a pair is kept for the next call', () => {
    const [whole, parts] = [torchGenerator(7).randn(4), torchGenerator(7)];
    expect([...parts.randn(1), ...parts.randn(2), ...parts.randn(1)]).toEqual([...whole]);
  });

  test('a seed past 32 bits counts by its low 32 bits', () => {
    expect(torchGenerator(2 ** 32 + 5).randn(20)).toEqual(torchGenerator(5).randn(20));
  });
});
