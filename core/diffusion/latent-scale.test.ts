import { expect, test } from 'vitest';
import { latentOf, latentStatistics, sampleOf } from './latent-scale.ts';
import { largestDifference } from './reference/read-tensors.ts';

const dims = [2, 2, 1, 3];
const data = Float32Array.from({ length: 12 }, (_, at) => at - 5);

test('latents are samples divided by the scaling factor', () => {
  expect([...latentOf({ data, dims }, { scalingFactor: 0.5 }).data]).toEqual([...data.map((value) => value * 2)]);
  expect([...sampleOf({ data, dims }, { scalingFactor: 0.5 }).data]).toEqual([...data.map((value) => value / 2)]);
});

test('each channel has its own mean and deviation', () => {
  const latentStatistics = { mean: [10, 100], deviation: [1, 4] };
  const scale = { scalingFactor: 0.5, latentStatistics };
  const latent = latentOf({ data, dims }, scale);
  expect([...latent.data]).toEqual([0, 2, 4, 84, 92, 100, 12, 14, 16, 132, 140, 148]);
  expect(largestDifference(sampleOf(latent, scale).data, data)).toBeLessThan(1e-5);
});

test('a mean without a deviation is none, as in diffusers', () => {
  expect(latentStatistics({ latents_mean: [1], latents_std: null })).toBeNull();
  expect(latentStatistics({ latents_std: [1] })).toBeNull();
  expect(latentStatistics({ latents_mean: [1], latents_std: [2] })).toEqual({ mean: [1], deviation: [2] });
});
