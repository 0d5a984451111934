import { describe, expect, test } from 'vitest';
import { mixNoise } from './mix-noise.ts';
import { philox4x32, philoxGenerator } from './philox-generator.ts';

const all = 0xffffffff;

/** Known answers that its authors publish with Random123. */
test.each([
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [all, all, all, all],
    [all, all],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const)('Philox of %j with the key %j is %j', (counter, key, expected) => {
  expect(philox4x32(counter, key)).toEqual(expected);
});

describe('noise as NVIDIA’s cards draw it', () => {
  test('is standard normal, the same for a seed, another at each draw', () => {
    const generator = philoxGenerator(7);
    const [first, second] = [generator.randn(20_000), generator.randn(20_000)];
    expect(philoxGenerator(7).randn(20_000)).toEqual(first);
    expect(second).not.toEqual(first);
    const mean = first.reduce((sum, one) => sum + one, 0) / first.length;
    const square = first.reduce((sum, one) => sum + one * one, 0) / first.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
  });

  test('has the numbers that torch was seen to give on a card for seed 0', () => {
    const expected = [
      [-0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284],
      [-1.0745, -0.3631, -1.6711, 2.2655, 0.3117, -0.1842, 1.2866, 1.182],
      [-0.1271, 1.2169, 1.4353, 1.0605, -0.4941, -1.4244, -0.7244, -1.2973],
    ].flat();
    const numbers = philoxGenerator(0).randn(64);
    for (const [at, number] of expected.entries()) expect(numbers[at]).toBeCloseTo(number, 4);
  });
});

describe('a variation', () => {
  const dims = [1, 2, 3, 2];
  const [own, other] = [philoxGenerator(1).randn(12), philoxGenerator(2).randn(12)];
  test.each([
    [0, own],
    [1, other],
  ])('of strength %i is one of the two', (strength, expected) => {
    for (const [at, value] of mixNoise(own, other, strength, dims).entries())
      expect(value).toBeCloseTo(expected[at] ?? 0, 5);
  });

  test('keeps the length of columns that have one, and of noise that is the same', () => {
    const [right, up] = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0)];
    const half = mixNoise(right, up, 0.5, [1, 1, 3, 1]);
    expect(Math.hypot(...half)).toBeCloseTo(1, 6);
    expect(half[0]).toBeCloseTo(Math.SQRT1_2, 6);
    expect([...mixNoise(right, right, 0.3, [1, 1, 3, 1])]).toEqual([...right]);
    expect([...mixNoise(new Float32Array(3), up, 0.25, [1, 1, 3, 1])]).toEqual([0, 0.25, 0]);
  });
});
