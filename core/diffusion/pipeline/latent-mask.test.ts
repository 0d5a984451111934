import { describe, expect, test } from 'vitest';
import { begunAs, keeping, latentMask } from './latent-mask.ts';

const grey = (width: number, height: number, draw: (x: number, y: number) => number) =>
  Uint8Array.from({ length: width * height }, (_, at) => draw(at % width, Math.floor(at / width)));
const noise = { randn: (count: number) => new Float32Array(count).fill(9) };

describe('the mask of a latent', () => {
  test('is whole where half or more of its pixels are, for each place', () => {
    const mask = latentMask(
      { grey: grey(16, 8, (x) => (x < 12 ? 255 : 0)), begins_as: 'init' },
      { width: 16, height: 8 },
      8,
    );
    expect([...mask.places]).toEqual([1, 1]);
    const less = latentMask(
      { grey: grey(16, 8, (x) => (x < 11 ? 255 : 0)), begins_as: 'init' },
      { width: 16, height: 8 },
      8,
    );
    expect([...less.places]).toEqual([1, 0]);
  });

  test.each([
    ['init', [1, 2, 3, 4]],
    ['noise', [9, 2, 9, 4]],
    ['nothing', [0, 2, 0, 4]],
  ] as const)('that begins as %s leaves all else, in every channel', (beginsAs, expected) => {
    const places = Float32Array.of(1, 0);
    expect([...begunAs(Float32Array.of(1, 2, 3, 4), { places, beginsAs }, noise)]).toEqual(expected);
  });

  test('keeps what it leaves at the noise of each step, and without noise in the end', () => {
    const scheduler = {
      timesteps: [2, 1],
      addNoise: (original: Float32Array, drawn: Float32Array, index: number) =>
        original.map((value, at) => value + (drawn[at] ?? 0) * (2 - index)),
    };
    const mask = { places: Float32Array.of(1, 0), beginsAs: 'init' } as const;
    const keep = keeping(Float32Array.of(10, 20), Float32Array.of(1, 1), mask, scheduler);
    expect([0, 1, 2].map((index) => [...keep(Float32Array.of(5, 5), index)])).toEqual([
      [5, 22],
      [5, 21],
      [5, 20],
    ]);
  });
});
