import { MersenneTwister } from './mersenne-twister.ts';

/** A source of noise that diffusers would draw the same numbers from. */
export interface NoiseGenerator {
  /** Standard normal numbers, float32. How many are asked for at once decides which they are. */
  randn(count: number): Float32Array;
}

/** From this many numbers on torch draws in blocks. */
const blockSize = 16;

/**
 * Torch's CPU generator: `torch.Generator().manual_seed(seed)`, then `torch.randn(count, generator=…)`.
 *
 * Fewer than 16 numbers are drawn one by one, in double precision, the second of a Box-Muller pair kept for the next call; more are drawn
 * as uniform numbers of 24 bits and turned in blocks of 16, and a rest that fills no block redraws the last 16.
 * Source: PyTorch, aten/src/ATen/native/cpu/DistributionTemplates.h and aten/src/ATen/core/DistributionsHelper.h.
 */
export function torchGenerator(seed: number): NoiseGenerator {
  const engine = new MersenneTwister(seed);
  let kept: number | null = null;

  const uniform24 = (): number => (engine.next32() & 0xffffff) / 2 ** 24;
  const uniform53 = (): number => {
    const high = engine.next32() & 0x1fffff;
    return (high * 2 ** 32 + engine.next32()) / 2 ** 53;
  };

  const drawOne = (): number => {
    if (kept !== null) {
      const value = kept;
      kept = null;
      return value;
    }
    const angle = 2 * Math.PI * uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  const turnBlock = (block: Float32Array): void => {
    const half = blockSize / 2;
    for (let index = 0; index < half; index++) {
      const radius = Math.sqrt(-2 * Math.log(1 - (block[index] ?? 0)));
      const angle = 2 * Math.PI * (block[index + half] ?? 0);
      block[index] = radius * Math.cos(angle);
      block[index + half] = radius * Math.sin(angle);
    }
  };

  return {
    randn: (count) => {
      const numbers = new Float32Array(count);
      if (count < blockSize) return numbers.map(drawOne);
      for (let index = 0; index < count; index++) numbers[index] = uniform24();
      for (let start = 0; start + blockSize <= count; start += blockSize)
        turnBlock(numbers.subarray(start, start + blockSize));
      if (count % blockSize !== 0) {
        const last = numbers.subarray(count - blockSize);
        for (let index = 0; index < blockSize; index++) last[index] = uniform24();
        turnBlock(last);
      }
      return numbers;
    },
  };
}
