import { Failed } from '../../contract/failure.ts';
import { passLimits, type TiledUpscale } from '../../contract/generate/passes.ts';
import type { Pixels, RunPlan } from '../../contract/generate/runner.ts';
import type { Imaging } from '../imaging/imaging.ts';
import { type Composition, leavesSteps, planOfItem } from './composition.ts';

interface Place {
  readonly left: number;
  readonly top: number;
}

const maxSeed = 2 ** 32 - 1;

/**
 * A picture made larger, then made anew in tiles of the plan's size that overlap, each from a seed of its own: stable-diffusion-webui's
 * "SD upscale". Throws `invalid_input` for tiles that are smaller than their overlap, or too many.
 */
export async function tiledComposition(
  plan: RunPlan,
  source: Pixels,
  strength: number,
  { scale, overlap, upscaler }: TiledUpscale,
  { resize }: Pick<Imaging, 'resize'>,
): Promise<Composition> {
  const width = Math.floor(source.width * scale);
  const height = Math.floor(source.height * scale);
  const tile = { width: Math.min(plan.width, floored(width)), height: Math.min(plan.height, floored(height)) };
  if (overlap >= Math.min(tile.width, tile.height))
    throw new Failed('invalid_input', {
      field: 'tiled_upscale.overlap',
      reason: `less than a tile, which is ${tile.width}x${tile.height} px`,
    });
  const places = along(height, tile.height, overlap).flatMap((top) =>
    along(width, tile.width, overlap).map((left): Place => ({ left, top })),
  );
  if (places.length > passLimits.maxTiles)
    throw new Failed('invalid_input', {
      field: 'tiled_upscale',
      reason: `${places.length} tiles; the most is ${passLimits.maxTiles}. Make the tiles larger`,
    });
  const large = await resize(source, { width, height }, upscaler, 'fill');
  return {
    runCount: places.length,
    facts: { 'SD upscale overlap': String(overlap), 'SD upscale upscaler': upscaler },
    async make(item, run) {
      const one = planOfItem(plan, item);
      if (!leavesSteps(one, strength)) return large;
      const sums = new Float32Array(width * height * 4);
      for (const [number, place] of places.entries()) {
        const pixels = cut(large, place, tile);
        const seeds = one.seeds.map((seed) => (seed + number) % (maxSeed + 1));
        add(sums, width, await run({ ...one, ...tile, seeds, init: { pixels, strength } }, number), place, overlap);
      }
      return mean(sums, width, height);
    },
  };
}

const floored = (side: number): number => Math.max(8, Math.floor(side / 8) * 8);

/** Where tiles begin so that they cover a side evenly and overlap by so much or more. */
function along(side: number, tile: number, overlap: number): number[] {
  const count = Math.max(1, Math.ceil((side - overlap) / (tile - overlap)));
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, index) => Math.floor(((side - tile) * index) / (count - 1)));
}

function cut(
  { width, rgb }: Pixels,
  { left, top }: Place,
  tile: { readonly width: number; readonly height: number },
): Pixels {
  const part = new Uint8Array(tile.width * tile.height * 3);
  for (let y = 0; y < tile.height; y++) {
    const from = ((top + y) * width + left) * 3;
    part.set(rgb.subarray(from, from + tile.width * 3), y * tile.width * 3);
  }
  return { ...tile, rgb: part };
}

/** Adds a tile that fades towards its edges, so that its neighbours take over without a seam. */
function add(sums: Float32Array, width: number, tile: Pixels, { left, top }: Place, overlap: number): void {
  const fade = (at: number, length: number): number => Math.min(1, (Math.min(at, length - 1 - at) + 1) / (overlap + 1));
  for (let y = 0; y < tile.height; y++)
    for (let x = 0; x < tile.width; x++) {
      const weight = fade(x, tile.width) * fade(y, tile.height);
      const to = ((top + y) * width + left + x) * 4;
      for (let channel = 0; channel < 3; channel++)
        sums[to + channel] = (sums[to + channel] ?? 0) + weight * (tile.rgb[(y * tile.width + x) * 3 + channel] ?? 0);
      sums[to + 3] = (sums[to + 3] ?? 0) + weight;
    }
}

function mean(sums: Float32Array, width: number, height: number): Pixels {
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++)
    for (let channel = 0; channel < 3; channel++)
      rgb[at * 3 + channel] = Math.round((sums[at * 4 + channel] ?? 0) / (sums[at * 4 + 3] || 1));
  return { width, height, rgb };
}
