import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import { chooseWeights, readComponentWeights } from '../formats/weights/component-weights.ts';
import { WeightsFault } from '../formats/weights/safetensors.ts';
import { graphFileName } from './exported/exported-graph.ts';
import { openExportedNetworks } from './exported/open-exported-networks.ts';
import { ClipTextConfig, hasProjection } from './graphs/clip-text-encoder.ts';
import type { AttentionForm, Forms } from './graphs/layers.ts';
import { downBlocks, UnetConfig } from './graphs/unet-config.ts';
import {
  leastBandedLatent,
  pixelsPerLatent,
  VaeConfig,
  vaeDecoderGraph,
  vaeEncoderGraph,
  vaeWeights,
} from './graphs/vae.ts';
import { latentStatistics } from './latent-scale.ts';
import { textWorkBytes, type UnetShape, unetWorkBytes, vaeWorkBytes } from './memory/memory-need.ts';
import { memoryOf, type PartUse, type Releasable } from './memory/part-use.ts';
import type { Networks } from './networks.ts';
import type { Precision } from './onnx/half-precision.ts';
import { assertFinite } from './onnx/session.ts';
import { joinEncodings } from './pipeline/join-encodings.ts';
import { mostPixelsAtOnce } from './pipeline/tiled-vae.ts';
import { readPipelineIndex } from './pipeline-index.ts';
import { readConfig } from './read-config.ts';
import type { Component } from './sessions/component.ts';
import { present } from './sessions/lazy-session.ts';
import { openTextEncoder } from './sessions/text-encoder.ts';
import { vaeSession } from './sessions/vae-session.ts';
import { openNoisePredictor, timeIdCount } from './unet/noise-predictor.ts';
import { findNonFinite } from './weights/non-finite-weights.ts';

/**
 * The networks of a diffusers folder, run from where their weights lie. Configs and headers are read and checked now, weights when a
 * network first runs; see `lazySession` for the sizes that its session serves.
 *
 * `provider` is one that `chooseProvider` believed. `attention` and `precision` are the forms that it proved there.
 *
 * Throws `unsupported_config`, `invalid_weights`, `unreadable`; the networks' functions also `oom`, `model_load_failed`, `nan_in_result`.
 */
export async function openNetworks(
  entryPath: string,
  provider: string,
  attention: AttentionForm = provider === 'cpu' ? 'fused' : 'plain',
  precision: Precision = 'float32',
): Promise<Networks> {
  const { family, classOf } = await readPipelineIndex(entryPath);
  if (await isExported(join(entryPath, 'unet'))) return openExportedNetworks(entryPath, provider, family);
  const { isXl } = family;
  const unet = await openComponent(UnetConfig, join(entryPath, 'unet'));
  const vae = await openComponent(VaeConfig, join(entryPath, 'vae'));
  const texts = await Promise.all(
    family.textEncoders.map((name) => openComponent(textConfigOf(classOf(name)), join(entryPath, name))),
  );
  refuseMisfits(unet, vae, texts, isXl);

  const onCpu = provider === 'cpu';
  const forms: Forms = {
    attention,
    convolution: onCpu ? 'winograd' : 'direct',
    scaling: onCpu ? 'together' : 'apart',
  };
  const vaePrecision = vae.config.force_upcast ? 'float32' : precision;
  const vaeSource = vaeWeights(vae.folder, vae.tensors);
  const scale = pixelsPerLatent(vae.config);
  const decoder = vaeSession(provider, forms, {
    leastRows: leastBandedLatent,
    precision: vaePrecision,
    write: (how) => vaeDecoderGraph(vae.config, vaeSource, how),
  });
  const encoder = vaeSession(provider, forms, {
    leastRows: leastBandedLatent * scale,
    precision: vaePrecision,
    write: (how) => vaeEncoderGraph(vae.config, vaeSource, how),
  });
  const encoders = texts.map((text) => openTextEncoder(text, provider, isXl, precision));
  const noise = openNoisePredictor(unet, provider, forms, undefined, precision);
  const sampleSize = unet.config.sample_size;

  return {
    provider,
    latentChannels: vae.config.latent_channels,
    pixelsPerLatent: scale,
    scalingFactor: vae.config.scaling_factor,
    latentStatistics: isXl ? latentStatistics(vae.config) : null,
    nativeSize: scale * (typeof sampleSize === 'number' ? sampleSize : Math.max(...sampleSize)),
    takesGuidance: unet.config.time_cond_proj_dim !== null,
    contextWidths: texts.map(({ config }) => config.hidden_size),
    encodeText: async (tokens, skipLayers) => {
      if (tokens.length !== encoders.length)
        throw new RangeError(`tokens of ${tokens.length} encoders for ${encoders.length}`);
      const encodings = [];
      for (const [index, encoder] of encoders.entries())
        encodings.push(await blaming(texts[index], () => encoder.encode(tokens[index] ?? [], skipLayers)));
      return joinEncodings(encodings, isXl);
    },
    predictNoise: (input) => blaming(unet, () => noise.predict(input)),
    decode: (latent) =>
      blaming(vae, async () => {
        // A decoder takes the most memory of all.
        noise.rest();
        const { image } = await decoder.run({ latent });
        return assertFinite(present(image), 'the VAE decoder');
      }),
    encode: (image) =>
      blaming(vae, async () => {
        const { mean, log_variance } = await encoder.run({ image });
        return {
          mean: assertFinite(present(mean), 'the VAE encoder'),
          logVariance: assertFinite(present(log_variance), 'the VAE encoder'),
        };
      }),
    memory:
      provider === 'cpu'
        ? memoryOf({
            text: { sessions: encoders, tensors: texts.map(({ tensors }) => tensors), work: () => textWorkBytes },
            noise: {
              sessions: [noise],
              tensors: [unet.tensors],
              work: (shape) => unetWorkBytes(unetShape(unet.config, scale, attention), shape),
            },
            decode: vaePart(decoder, vae, /^(decoder|post_quant_conv)\./),
            encode: vaePart(encoder, vae, /^(encoder|quant_conv)\./),
          })
        : null,
    close: async () => {
      for (const part of [decoder, encoder, noise, ...encoders]) await part.close();
    },
  };
}

