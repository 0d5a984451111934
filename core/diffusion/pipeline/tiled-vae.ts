import type { Networks, Tensor } from '../networks.ts';

/**
 * Up to this area the VAE sees a picture whole: SDXL's own size, 3.4 GB. Past it memory would grow without end. Not earlier, since tiles
 * cost likeness: each is normalised by itself, and a picture of 1024 px comes out 5 of 255 off in the mean.
 */
export const mostPixelsAtOnce = 1024 * 1024;
const tilePixels = 768;
/** Neighbours share so much, and fade into each other over it. */
const overlapPixels = 192;

type TilePause = (finished: number, count: number) => Promise<void>;

export type Vae = Pick<Networks, 'encode' | 'decode'>;

/** The networks' VAE, big pictures in overlapping tiles of one size. `pause` is called before each tile with how many are done, and may throw. */
export function tiledVae(networks: Networks, pause: TilePause): Vae {
  const scale = networks.pixelsPerLatent;
  return {
    decode: async (latent) => {
      const [, , height = 0, width = 0] = latent.dims;
      if (height * width * scale ** 2 <= mostPixelsAtOnce) return networks.decode(latent);
      const [image] = await inTiles(latent, async (tile) => [await networks.decode(tile)], {
        tile: tilePixels / scale,
        overlap: overlapPixels / scale,
        resized: (size) => size * scale,
        pause,
      });
      return present(image);
    },
    encode: async (image) => {
      const [, , height = 0, width = 0] = image.dims;
      if (height * width <= mostPixelsAtOnce) return networks.encode(image);
      const encodeTile = async (tile: Tensor) => {
        const { mean, logVariance } = await networks.encode(tile);
        return [mean, logVariance];
      };
      const [mean, logVariance] = await inTiles(image, encodeTile, {
        tile: tilePixels,
        overlap: overlapPixels,
        resized: (size) => size / scale,
        pause,
      });
      return { mean: present(mean), logVariance: present(logVariance) };
    },
  };
}

interface Tiling {
  /** Side and overlap in cells of the input. */
  readonly tile: number;
  readonly overlap: number;
  /** A length of the input as one of the output. */
  readonly resized: (size: number) => number;
  readonly pause: TilePause;
}

/** Runs `act` over tiles of `[1, channels, h, w]` and blends what it gives. */
async function inTiles(
  input: Tensor,
  act: (tile: Tensor) => Promise<readonly Tensor[]>,
  { tile, overlap, resized, pause }: Tiling,
): Promise<readonly Tensor[]> {
  const [, , height = 0, width = 0] = input.dims;
  const [rows, columns] = [spansOf(height, tile, overlap), spansOf(width, tile, overlap)];
  const [downFades, acrossFades] = [rows, columns].map((spans) => fadesOf(spans, resized, overlap));
  const outputs: { data: Float32Array; dims: readonly number[] }[] = [];
  for (const [rowIndex, row] of rows.entries())
    for (const [columnIndex, column] of columns.entries()) {
      await pause(rowIndex * columns.length + columnIndex, rows.length * columns.length);
      const results = await act(cut(input, row, column));
      for (const [index, result] of results.entries()) {
        const dims = [1, result.dims[1] ?? 0, resized(height), resized(width)];
        outputs[index] ??= { data: new Float32Array(dims.reduce((product, one) => product * one, 1)), dims };
        paste(present(outputs[index]), result, {
          top: resized(row.start),
          left: resized(column.start),
          down: downFades?.[rowIndex] ?? [],
          across: acrossFades?.[columnIndex] ?? [],
        });
      }
    }
  return outputs;
}

interface Span {
  readonly start: number;
  readonly size: number;
}

/** Spans of one size that cover a length, evenly, neighbours sharing at least `overlap`. */
export function spansOf(length: number, size: number, overlap: number): readonly Span[] {
  if (length <= size) return [{ start: 0, size: length }];
  const count = Math.ceil((length - overlap) / (size - overlap));
  return Array.from({ length: count }, (_, index) => ({
    start: Math.round((index * (length - size)) / (count - 1)),
    size,
  }));
}

/** How much each cell of each span counts: rising over the overlap at its ends, the counts at a place summing to 1. */
function fadesOf(spans: readonly Span[], resized: (size: number) => number, overlap: number): readonly number[][] {
  const total: number[] = [];
  const ramp = resized(overlap);
  const raw = spans.map(({ start, size }) =>
    Array.from({ length: resized(size) }, (_, at) => {
      const weight = Math.min(at + 0.5, resized(size) - at - 0.5, ramp) / ramp;
      const place = resized(start) + at;
      total[place] = (total[place] ?? 0) + weight;
      return weight;
    }),
  );
  return raw.map((weights, index) =>
    weights.map((weight, at) => weight / (total[resized(spans[index]?.start ?? 0) + at] ?? 1)),
  );
}

function cut({ data, dims }: Tensor, row: Span, column: Span): Tensor {
  const [, channels = 0, height = 0, width = 0] = dims;
  const part = new Float32Array(channels * row.size * column.size);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < row.size; y++) {
      const from = (channel * height + row.start + y) * width + column.start;
      part.set(data.subarray(from, from + column.size), (channel * row.size + y) * column.size);
    }
  return { data: part, dims: [1, channels, row.size, column.size] };
}

interface Place {
  readonly top: number;
  readonly left: number;
  readonly down: readonly number[];
  readonly across: readonly number[];
}

function paste(onto: Tensor, tile: Tensor, { top, left, down, across }: Place): void {
  const [, channels = 0, height = 0, width = 0] = onto.dims;
  const [, , tileHeight = 0, tileWidth = 0] = tile.dims;
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < tileHeight; y++) {
      const to = (channel * height + top + y) * width + left;
      const from = (channel * tileHeight + y) * tileWidth;
      for (let x = 0; x < tileWidth; x++)
        onto.data[to + x] = (onto.data[to + x] ?? 0) + (down[y] ?? 0) * (across[x] ?? 0) * (tile.data[from + x] ?? 0);
    }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new RangeError('a tile has a result');
  return value;
}
