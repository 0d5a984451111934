const size = 624;
const shift = 397;

/**
 * The 32-bit Mersenne Twister MT19937 (Matsumoto, Nishimura 1998), seeded with one 32-bit number. Torch's CPU generator seeds it with the
 * low 32 bits of its 64-bit seed.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(size);
  #next = size;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let index = 1; index < size; index++) {
      const previous = state[index - 1] ?? 0;
      state[index] = Math.imul(1_812_433_253, previous ^ (previous >>> 30)) + index;
    }
  }

  /** The next whole number, 0 to 2^32 - 1. */
  next32(): number {
    if (this.#next === size) this.#refill();
    let value = this.#state[this.#next++] ?? 0;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let index = 0; index < size; index++) {
      const mixed = ((state[index] ?? 0) & 0x80000000) | ((state[(index + 1) % size] ?? 0) & 0x7fffffff);
      state[index] = (state[(index + shift) % size] ?? 0) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
