import { describe, expect, it } from 'vitest';
import { drawSeed, seedsOf } from './seeds.ts';

describe('seeds', () => {
  it.each([
    [7, 3, [7, 8, 9]],
    [0, 1, [0]],
    [2 ** 32 - 2, 4, [2 ** 32 - 2, 2 ** 32 - 1, 0, 1]],
  ])('of %i for %i pictures count up, and wrap', (seed, count, seeds) => {
    expect(seedsOf(seed, count)).toEqual(seeds);
  });

  it('that are drawn lie in 0 to 2^32 - 3, and differ', () => {
    const drawn = Array.from({ length: 100 }, drawSeed);
    expect(drawn.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= 2 ** 32 - 3)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});
