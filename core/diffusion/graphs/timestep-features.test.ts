import { expect, test } from 'vitest';
import { timestepFeatures } from './timestep-features.ts';

test.each([
  { flipSinToCos: true, frequencyShift: 0, first: Math.cos(7), middle: Math.sin(7) },
  { flipSinToCos: false, frequencyShift: 0, first: Math.sin(7), middle: Math.cos(7) },
])('the first frequency is 1, cosine $flipSinToCos first', ({ first, middle, ...options }) => {
  const features = timestepFeatures(7, 4, options);
  expect(features[0]).toBeCloseTo(first, 6);
  expect(features[2]).toBeCloseTo(middle, 6);
  expect(features[1]).toBeCloseTo(Math[options.flipSinToCos ? 'cos' : 'sin'](0.07), 6);
});

test('a shift of 1 brings the last frequency down to 1 in 10,000', () => {
  const features = timestepFeatures(500, 8, { flipSinToCos: false, frequencyShift: 1 });
  expect(features[3]).toBeCloseTo(Math.sin(0.05), 5);
});
