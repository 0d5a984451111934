import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProviderName } from '../../contract/generate/runner.ts';
import { roomFor } from '../../diffusion/memory/room.ts';
import type { Tensor } from '../../diffusion/networks.ts';
import { openNetworks } from '../../diffusion/open-networks.ts';
import { chooseProvider } from '../../diffusion/providers/choose-provider.ts';
import { noiseOf } from './noise-of.ts';
import { productRate } from './product-rate.ts';
import { readWeights } from './read-weights.ts';

/** What the measured process is asked for: so many runs, each after those before. */
export type NetworkTask =
  | { readonly kind: 'step' | 'decode'; readonly sizePx: number; readonly count: number }
  /** All is closed, and the answer is the rate of a plain product there. */
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
  return noiseOf([1, networks.latentChannels, cells, cells]);
};
const runs = {
  step: (sizePx: number) =>
    networks.predictNoise({ sample: latentOf(sizePx), timestep: timestep--, ...encoding, timeIds: null }),
  decode: (sizePx: number) => networks.decode(latentOf(sizePx)),
};

process.on('message', async (task: NetworkTask) => {
  if (task.kind === 'end') {
    await networks.close();
    process.send?.(await productRate(networks.provider));
    process.disconnect();
    return;
  }
  const times: number[] = [];
  for (let turn = 0; turn < task.count; turn++) times.push(await seconds(() => runs[task.kind](task.sizePx)));
  process.send?.({ seconds: times, peakBytes: peakBytes() } satisfies NetworkTimes);
});
process.send?.({ provider: networks.provider, precision: choice.precision } satisfies OpenedNetworks);
