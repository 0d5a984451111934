import { openNetworks } from '../../diffusion/open-networks.ts';
import { noiseOf } from './noise-of.ts';
import { productRate } from './product-rate.ts';

/** What this program prints, as a line of JSON. */
export interface WarmSteps {
  /** Seconds that so many guided steps take, of each turn. */
  readonly seconds: readonly number[];
  /** See `productRate`. */
  readonly productRate: number;
}

const [bundle = '', sizePx = '', stepCount = '', turns = ''] = process.argv.slice(2);
const networks = await openNetworks(bundle, 'cpu');
const text = await networks.encodeText([[0, 1].map(() => Array.from({ length: 77 }, (_, at) => at))], 0);
const cells = Number(sizePx) / networks.pixelsPerLatent;
const sample = noiseOf([1, networks.latentChannels, cells, cells]);
const times: number[] = [];
for (let turn = 0; turn < Number(turns); turn++) {
  const start = performance.now();
  for (let step = 0; step < Number(stepCount); step++)
    await networks.predictNoise({ ...text, sample, timestep: 981 - step * 50, timeIds: null });
  times.push((performance.now() - start) / 1000);
}
await networks.close();
const steps: WarmSteps = { seconds: times, productRate: await productRate('cpu') };
process.stdout.write(`${JSON.stringify(steps)}\n`);
