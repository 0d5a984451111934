import { join } from 'node:path';
import { z } from 'zod';
import { formatLimits } from '../limits.ts';
import { ReadFault, readSmallJson } from '../read-bounded.ts';

/** Pixels. */
export interface NativeSize {
  readonly width: number;
  readonly height: number;
}

/** What a bundle was trained for, as far as its configs tell. */
export interface MadeFor {
  readonly size: NativeSize | null;
  /**
   * Set where its network was distilled to draw in a few steps: `told_guidance`, it takes the guidance scale as an input (latent
   * consistency models); `no_guidance`, guidance is in its weights, and asking for more spoils the picture (SD and SDXL Turbo).
   */
  readonly distilled: 'told_guidance' | 'no_guidance' | null;
}

const count = z.int().positive().max(4096);
const Sized = z.looseObject({ sample_size: z.union([count, z.tuple([count, count])]) });
const Guided = z.looseObject({ time_cond_proj_dim: z.int().positive() });
const Vae = z.looseObject({ block_out_channels: z.array(z.int()).min(1).max(16) });
const usualDepth = 4;

const LatentConsistency = z.looseObject({ _class_name: z.literal('LCMScheduler') });
/**
 * Turbo's configs name no class of their own. What sets them apart is that they begin at the last timestep (`trailing`) and still
 * predict noise. Others that begin there were made for pure noise, which `v_prediction` or a zero signal-to-noise ratio tells.
 */
const Turbo = z.looseObject({
  _class_name: z.enum(['EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler']),
  timestep_spacing: z.literal('trailing'),
  prediction_type: z.literal('epsilon').default('epsilon'),
  rescale_betas_zero_snr: z.literal(false).default(false),
});

/** Reads the configs of a bundle for what it was made for. A config that is missing or no JSON tells nothing. */
export async function readMadeFor(bundle: string): Promise<MadeFor> {
  const [unet, scheduler] = await Promise.all([
    readJson(join(bundle, 'unet', 'config.json')),
    readJson(join(bundle, 'scheduler', 'scheduler_config.json')),
  ]);
  return { size: await sizeOf(unet, bundle), distilled: distilledOf(unet, scheduler) };
}

function distilledOf(unet: unknown, scheduler: unknown): MadeFor['distilled'] {
  if (Guided.safeParse(unet).success) return 'told_guidance';
  return [LatentConsistency, Turbo].some((config) => config.safeParse(scheduler).success) ? 'no_guidance' : null;
}

/** As diffusers takes it: the UNet's `sample_size`, enlarged by its VAE. */
async function sizeOf(unet: unknown, bundle: string): Promise<NativeSize | null> {
  const sized = Sized.safeParse(unet);
  if (!sized.success) return null;
  const vae = Vae.safeParse(
    (await readJson(join(bundle, 'vae', 'config.json'))) ??
      (await readJson(join(bundle, 'vae_decoder', 'config.json'))),
  );
  const scale = 2 ** ((vae.success ? vae.data.block_out_channels.length : usualDepth) - 1);
  const { sample_size: size } = sized.data;
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
