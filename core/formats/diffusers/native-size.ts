import { join } from 'node:path';
import { z } from 'zod';
import { formatLimits } from '../limits.ts';
import { ReadFault, readSmallJson } from '../read-bounded.ts';

/** Pixels. */
export interface NativeSize {
  readonly width: number;
  readonly height: number;
}

const count = z.int().positive().max(4096);
const Unet = z.looseObject({ sample_size: z.union([count, z.tuple([count, count])]) });
const Vae = z.looseObject({ block_out_channels: z.array(z.int()).min(1).max(16) });
const usualDepth = 4;

/** The size that a bundle was trained for, as diffusers takes it: its UNet's `sample_size`, enlarged by its VAE. Null where none is told. */
export async function readNativeSize(bundle: string): Promise<NativeSize | null> {
  const unet = Unet.safeParse(await readJson(join(bundle, 'unet', 'config.json')));
  if (!unet.success) return null;
  const vae = Vae.safeParse(
    (await readJson(join(bundle, 'vae', 'config.json'))) ??
      (await readJson(join(bundle, 'vae_decoder', 'config.json'))),
  );
  const scale = 2 ** ((vae.success ? vae.data.block_out_channels.length : usualDepth) - 1);
  const { sample_size: size } = unet.data;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return { width: width * scale, height: height * scale };
}

/** Null for a file that is not there or no JSON: what is wrong with it is told by who runs it. */
async function readJson(path: string): Promise<unknown> {
  try {
    return await readSmallJson(path, formatLimits.configBytes);
  } catch (error) {
    if (error instanceof ReadFault || error instanceof SyntaxError) return null;
    throw error;
  }
}