function vaePart(session: Releasable, { config, tensors }: Component<VaeConfig>, names: RegExp): PartUse {
  return {
    sessions: [session],
    tensors: [new Map([...tensors].filter(([name]) => names.test(name)))],
    work: ({ width, height }) => vaeWorkBytes(config.block_out_channels, Math.min(width * height, mostPixelsAtOnce)),
  };
}

function unetShape(config: UnetConfig, pixels: number, attention: AttentionForm): UnetShape {
  const blocks = downBlocks(config);
  const depth = blocks.findIndex(({ hasAttention }) => hasAttention);
  const heads = blocks[depth]?.heads ?? 0;
  return {
    widths: config.block_out_channels,
    pixelsPerLatent: pixels,
    attention,
    firstAttention: depth < 0 ? null : { heads, depth },
  };
}

/** Values that are no numbers come of the precision, or of a file that holds some: then the file and the tensor are named. */
async function blaming<Result>(
  part: Pick<Component<unknown>, 'tensors'> | undefined,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== 'nan_in_result' || part === undefined) throw error;
    const faulty = await findNonFinite(part.tensors);
    if (faulty === null) throw error;
    const reason = `The tensor "${faulty.name}" holds values that are not numbers.`;
    throw new Failed('invalid_weights', { path: faulty.path, reason }, { cause: error });
  }
}

/** An exported bundle has a graph where others have weights. Whatever else is wrong with the folder is told by who opens it. */
async function isExported(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.includes(graphFileName) && chooseWeights(names) === null;
}

const isClip = (architectures: unknown): boolean =>
  architectures == null || (Array.isArray(architectures) && architectures.every((name) => /^CLIP/.test(String(name))));
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The index's word goes before the config's `architectures`, as in diffusers: some configs have none, or the one of a whole CLIP. */
const textConfigOf = (className: string | null) =>
  className === null
    ? ClipTextConfig
    : z.preprocess(
        (config) =>
          isRecord(config) && isClip(config.architectures) ? { ...config, architectures: [className] } : config,
        ClipTextConfig,
      );

async function openComponent<Schema extends z.ZodType>(
  schema: Schema,
  folder: string,
): Promise<Component<z.output<Schema>>> {
  const config = await readConfig(schema, join(folder, 'config.json'));
  try {
    return { folder, config, tensors: (await readComponentWeights(folder)).tensors };
  } catch (error) {
    if (error instanceof WeightsFault)
      throw new Failed('invalid_weights', { path: error.path, reason: error.reason }, { cause: error });
    throw error;
  }
}

/** Parts that are whole each but don't belong together. */
function refuseMisfits(
  unet: Component<UnetConfig>,
  vae: Component<VaeConfig>,
  texts: readonly Component<ClipTextConfig>[],
  isXl: boolean,
): void {
  const refuse = (field: string, value: unknown): never => {
    throw new Failed('unsupported_config', { path: join(unet.folder, 'config.json'), field: `"${field}"`, value });
  };
  const { in_channels, out_channels, cross_attention_dim, addition_embed_type } = unet.config;
  // More channels than the latent has: an inpainting or image-conditioned network.
  if (in_channels !== vae.config.latent_channels) refuse('in_channels', in_channels);
  if (out_channels !== in_channels) refuse('out_channels', out_channels);
  if ((addition_embed_type === 'text_time') !== isXl) refuse('addition_embed_type', addition_embed_type);
  const width = texts.reduce((sum, { config }) => sum + config.hidden_size, 0);
  if (cross_attention_dim !== width) refuse('cross_attention_dim', cross_attention_dim);
  if (!isXl) return;
  const { addition_time_embed_dim, projection_class_embeddings_input_dim } = unet.config;
  const pooledWidth = texts.findLast(({ config }) => hasProjection(config))?.config.projection_dim ?? 0;
  if (projection_class_embeddings_input_dim !== pooledWidth + timeIdCount * (addition_time_embed_dim ?? 0))
    refuse('projection_class_embeddings_input_dim', projection_class_embeddings_input_dim);
}
