import { expect, test } from 'vitest';
import { toPixels } from './pixels.ts';

test('planes become pixels, rounded and cut to 0..255', () => {
  const red = [-1, 1];
  const green = [-7, 7];
  const blue = [0, 2 * (100.4 / 255) - 1];
  expect(toPixels({ data: Float32Array.of(...red, ...green, ...blue), dims: [1, 3, 1, 2] })).toEqual({
    width: 2,
    height: 1,
    rgb: Uint8Array.of(0, 0, 128, 255, 255, 100),
  });
});
