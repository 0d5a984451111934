import type { LatentScale, LatentStatistics, Tensor } from './networks.ts';

interface LatentFields {
  readonly latents_mean?: readonly number[] | null | undefined;
  readonly latents_std?: readonly number[] | null | undefined;
}

/** Of a VAE's config, as diffusers reads it: one without the other is none. */
export const latentStatistics = ({ latents_mean, latents_std }: LatentFields): LatentStatistics | null =>
  latents_mean == null || latents_std == null ? null : { mean: latents_mean, deviation: latents_std };

/** Samples `[batch, channels, h, w]` as the decoder takes them. */
export function latentOf({ data, dims }: Tensor, scale: LatentScale): Tensor {
  const channelAt = channelsOf(dims, scale);
  return {
    data: data.map((value, at) => {
      const { mean, deviation } = channelAt(at);
      return (value * deviation) / scale.scalingFactor + mean;
    }),
    dims,
  };
}

/** What the encoder gave, as samples. */
export function sampleOf({ data, dims }: Tensor, scale: LatentScale): Tensor {
  const channelAt = channelsOf(dims, scale);
  return {
    data: data.map((value, at) => {
      const { mean, deviation } = channelAt(at);
      return ((value - mean) * scale.scalingFactor) / deviation;
    }),
    dims,
  };
}

const unscaledChannel = { mean: 0, deviation: 1 };

function channelsOf([, channels = 1, height = 1, width = 1]: readonly number[], { latentStatistics }: LatentScale) {
  if (latentStatistics == null) return () => unscaledChannel;
  const { mean, deviation } = latentStatistics;
  return (at: number) => {
    const channel = Math.floor(at / (height * width)) % channels;
    return { mean: mean[channel] ?? 0, deviation: deviation[channel] ?? 1 };
  };
}
