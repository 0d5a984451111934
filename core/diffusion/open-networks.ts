import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import { readComponentWeights } from '../formats/component-weights.ts';
import { formatLimits } from '../formats/limits.ts';
import { ReadFault, readSmallJson } from '../formats/read-bounded.ts';
import { WeightsFault } from '../formats/safetensors.ts';
import { checkConfig } from './graphs/check-config.ts';
import { ClipTextConfig, hasProjection } from './graphs/clip-text-encoder.ts';
import type { AttentionForm, Forms } from './graphs/layers.ts';
import { UnetConfig } from './graphs/unet-config.ts';
import { pixelsPerLatent, VaeConfig, vaeDecoderGraph, vaeEncoderGraph, vaeWeights } from './graphs/vae.ts';
import type { Networks, Tensor, TextEncoding } from './networks.ts';
import { findNonFinite } from './onnx/non-finite-weights.ts';
import { assertFinite } from './onnx/session.ts';
import type { Component } from './sessions/component.ts';
import { lazySession, present } from './sessions/lazy-session.ts';
import { openNoisePredictor, timeIdCount } from './sessions/noise-predictor.ts';
import { openTextEncoder } from './sessions/text-encoder.ts';

const families = {
  StableDiffusionPipeline: { isXl: false },
  StableDiffusionXLPipeline: { isXl: true },
} as const;
const ModelIndex = z.object({ _class_name: z.enum(['StableDiffusionPipeline', 'StableDiffusionXLPipeline']) });

/**
 * The networks of a diffusers folder, run from where their weights lie. Configs and headers are read and checked now, weights when a
 * network first runs; a network's session serves every size and batch on CPU.
 *
 * `provider` is one that `chooseProvider` believed. `attention` is the form that it proved there.
 *
 * Throws `unsupported_config`, `invalid_weights`, `unreadable`; the networks' functions also `oom`, `model_load_failed`, `nan_in_result`.
 */
export async function openNetworks(
  entryPath: string,
  provider: string,
  attention: AttentionForm = provider === 'cpu' ? 'fused' : 'plain',
): Promise<Networks> {
  const { _class_name } = await readConfig(ModelIndex, join(entryPath, 'model_index.json'));
  const { isXl } = families[_class_name];
  const unet = await openComponent(UnetConfig, join(entryPath, 'unet'));
  const vae = await openComponent(VaeConfig, join(entryPath, 'vae'));
  const textFolders = isXl ? ['text_encoder', 'text_encoder_2'] : ['text_encoder'];
  const texts = await Promise.all(textFolders.map((folder) => openComponent(ClipTextConfig, join(entryPath, folder))));
  refuseMisfits(unet, vae, texts, isXl);

  const forms: Forms = { attention, convolution: provider === 'cpu' ? 'winograd' : 'direct' };
  const vaeSource = vaeWeights(vae.folder, vae.tensors);
  const decoder = lazySession(provider, () => vaeDecoderGraph(vae.config, vaeSource, forms));
  const encoder = lazySession(provider, () => vaeEncoderGraph(vae.config, vaeSource, forms));
  const encoders = texts.map((text) => openTextEncoder(text, provider, isXl));
  const noise = openNoisePredictor(unet, provider, forms);
  const scale = pixelsPerLatent(vae.config);
  const sampleSize = unet.config.sample_size;

  return {
    provider,
    latentChannels: vae.config.latent_channels,
    pixelsPerLatent: scale,
    scalingFactor: vae.config.scaling_factor,
    nativeSize: scale * (typeof sampleSize === 'number' ? sampleSize : Math.max(...sampleSize)),
    contextWidths: texts.map(({ config }) => config.hidden_size),
    encodeText: async (tokens, skipLayers) => {
      if (tokens.length !== encoders.length)
        throw new RangeError(`tokens of ${tokens.length} encoders for ${encoders.length}`);
      const encodings: TextEncoding[] = [];
      for (const [index, encoder] of encoders.entries())
        encodings.push(await blaming(texts[index], () => encoder.encode(tokens[index] ?? [], skipLayers)));
      const pooled = encodings.findLast((encoding) => encoding.pooled !== null)?.pooled ?? null;
      return { context: joinChannels(encodings.map(({ context }) => context)), pooled: isXl ? pooled : null };
    },
    predictNoise: (input) => blaming(unet, () => noise.predict(input)),
    decode: (latent) =>
      blaming(vae, async () => {
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
    close: async () => {
      for (const part of [decoder, encoder, noise, ...encoders]) await part.close();
    },
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

async function readConfig<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
  let config: unknown;
  try {
    config = await readSmallJson(path, formatLimits.configBytes);
  } catch (error) {
    if (error instanceof ReadFault)
      throw new Failed('unreadable', { path, reason: `It ${error.reason}.` }, { cause: error });
    if (error instanceof SyntaxError)
      throw new Failed('unreadable', { path, reason: 'It is not JSON.' }, { cause: error });
    throw error;
  }
  return checkConfig(schema, config, path);
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

/** `[batch, tokens, a]` and `[batch, tokens, b]` to `[batch, tokens, a + b]`. */
function joinChannels(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no text encoding');
  if (parts.length === 1) return first;
  const [batch = 0, tokens = 0] = first.dims;
  const widths = parts.map(({ dims }) => dims[2] ?? 0);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const data = new Float32Array(batch * tokens * width);
  for (let row = 0; row < batch * tokens; row++) {
    let at = row * width;
    for (const [index, part] of parts.entries()) {
      const size = widths[index] ?? 0;
      data.set(part.data.subarray(row * size, (row + 1) * size), at);
      at += size;
    }
  }
  return { data, dims: [batch, tokens, width] };
}
