import { expect, test } from 'vitest';
import { stretchedTo } from './stretch-latent.ts';

// What torch.nn.functional.interpolate(mode='bilinear') gives for these.
test.each([
  { name: 'twice as wide', data: [0, 1], from: [1, 1, 1, 2], to: [1, 1, 1, 4], expected: [0, 0.25, 0.75, 1] },
  { name: 'half as wide', data: [0, 1, 2, 3], from: [1, 1, 1, 4], to: [1, 1, 1, 2], expected: [0.5, 2.5] },
  {
    name: 'both ways, channels apart',
    data: [0, 1, 2, 3, 10, 10, 10, 10],
    from: [1, 2, 2, 2],
    to: [1, 2, 3, 3],
    expected: [0, 0.5, 1, 1, 1.5, 2, 2, 2.5, 3, ...Array.from({ length: 9 }, () => 10)],
  },
  { name: 'from one cell', data: [7], from: [1, 1, 1, 1], to: [1, 1, 2, 2], expected: [7, 7, 7, 7] },
  { name: 'of the same size', data: [4, 5, 6, 7], from: [1, 1, 2, 2], to: [1, 1, 2, 2], expected: [4, 5, 6, 7] },
])('a latent stretched $name lies bilinear between its cells', ({ data, from, to, expected }) => {
  const stretched = stretchedTo({ data: Float32Array.from(data), dims: from }, to);
  expect(stretched.dims).toEqual(to);
  expect([...stretched.data].map((value) => Math.round(value * 1e5) / 1e5)).toEqual(expected);
});
