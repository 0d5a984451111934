import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderName } from '../contract/generate/runner.ts';
import { roomFor } from '../diffusion/memory/room.ts';
import type { Tensor } from '../diffusion/networks.ts';
import { GraphBuilder } from '../diffusion/onnx/graph-builder.ts';
import { openSession } from '../diffusion/onnx/session.ts';
import { openNetworks } from '../diffusion/open-networks.ts';
import { chooseProvider } from '../diffusion/providers/choose-provider.ts';
import { readWeights } from './read-weights.ts';

/** What the measured process prints, as one line of JSON. Times in seconds. */
export interface NetworkTimes {
  readonly provider: string;
  /** In which the networks were run there. */
  readonly precision: string;
  /** Null where steps are not measured. */
  readonly loadToFirstStep: number | null;
  readonly text: number;
  readonly steps: Readonly<Record<string, readonly number[]>>;
  readonly decode: Readonly<Record<string, readonly number[]>>;
  readonly peakAfterLoadBytes: number;
  readonly peakBytes: number;
  /** Of a plain product of 1024 x 1024 matrices, the best of ten: what the steps can be held against on any machine. */
  readonly productFlops: number;
}

const seconds = async (act: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
};

/** Kept low between -1 and 1 and never twice the same, as noise is. */
function noise(dims: readonly number[]): Tensor {
  const size = dims.reduce((product, one) => product * one, 1);
  return { dims, data: Float32Array.from({ length: size }, (_, at) => Math.sin(at * 78.233) * Math.sqrt(2)) };
}

/** Linux counts a peak of its own; elsewhere `maxRSS` is it. */
function peakBytes(): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (line?.[1] !== undefined) return Number(line[1]) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

const [bundle = '', provider = 'cpu', sizes = '256,512', repeats = '5', parts = 'steps,decode'] = process.argv.slice(2);
const measures = (part: string): boolean => parts.split(',').includes(part);
// Into the page cache, without a block of memory that would count to the peak.
await readWeights(join(bundle, 'unet'), () => undefined);
const choice = await chooseProvider(ProviderName.parse(provider));
const networks = await openNetworks(bundle, choice.provider, choice.attention, choice.precision);
const tokens = [Array.from({ length: 77 }, (_, at) => at), Array.from({ length: 77 }, () => 0)];
const encoding = await networks.encodeText([tokens], 0);
const text = await seconds(() => networks.encodeText([tokens], 0));
// As a run does before its first step.
await roomFor(networks.memory).leave('text');
const step = (size: number, timestep: number) => {
  const cells = size / networks.pixelsPerLatent;
  const sample = noise([1, networks.latentChannels, cells, cells]);
  return seconds(() => networks.predictNoise({ sample, timestep, ...encoding, timeIds: null }));
};
const allSizes = sizes.split(',').map(Number);
const loadToFirstStep = measures('steps') ? await step(allSizes[0] ?? 256, 999) : null;
const peakAfterLoadBytes = peakBytes();
const steps: Record<string, number[]> = {};
const decode: Record<string, number[]> = {};
for (const size of measures('steps') ? allSizes : []) {
  const times: number[] = [];
  await step(size, 990);
  for (let turn = 0; turn < Number(repeats); turn++) times.push(await step(size, 981 - turn));
  steps[size] = times;
}
for (const size of measures('decode') ? allSizes : []) {
  const cells = size / networks.pixelsPerLatent;
  const latent = noise([1, networks.latentChannels, cells, cells]);
  await networks.decode(latent);
  decode[size] = [await seconds(() => networks.decode(latent)), await seconds(() => networks.decode(latent))];
}
const peakOfNetworks = peakBytes();
await networks.close();

const size = 1024;
const graph = new GraphBuilder('product');
const [left, right] = [graph.input('left', [size, size]), graph.input('right', [size, size])];
graph.output('product', graph.node('MatMul', [left, right]), [size, size]);
const session = await openSession(graph.finish(), { provider: networks.provider });
const feeds = { left: noise([size, size]), right: noise([size, size]) };
const products: number[] = [];
for (let turn = 0; turn < 10; turn++) products.push(await seconds(() => session.run(feeds)));
await session.close();

const times: NetworkTimes = {
  provider: networks.provider,
  precision: choice.precision,
  loadToFirstStep,
  text,
  steps,
  decode,
  peakAfterLoadBytes,
  peakBytes: peakOfNetworks,
  productFlops: (2 * size ** 3) / Math.min(...products),
};
process.stdout.write(`${JSON.stringify(times)}\n`);
