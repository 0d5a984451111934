import type { MemoryUse } from './memory/room.ts';

/** Row-major float32 values with their shape. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** What the text encoder says of a batch of prompts. */
export interface TextEncoding {
  /** `[batch, tokens, channels]`: what the UNet attends to. */
  readonly context: Tensor;
  /** `[batch, channels]`: pooled and projected; SDXL only. */
  readonly pooled: Tensor | null;
}

export interface NoiseInput {
  /** `[batch, channels, height / 8, width / 8]`, already scaled by the scheduler; one row alone is the sample of the whole batch. */
  readonly sample: Tensor;
  readonly timestep: number;
  /** `[batch, tokens, channels]` */
  readonly context: Tensor;
  /** SDXL only: `[batch, channels]` and `[batch, 6]`. */
  readonly pooled: Tensor | null;
  readonly timeIds: Tensor | null;
  /** For networks that {@link Networks.takesGuidance}: how closely the prompt is followed. */
  readonly guidance?: number | null;
}

/** How a VAE's latents become the samples that a UNet was trained on. */
export interface LatentScale {
  /** The VAE's `scaling_factor`: latents are multiplied by it after encoding, divided before decoding. */
  readonly scalingFactor: number;
  /** The VAE's `latents_mean` and `latents_std`, a number for each channel; null or absent: 0 and 1. diffusers reads them in SDXL's pipelines alone. */
  readonly latentStatistics?: LatentStatistics | null;
}

export interface LatentStatistics {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The loaded networks of one bundle. Calls block their thread while they run: one at a time. The opener closes them. */
export interface Networks extends LatentScale {
  readonly provider: string;
  /** Why it is not another one, or not used as it could be; null: nothing to say. */
  readonly providerNote?: string | null;
  readonly latentChannels: number;
  /** Pixels a latent cell is wide and high: 8 for every AutoencoderKL of Stable Diffusion. */
  readonly pixelsPerLatent: number;
  /** Height and width in pixels that the UNet was trained for. */
  readonly nativeSize: number;
  /** Whether the UNet was distilled to be told the guidance (latent consistency models): it then runs once a step, without negative prompt. */
  readonly takesGuidance: boolean;
  /** Channels of the context that each text encoder makes, in their order. */
  readonly contextWidths: readonly number[];
  /** `tokens[encoder][prompt]`: one list a text encoder, each prompt's ids padded to the encoder's length. `skipLayers` 0 is the bundle's own reading. */
  encodeText(tokens: readonly (readonly (readonly number[])[])[], skipLayers: number): Promise<TextEncoding>;
  /** The UNet's output, a row for each of the context. */
  predictNoise(input: NoiseInput): Promise<Tensor>;
  /** Latent `[batch, channels, h, w]`, as `latentOf` makes it, to pixels `[batch, 3, h * 8, w * 8]` in -1..1. */
  decode(latent: Tensor): Promise<Tensor>;
  /** Pixels in -1..1 to the mean and log variance of their latent, not yet scaled. */
  encode(image: Tensor): Promise<{ readonly mean: Tensor; readonly logVariance: Tensor }>;
  /** Null where the networks' memory is not the machine's: on a GPU. */
  readonly memory: MemoryUse | null;
  close(): Promise<void>;
}
