import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnetConfig } from '../../diffusion/graphs/unet-config.ts';
import { readComponentWeights } from '../../formats/weights/component-weights.ts';

/** Floating point operations in the matrix products of one guided step, counted as they are written in the weights, a product and its sum as two. */
export async function stepFlops(bundle: string, sizePx: number): Promise<number> {
  const folder = join(bundle, 'unet');
  const config = UnetConfig.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const levels = config.block_out_channels.length;
  const cellsAt = (level: number) => (sizePx / 8 / 2 ** level) ** 2;
  let flops = 0;
  for (const [name, { shape }] of (await readComponentWeights(folder)).tensors) {
    // What depends on the prompt or the time alone is no part of it: it is one row.
    if (shape.length < 2 || /time_emb|attn2\.to_[kv]/.test(name)) continue;
    const cells = cellsAt(levelOf(name, levels));
    flops += 2 * 2 * cells * shape.reduce((product, one) => product * one, 1);
    if (/attn1\.to_q/.test(name)) flops += 2 * 4 * cells ** 2 * (shape[0] ?? 0);
  }
  return flops;
}

function levelOf(name: string, levels: number): number {
  const [, way, block = '0'] = /^(down|up)_blocks\.(\d+)\./.exec(name) ?? [];
  if (way === 'down') return Number(block) + (name.includes('downsamplers') ? 1 : 0);
  if (way === 'up') return levels - 1 - Number(block) - (name.includes('upsamplers') ? 1 : 0);
  return name.startsWith('mid_block') ? levels - 1 : 0;
}
