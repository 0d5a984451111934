import type { Pixels } from '../../contract/generate/runner.ts';
import { latentOf } from '../latent-scale.ts';
import type { LatentScale, Networks, Tensor } from '../networks.ts';
import { torchGenerator } from '../random/torch-generator.ts';
import { leastSquares } from './least-squares.ts';

/** One row a colour: a weight for each latent channel, then what is added. Colours are 0..255. */
type ColourMap = readonly (readonly number[])[];

/** Cells that a sample is wide and high at most: decoding it costs a sixteenth of a picture of 512 px. */
const sampleSide = 16;
/** Even patches of the made-up latent: neighbours in a picture are alike, too. */
const patchSide = 2;
/** How little the made-up latent counts beside the picture's own: it is there for what the picture has too little of. */
const madeUpWeight = 0.1;

/** A map is fitted anew at every preview where that is quick, else when so many times what the last one took has gone by. */
const quickMs = 100;
const fitShare = 5;

type Decoder = LatentScale & Pick<Networks, 'decode'>;

/**
 * How the bundle's own VAE turns a cell of this picture's latent into a colour, as a linear map: the middle of the latent is decoded, and a
 * small made-up one, and the map is what comes nearest to the colours of their cells. Every VAE has another one, their configs do not tell
 * them apart, and one map for all pictures is far from any.
 */
function fitColourMap(own: Sample, madeUp: Sample): ColourMap {
  const samples = [
    { weight: 1, sample: own },
    { weight: madeUpWeight, sample: madeUp },
  ];
  return [0, 1, 2].map((colour) =>
    leastSquares(
      samples.flatMap(({ weight, sample }) => sample.rows.map((row) => row.map((value) => value * weight))),
      samples.flatMap(({ weight, sample }) => (sample.colours[colour] ?? []).map((value) => value * weight)),
    ),
  );
}

/** The maps of one picture, as it forms: its latent is grey at first. Where there is no room to ask the VAE, grey it stays. */
export function colourMaps(
  networks: Decoder & Pick<Networks, 'latentChannels'>,
  hasRoom: () => boolean,
): (latent: Tensor) => Promise<ColourMap> {
  let madeUp: Sample | null = null;
  let last: { readonly map: ColourMap; readonly tookMs: number; readonly atMs: number } | null = null;
  return async (latent) => {
    const startedMs = performance.now();
    const isTooSoon = last !== null && last.tookMs > quickMs && startedMs - last.atMs < fitShare * last.tookMs;
    if (last !== null && isTooSoon) return last.map;
    if (!hasRoom()) return last?.map ?? greyMap(networks.latentChannels);
    madeUp ??= await decodedSample(madeUpLatent(networks.latentChannels), networks);
    const map = fitColourMap(await decodedSample(middleOf(latent), networks), madeUp);
    const atMs = performance.now();
    last = { map, tookMs: atMs - startedMs, atMs };
    return map;
  };
}

/** Shapes can be made out. */
const greyMap = (latentChannels: number): ColourMap => {
  const row = [...Array.from({ length: latentChannels }, (_, channel) => (channel === 0 ? 50 : 0)), 127.5];
  return [row, row, row];
};

/** A latent `[1, channels, h, w]` as the UNet sees it, as a picture of its own size: next to free. */
export function previewOf(latent: Tensor, map: ColourMap): Pixels {
  const [, channels = 0, height = 0, width = 0] = latent.dims;
  const plane = width * height;
  const rgb = new Uint8ClampedArray(plane * 3);
  for (const [colour, weights] of map.entries()) {
    for (let at = 0; at < plane; at++) {
      let value = weights[channels] ?? 0;
      for (let channel = 0; channel < channels; channel++)
        value += (weights[channel] ?? 0) * (latent.data[channel * plane + at] ?? 0);
      rgb[at * 3 + colour] = value;
    }
  }
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}

interface Sample {
  /** Each cell's channels, and 1. */
  readonly rows: readonly (readonly number[])[];
  /** Of each colour, each cell's mean, 0..255. */
  readonly colours: readonly (readonly number[])[];
}

async function decodedSample(latent: Tensor, networks: Decoder): Promise<Sample> {
  const image = await networks.decode(latentOf(latent, networks));
  const [, , height = 0, width = 0] = latent.dims;
  const cells = Array.from({ length: height * width }, (_, cell) => cell);
  return {
    rows: cells.map((cell) => [...channelsAt(latent, cell), 1]),
    colours: [0, 1, 2].map((colour) => cells.map((cell) => colourAt(image, colour, cell, width))),
  };
}

function middleOf({ data, dims }: Tensor): Tensor {
  const [, channels = 0, height = 0, width = 0] = dims;
  const [high, wide] = [Math.min(height, sampleSide), Math.min(width, sampleSide)];
  const [top, left] = [Math.floor((height - high) / 2), Math.floor((width - wide) / 2)];
  const cut = new Float32Array(channels * high * wide);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < high; y++) {
      const from = (channel * height + top + y) * width + left;
      cut.set(data.subarray(from, from + wide), (channel * high + y) * wide);
    }
  return { data: cut, dims: [1, channels, high, wide] };
}

function madeUpLatent(channels: number): Tensor {
  const patches = sampleSide / patchSide;
  const values = torchGenerator(0).randn(channels * patches * patches);
  const plane = sampleSide * sampleSide;
  const data = Float32Array.from({ length: channels * plane }, (_, at) => {
    const [channel, cell] = [Math.floor(at / plane), at % plane];
    const [y, x] = [Math.floor(cell / sampleSide), cell % sampleSide];
    const patch = Math.floor(y / patchSide) * patches + Math.floor(x / patchSide);
    return values[channel * patches * patches + patch] ?? 0;
  });
  return { data, dims: [1, channels, sampleSide, sampleSide] };
}

function channelsAt({ data, dims }: Tensor, cell: number): readonly number[] {
  const plane = (dims[2] ?? 0) * (dims[3] ?? 0);
  return Array.from({ length: dims[1] ?? 0 }, (_, channel) => data[channel * plane + cell] ?? 0);
}

function colourAt({ data, dims }: Tensor, colour: number, cell: number, cellsWide: number): number {
  const [, , height = 0, width = 0] = dims;
  const scale = width / cellsWide;
  const [top, left] = [Math.floor(cell / cellsWide) * scale, (cell % cellsWide) * scale];
  let sum = 0;
  for (let y = top; y < top + scale; y++)
    for (let x = left; x < left + scale; x++) sum += data[(colour * height + y) * width + x] ?? 0;
  return (sum / scale ** 2 / 2 + 0.5) * 255;
}
