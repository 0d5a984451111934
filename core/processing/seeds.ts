import { randomInt } from 'node:crypto';
import { maxSeed } from '../contract/generate/generate.ts';

// stable-diffusion-webui draws below 2^32 - 2, so that a batch seldom wraps.
const drawnBelow = 2 ** 32 - 2;

/** A seed for a request that left it to us: 0 to 2^32 - 3. */
export function drawSeed(): number {
  return randomInt(drawnBelow);
}

/** The seed of a second noise for a request that left that to us too: another one, and the same for the same `drawnSeed`. */
export function secondSeed(drawnSeed: number): number {
  return (Math.imul(drawnSeed ^ 0x5bd1e995, 0x9e3779b1) >>> 0) % drawnBelow;
}

/** One seed a picture: seed + i, beginning again at 0 after 2^32 - 1. */
export function seedsOf(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, item) => (seed + item) % (maxSeed + 1));
}

/** The seed of the first picture, for all: those of a variation differ by their second noise. */
export function sameSeeds(seed: number, count: number): number[] {
  return Array.from({ length: count }, () => seed);
}
