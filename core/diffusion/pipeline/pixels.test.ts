import { expect, test } from 'vitest';
import { toPixels } from './pixels.ts';
import { previewOf } from './preview.ts';

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

test.each([
  { channels: 4, scalingFactor: 0.18215, grey: 128 },
  { channels: 4, scalingFactor: 0.13025, grey: 150 },
  { channels: 16, scalingFactor: 1, grey: 128 },
  { channels: 2, scalingFactor: 1, grey: 128 },
])(
  'a latent of $channels channels, scaled by $scalingFactor, has a preview of its size',
  ({ channels, scalingFactor, grey }) => {
    const dims = [1, channels, 3, 5];
    const empty = previewOf({ data: new Float32Array(channels * 15), dims }, scalingFactor);
    expect(empty).toMatchObject({ width: 5, height: 3 });
    expect(empty.rgb).toHaveLength(45);
    expect(empty.rgb[0]).toBe(grey);
    const bright = previewOf({ data: new Float32Array(channels * 15).fill(1), dims }, scalingFactor);
    expect(bright.rgb).not.toEqual(empty.rgb);
  },
);
