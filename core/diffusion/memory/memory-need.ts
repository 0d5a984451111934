import { type CountedTensor, parametersOf } from '../../formats/weights/tensor-precision.ts';
import type { AttentionForm } from '../graphs/layers.ts';

/** A network of a bundle that is loaded and let go by itself. */
export type Part = 'text' | 'noise' | 'decode' | 'encode';

/** What a run asks of the networks at once. */
export interface PictureShape {
  readonly width: number;
  readonly height: number;
  /** Samples in one call of the UNet: 2 with guidance. */
  readonly rows: number;
}

/**
 * The room that networks take, estimated from headers and configs: networks run in float32 whatever their files hold. Measured on SD 1.5
 * (Linux, CPU): weights 1.25 times their float32 size, some of
 * them being kept in a form that takes fewer multiplications; VAE decoder 1.1 GB at 512 px, 3.4 GB at 1024 px; UNet with plain attention
 * 2.4 GB at 512 px, a tenth of it with fused attention.
 */
export const weightsBytesOf = (tensors: Iterable<CountedTensor>): number => parametersOf(tensors) * 4 * 1.25;

/** Feature maps that a network holds at once, in the largest size that it has. */
const mapsOfVae = 3.5;
const mapsOfUnet = 30;
/** Scores and shares of plain attention, both whole. */
const mapsOfPlainAttention = 2.2;
/** A text encoder's activations, and what the runtime takes beside any network. */
const leastBytes = 64 * 2 ** 20;

/** Of a VAE over so many pixels at once; `widths` are its `block_out_channels`. */
export function vaeWorkBytes(widths: readonly number[], pixels: number): number {
  const widest = Math.max(widths[0] ?? 0, widths[1] ?? 0);
  return leastBytes + pixels * widest * 4 * mapsOfVae;
}

export interface UnetShape {
  /** `block_out_channels` */
  readonly widths: readonly number[];
  readonly pixelsPerLatent: number;
  readonly attention: AttentionForm;
  /** Heads and depth (0: the full size of the latent) of the first block that attends; null when none does. */
  readonly firstAttention: { readonly heads: number; readonly depth: number } | null;
}

export function unetWorkBytes(unet: UnetShape, { width, height, rows }: PictureShape): number {
  const cells = (width * height) / unet.pixelsPerLatent ** 2;
  const maps = rows * cells * (unet.widths[0] ?? 0) * 4 * mapsOfUnet;
  if (unet.attention === 'fused' || unet.firstAttention === null) return leastBytes + maps;
  const { heads, depth } = unet.firstAttention;
  const tokens = cells / 4 ** depth;
  return leastBytes + maps + rows * heads * tokens ** 2 * 4 * mapsOfPlainAttention;
}

export const textWorkBytes = leastBytes;
