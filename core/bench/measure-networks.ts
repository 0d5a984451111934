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

/** What the measured process is asked for: so many runs, each after those before. */
export type NetworkTask =
  | { readonly kind: 'step' | 'decode'; readonly sizePx: number; readonly count: number }
  /** All is closed, and a plain product of 1024 x 1024 matrices timed, the best of ten: what steps can be held against on any machine. */
  | { readonly kind: 'end' };

export interface OpenedNetworks {
  readonly provider: string;
  /** In which the networks are run there. */
  readonly precision: string;
}

export interface NetworkTimes {
  readonly seconds: readonly number[];
  /** Of the process so far. */
  readonly peakBytes: number;
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

const [bundle = '', provider = 'cpu'] = process.argv.slice(2);
// Into the page cache, without a block of memory that would count to the peak.
await readWeights(join(bundle, 'unet'), () => undefined);
const choice = await chooseProvider(ProviderName.parse(provider));
const networks = await openNetworks(bundle, choice.provider, choice.attention, choice.precision);
const tokens = [Array.from({ length: 77 }, (_, at) => at), Array.from({ length: 77 }, () => 0)];
const encoding = await networks.encodeText([tokens], 0);
// As a run does before its first step.
await roomFor(networks.memory).leave('text');

let timestep = 999;
const latentOf = (sizePx: number): Tensor => {
  const cells = sizePx / networks.pixelsPerLatent;
  return noise([1, networks.latentChannels, cells, cells]);
};
const runs = {
  step: (sizePx: number) =>
    networks.predictNoise({ sample: latentOf(sizePx), timestep: timestep--, ...encoding, timeIds: null }),
  decode: (sizePx: number) => networks.decode(latentOf(sizePx)),
};

async function productSeconds(): Promise<number> {
  const size = 1024;
  const graph = new GraphBuilder('product');
  const [left, right] = [graph.input('left', [size, size]), graph.input('right', [size, size])];
  graph.output('product', graph.node('MatMul', [left, right]), [size, size]);
  const session = await openSession(graph.finish(), { provider: networks.provider });
  const feeds = { left: noise([size, size]), right: noise([size, size]) };
  const products: number[] = [];
  for (let turn = 0; turn < 10; turn++) products.push(await seconds(() => session.run(feeds)));
  await session.close();
  return Math.min(...products);
}

process.on('message', async (task: NetworkTask) => {
  const times: number[] = [];
  if (task.kind === 'end') {
    await networks.close();
    times.push(await productSeconds());
  } else for (let turn = 0; turn < task.count; turn++) times.push(await seconds(() => runs[task.kind](task.sizePx)));
  process.send?.({ seconds: times, peakBytes: peakBytes() } satisfies NetworkTimes);
  if (task.kind === 'end') process.disconnect();
});
process.send?.({ provider: networks.provider, precision: choice.precision } satisfies OpenedNetworks);
