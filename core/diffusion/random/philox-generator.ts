import type { NoiseGenerator } from './torch-generator.ts';

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keySteps = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

type Four = readonly [number, number, number, number];

/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"): four 32-bit numbers for a counter and a key.
 */
export function philox4x32(counter: Four, key: readonly [number, number]): Four {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = highOfProduct(multipliers[0], c0);
    const low0 = Math.imul(multipliers[0], c0) >>> 0;
    const high1 = highOfProduct(multipliers[1], c2);
    const low1 = Math.imul(multipliers[1], c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + keySteps[0]) >>> 0;
    k1 = (k1 + keySteps[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The upper 32 bits of the product of two 32-bit numbers, by halves: a double holds no 64 bits. */
function highOfProduct(left: number, right: number): number {
  const [leftHigh, leftLow] = [left >>> 16, left & 0xffff];
  const [rightHigh, rightLow] = [right >>> 16, right & 0xffff];
  const middle = leftHigh * rightLow + Math.floor((leftLow * rightLow) / 65_536);
  const other = leftLow * rightHigh + (middle % 65_536);
  return (leftHigh * rightHigh + Math.floor(middle / 65_536) + Math.floor(other / 65_536)) >>> 0;
}

const toUnit = 2 ** -32;

/**
 * Torch's generator on NVIDIA's cards, which stable-diffusion-webui calls `NV`: number i of a draw is the first of thread i's, its counter the
 * draw's number and its own, its key the seed; two 32-bit numbers make one normal one (Box and Muller, the sine).
 *
 * So torch draws while each number has a thread of its own. Beyond, which depends on the card (some hundred thousand: pictures past about
 * 1800 px a side), its numbers are others.
 */
export function philoxGenerator(seed: number): NoiseGenerator {
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  let draw = 0;
  return {
    randn: (count) => {
      const numbers = new Float32Array(count);
      for (let index = 0; index < count; index++) {
        const [first, second] = philox4x32([draw, 0, index, 0], key);
        const radius = Math.sqrt(-2 * Math.log((first + 0.5) * toUnit));
        numbers[index] = radius * Math.sin((second + 0.5) * toUnit * 2 * Math.PI);
      }
      draw++;
      return numbers;
    },
  };
}
