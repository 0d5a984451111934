import { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { readComponentWeights } from '../../formats/weights/component-weights.ts';
import { UnetConfig } from '../graphs/unet-config.ts';
import type { NoiseInput, Tensor } from '../networks.ts';
import { largestDifference, readTensors, referencePath, tensorOf } from '../reference/read-tensors.ts';
import { type NoisePredictor, openNoisePredictor } from './noise-predictor.ts';
import { startSegmentThread } from './thread-chain.ts';
import type { UnetRunnerOptions } from './unet-runner.ts';

async function predictorOf(bundle: string, threading: Pick<UnetRunnerOptions, 'rowThreads' | 'startThread'>) {
  const folder = referencePath(`bundles/${bundle}/unet`);
  const { default: json } = await import(`${folder}/config.json`, { with: { type: 'json' } });
  const { tensors } = await readComponentWeights(folder);
  const part = { folder, config: UnetConfig.parse(json), tensors };
  const forms = { attention: 'fused', convolution: 'winograd', scaling: 'together' } as const;
  // In as many graphs as it can be.
  return openNoisePredictor(part, 'cpu', forms, 0, 'float32', threading);
}

const referenceInput = (bundle: string) => {
  const expected = readTensors(`expected/${bundle}.safetensors`);
  const isXl = bundle === 'sdxl-tiny';
  const input: NoiseInput = {
    sample: tensorOf(expected, 'unet.sample'),
    timestep: 500,
    context: tensorOf(expected, 'unet.context'),
    pooled: isXl ? tensorOf(expected, 'unet.text_embeds') : null,
    timeIds: isXl ? tensorOf(expected, 'unet.time_ids') : null,
  };
  return { input, noise: tensorOf(expected, 'unet.out.500') };
};

test.each(['sd15-tiny', 'sd21-tiny', 'sdxl-tiny'])('the rows of %s, run apart, are the reference’s', async (bundle) => {
  const start = vi.fn(startSegmentThread);
  const predictor = await predictorOf(bundle, { rowThreads: 1, startThread: start });
  const { input, noise } = referenceInput(bundle);
  const got = await predictor.predict(input);
  expect(got.dims).toEqual(noise.dims);
  expect(largestDifference(got.data, noise.data)).toBeLessThan(2e-5);
  expect(start).toHaveBeenCalledTimes(1);
  await predictor.close();
  await expect.poll(() => start.mock.results[0]?.value.threadId).toBe(-1);
});

const rowsOf = ({ data, dims }: Tensor, rows: number): Tensor => {
  const size = data.length / (dims[0] ?? 1);
  const repeated = new Float32Array(size * rows);
  for (let row = 0; row < rows; row++)
    repeated.set(
      data.subarray(0, size).map((value, at) => value + 0.01 * row * Math.sin(at)),
      row * size,
    );
  return { data: repeated, dims: [rows, ...dims.slice(1)] };
};

test.each([
  { rows: 1, samples: 1, size: 8 },
  { rows: 2, samples: 1, size: 8 },
  { rows: 3, samples: 1, size: 8 },
  { rows: 4, samples: 1, size: 8 },
  { rows: 4, samples: 4, size: 8 },
  // Maps that do not halve evenly are run by other graphs.
  { rows: 2, samples: 1, size: 9 },
])('$rows rows of $samples maps of $size cells are the same apart as together', async ({ rows, samples, size }) => {
  const { input } = referenceInput('sd15-tiny');
  const map = {
    data: Float32Array.from({ length: 4 * size * size }, (_, at) => Math.sin(at)),
    dims: [1, 4, size, size],
  };
  const asked = { ...input, sample: rowsOf(map, samples), context: rowsOf(input.context, rows) };
  const [apart, together] = [
    await predictorOf('sd15-tiny', { rowThreads: 1 }),
    await predictorOf('sd15-tiny', { rowThreads: null }),
  ];
  const [got, expected] = [await apart.predict(asked), await together.predict(asked)];
  expect(got.dims).toEqual([rows, 4, size, size]);
  expect(got.dims).toEqual(expected.dims);
  expect(largestDifference(got.data, expected.data)).toBeLessThan(2e-5);
  await Promise.all([apart, together].map((one) => one.close()));
});

const noiseAt = async (predictor: NoisePredictor, changes: Partial<NoiseInput> = {}) =>
  (await predictor.predict({ ...referenceInput('sd15-tiny').input, ...changes })).data;

test('rows that run apart follow a change of size, prompt and time, and run again after a rest and after they were let go', async () => {
  const { input, noise } = referenceInput('sd15-tiny');
  const predictor = await predictorOf('sd15-tiny', { rowThreads: 1 });
  const odd = { data: new Float32Array(4 * 7 * 9).fill(0.5), dims: [1, 4, 7, 9] };
  expect(await noiseAt(predictor, { sample: odd })).toHaveLength(2 * 4 * 7 * 9);
  expect(largestDifference(await noiseAt(predictor), noise.data)).toBeLessThan(2e-5);
  const other = { ...input.context, data: input.context.data.map((value) => -value) };
  expect(largestDifference(await noiseAt(predictor, { context: other }), noise.data)).toBeGreaterThan(1e-3);
  expect(largestDifference(await noiseAt(predictor, { timestep: 20 }), noise.data)).toBeGreaterThan(1e-3);
  predictor.rest();
  expect(largestDifference(await noiseAt(predictor), noise.data)).toBeLessThan(2e-5);
  await predictor.close();
  expect(predictor.isLoaded).toBe(false);
  expect(largestDifference(await noiseAt(predictor), noise.data)).toBeLessThan(2e-5);
  await predictor.close();
});

test.each([
  ['ends', 'process.exit(1)'],
  ['fails', 'throw new Error("no")'],
])('when the thread for half of the rows %s, all are run together, then and later', async (_, program) => {
  const { noise } = referenceInput('sd15-tiny');
  const start = vi.fn(() => new Worker(program, { eval: true }));
  const predictor = await predictorOf('sd15-tiny', { rowThreads: 1, startThread: start });
  for (const _time of [1, 2]) expect(largestDifference(await noiseAt(predictor), noise.data)).toBeLessThan(2e-5);
  await predictor.close();
  expect(largestDifference(await noiseAt(predictor), noise.data)).toBeLessThan(2e-5);
  await predictor.close();
  expect(start).toHaveBeenCalledTimes(1);
});
