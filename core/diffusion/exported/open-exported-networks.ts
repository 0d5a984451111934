import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import { latentStatistics } from '../latent-scale.ts';
import { textWorkBytes, unetWorkBytes, vaeWorkBytes } from '../memory/memory-need.ts';
import { memoryOf } from '../memory/part-use.ts';
import type { Networks } from '../networks.ts';
import { joinEncodings } from '../pipeline/join-encodings.ts';
import { mostPixelsAtOnce } from '../pipeline/tiled-vae.ts';
import type { PipelineFamily } from '../pipeline-family.ts';
import { readOptionalConfig } from '../read-config.ts';
import { openExportedUnet } from './exported-noise-predictor.ts';
import { openExportedTextEncoder } from './exported-text-encoder.ts';
import { openExportedVae } from './exported-vae.ts';

const count = z.int().positive().max(100_000);

/** Exporters write configs beside their graphs, older ones did not: then a family's published models say. */
const UnetFacts = z.object({ in_channels: count.optional(), sample_size: z.union([count, z.array(count)]).nullish() });
const VaeFacts = z.object({
  block_out_channels: z.array(count).min(1).max(16).default([128, 256, 512, 512]),
  latent_channels: count.optional(),
  scaling_factor: z.number().positive().optional(),
  shift_factor: z.number().nullish(),
  latents_mean: z.array(z.number()).nullish(),
  latents_std: z.array(z.number().positive()).nullish(),
});
const TextFacts = z.object({ hidden_size: count.optional() });

const usualScalingFactor = { single: 0.18215, xl: 0.13025 } as const;
/** What a graph does inside is not ours to know: attention is taken for fused, so that nothing is refused that would run. */
const usualUnet = { widths: [320], attention: 'fused', firstAttention: null } as const;
const usualSampleSize = { single: 64, xl: 128 } as const;

/**
 * The networks of a folder that was exported to ONNX, run as they are. Structures are read and checked now, weights when a network first runs.
 *
 * Throws `unreadable`, `unsupported_config`, `invalid_weights`, each naming the file; the networks' functions also `oom`,
 * `model_load_failed`, `nan_in_result`.
 */
export async function openExportedNetworks(
  entryPath: string,
  provider: string,
  { isXl, textEncoders }: PipelineFamily,
): Promise<Networks> {
  const at = (...names: string[]) => join(entryPath, ...names);
  const kind = isXl ? 'xl' : 'single';
  const unetFacts = (await readOptionalConfig(UnetFacts, at('unet', 'config.json'))) ?? {};
  const vaeFacts =
    (await readOptionalConfig(VaeFacts, at('vae_decoder', 'config.json'))) ??
    (await readOptionalConfig(VaeFacts, at('vae', 'config.json'))) ??
    VaeFacts.parse({});
  const unet = await openExportedUnet(at('unet'), provider);
  if (unet.isXl !== isXl) {
    const field = 'the input "text_embeds"';
    throw new Failed('unsupported_config', { path: unet.graph.path, field, value: isXl ? 'missing' : 'there' });
  }
  const vae = await openExportedVae(entryPath, provider);
  const encoders = await Promise.all(
    textEncoders.map(async (name) => {
      const facts = await readOptionalConfig(TextFacts, at(name, 'config.json'));
      return openExportedTextEncoder(at(name), provider, { isXl, configWidth: facts?.hidden_size ?? null });
    }),
  );
  const latentChannels = unet.channels ?? unetFacts.in_channels ?? vaeFacts.latent_channels ?? 4;
  if (vaeFacts.latent_channels !== undefined && vaeFacts.latent_channels !== latentChannels)
    throw new Failed('unsupported_config', {
      path: unet.graph.path,
      field: 'the number of channels of "sample"',
      value: latentChannels,
    });
  const contextWidths = encoders.map(({ contextWidth }) => contextWidth);
  const width = contextWidths.reduce((sum, one) => sum + one, 0);
  if (unet.contextWidth !== null && unet.contextWidth !== width)
    throw new Failed('unsupported_config', {
      path: unet.graph.path,
      field: 'the number of channels of "encoder_hidden_states"',
      value: unet.contextWidth,
    });
  const pixelsPerLatent = 2 ** (vaeFacts.block_out_channels.length - 1);
  const sampleSize = unetFacts.sample_size ?? usualSampleSize[kind];

  return {
    provider,
    latentChannels,
    pixelsPerLatent,
    scalingFactor: vaeFacts.scaling_factor ?? usualScalingFactor[kind],
    latentStatistics: isXl ? latentStatistics(vaeFacts) : null,
    nativeSize: pixelsPerLatent * (typeof sampleSize === 'number' ? sampleSize : Math.max(...sampleSize)),
    takesGuidance: unet.takesGuidance,
    contextWidths,
    encodeText: async (tokens, skipLayers) => {
      const encodings = [];
      for (const [index, encoder] of encoders.entries())
        encodings.push(await encoder.encode(tokens[index] ?? [], skipLayers));
      return joinEncodings(encodings, isXl);
    },
    predictNoise: (input) => unet.predict(input),
    decode: vae.decode,
    encode: vae.encode,
    memory:
      provider === 'cpu'
        ? memoryOf({
            text: {
              sessions: encoders,
              tensors: encoders.map(({ graph }) => graph.header.tensors),
              work: () => textWorkBytes,
            },
            noise: {
              sessions: [unet],
              tensors: [unet.graph.header.tensors],
              work: (shape) => unetWorkBytes({ ...usualUnet, pixelsPerLatent }, shape),
            },
            decode: {
              sessions: [vae.decoder],
              tensors: [vae.decoder.header.tensors],
              work: ({ width, height }) =>
                vaeWorkBytes(vaeFacts.block_out_channels, Math.min(width * height, mostPixelsAtOnce)),
            },
          })
        : null,
    close: async () => {
      for (const part of [unet, vae, ...encoders]) await part.close();
    },
  };
}
