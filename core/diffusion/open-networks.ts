import { join } from 'node:path';
import { z } from 'zod';
import { Failed } from '../contract/failure.ts';
import { readComponentWeights } from '../formats/component-weights.ts';
import { formatLimits } from '../formats/limits.ts';
import { ReadFault, readSmallJson } from '../formats/read-bounded.ts';
import { WeightsFault } from '../formats/safetensors.ts';
import { checkConfig } from './graphs/check-config.ts';
import { ClipTextConfig, clipTextEncoderGraph, clipWeights, endRows, hasProjection } from './graphs/clip-text-encoder.ts';
import type { AttentionForm } from './graphs/layers.ts';
import { timestepFeatures } from './graphs/timestep-features.ts';
import { unetGraphs } from './graphs/unet.ts';
import { UnetConfig } from './graphs/unet-config.ts';
import { pixelsPerLatent, VaeConfig, vaeDecoderGraph, vaeEncoderGraph, vaeWeights } from './graphs/vae.ts';
import type { Networks, NoiseInput, Tensor, TextEncoding } from './networks.ts';
import type { OnnxGraph } from './onnx/graph-builder.ts';
import { assertFinite, openSession, type Session } from './onnx/session.ts';
import { type WeightTensor, weightSource } from './onnx/weight-source.ts';

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

  const vaeSource = vaeWeights(vae.folder, vae.tensors);
  const decoder = lazySession(provider, () => vaeDecoderGraph(vae.config, vaeSource, attention));
  const encoder = lazySession(provider, () => vaeEncoderGraph(vae.config, vaeSource, attention));
  const encoders = texts.map((text) => openTextEncoder(text, provider, isXl));
  const noise = openUnet(unet, provider, attention);
  const scale = pixelsPerLatent(vae.config);
  const sampleSize = unet.config.sample_size;

  return {
    provider,
    latentChannels: vae.config.latent_channels,
    pixelsPerLatent: scale,
    scalingFactor: vae.config.scaling_factor,
    nativeSize: scale * (typeof sampleSize === 'number' ? sampleSize : Math.max(...sampleSize)),
    encodeText: async (tokens, skipLayers) => {
      if (tokens.length !== encoders.length)
        throw new RangeError(`tokens of ${tokens.length} encoders for ${encoders.length}`);
      const encodings: TextEncoding[] = [];
      for (const [index, encoder] of encoders.entries()) encodings.push(await encoder.encode(tokens[index] ?? [], skipLayers));
      const pooled = encodings.findLast((encoding) => encoding.pooled !== null)?.pooled ?? null;
      return { context: joinChannels(encodings.map(({ context }) => context)), pooled: isXl ? pooled : null };
    },
    predictNoise: noise.predict,
    decode: async (latent) => {
      const { image } = await decoder.run({ latent });
      return assertFinite(present(image), 'the VAE decoder');
    },
    encode: async (image) => {
      const { mean, log_variance } = await encoder.run({ image });
      return {
        mean: assertFinite(present(mean), 'the VAE encoder'),
        logVariance: assertFinite(present(log_variance), 'the VAE encoder'),
      };
    },
    close: async () => {
      for (const part of [decoder, encoder, noise, ...encoders]) await part.close();
    },
  };
}

interface Component<Config> {
  readonly folder: string;
  readonly config: Config;
  readonly tensors: ReadonlyMap<string, WeightTensor>;
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
    if (error instanceof ReadFault) throw new Failed('unreadable', { path, reason: `It ${error.reason}.` }, { cause: error });
    if (error instanceof SyntaxError) throw new Failed('unreadable', { path, reason: 'It is not JSON.' }, { cause: error });
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

interface Part {
  close(): Promise<void>;
}

/** A session that loads when it first runs. A load that failed is tried anew by the next run. */
function lazySession(provider: string, makeGraph: () => OnnxGraph): Session {
  let opened: Promise<Session> | null = null;
  const open = async () => {
    try {
      return await openSession(makeGraph(), { provider });
    } catch (error) {
      opened = null;
      throw error;
    }
  };
  return {
    run: async (feeds) => {
      opened ??= open();
      return (await opened).run(feeds);
    },
    close: async () => {
      const closing = opened;
      opened = null;
      await (await closing)?.close();
    },
  };
}

interface TextEncoder extends Part {
  encode(prompts: readonly (readonly number[])[], skipLayers: number): Promise<TextEncoding>;
}

function openTextEncoder(
  { folder, config, tensors }: Component<ClipTextConfig>,
  provider: string,
  isXl: boolean,
): TextEncoder {
  const weights = clipWeights(folder, tensors);
  // The graph ends where the reading does: another clip skip is another graph.
  let current: { readonly skipLayers: number; readonly session: Session } | null = null;
  const sessionFor = async (skipLayers: number) => {
    if (current?.skipLayers === skipLayers) return current.session;
    await current?.session.close();
    const reading = { skipLayers: skipLayers + (isXl ? 1 : 0), finalNorm: !isXl };
    const session = lazySession(provider, () => clipTextEncoderGraph(config, weights, reading));
    current = { skipLayers, session };
    return session;
  };
  return {
    encode: async (prompts, skipLayers) => {
      const most = config.num_hidden_layers - (isXl ? 2 : 1);
      if (skipLayers > most)
        throw new Failed('invalid_input', { field: 'clip_skip', reason: `This model's text encoder has ${most} layers to skip.` });
      const session = await sessionFor(skipLayers);
      const length = config.max_position_embeddings;
      checkTokens(prompts, config, folder);
      const ids = { ids: BigInt64Array.from(prompts.flat(), BigInt), dims: [prompts.length, length] };
      const ends = { ids: endRows(prompts, config), dims: [prompts.length] };
      const { context, pooled } = await session.run(hasProjection(config) ? { ids, end_rows: ends } : { ids });
      return { context: assertFinite(present(context), 'the text encoder'), pooled: pooled ?? null };
    },
    close: async () => {
      await current?.session.close();
      current = null;
    },
  };
}

/** The tokenizer's files may be another model's: an id past the table would be an error of the runtime that names nothing. */
function checkTokens(prompts: readonly (readonly number[])[], config: ClipTextConfig, folder: string): void {
  for (const prompt of prompts) {
    if (prompt.length !== config.max_position_embeddings)
      throw new RangeError(`a prompt of ${prompt.length} tokens for an encoder of ${config.max_position_embeddings}`);
    const stray = prompt.find((id) => id >= config.vocab_size);
    if (stray !== undefined)
      throw new Failed('unsupported_config', {
        path: join(folder, 'config.json'),
        field: '"vocab_size"',
        value: `${config.vocab_size}, but the tokenizer gives the token ${stray}`,
      });
  }
}

const timeIdCount = 6;
/**
 * Stable Diffusion 1.5 becomes 8 graphs. What passes between two of them is copied once, some megabytes at 512 px.
 * A GPU gets one graph: there each pass between would go through the CPU's memory.
 */
const cpuSegmentBytes = Number(process.env['SEG'] ?? 400) * 2 ** 20;
/** Prompts whose keys and values are kept: guidance run as two calls alternates between two. */
const keptContexts = 2;

interface NoisePredictor extends Part {
  predict(input: NoiseInput): Promise<Tensor>;
}

function openUnet(
  { folder, config, tensors }: Component<UnetConfig>,
  provider: string,
  attention: AttentionForm,
): NoisePredictor {
  const graphs = unetGraphs(config, weightSource(folder, tensors), {
    attention,
    segmentBytes: provider === 'cpu' ? cpuSegmentBytes : Number.POSITIVE_INFINITY,
  });
  const segments = graphs.segments.map((graph) => ({ graph, session: lazySession(provider, () => graph) }));
  const contextGraph = graphs.context;
  const contextSession = contextGraph === null ? null : lazySession(provider, () => contextGraph);
  let kept: { readonly context: Tensor; readonly keysAndValues: Readonly<Record<string, Tensor>> }[] = [];

  const keysAndValuesOf = async (context: Tensor) => {
    if (contextSession === null) return {};
    const known = kept.find((one) => sameTensor(one.context, context));
    if (known !== undefined) return known.keysAndValues;
    const keysAndValues = await contextSession.run({ context });
    // A copy: whoever fills the same array anew must not be answered with the old prompt.
    kept = [{ context: { ...context, data: context.data.slice() }, keysAndValues }, ...kept.slice(0, keptContexts - 1)];
    return keysAndValues;
  };

  const features = (value: number, size: number) =>
    timestepFeatures(value, size, { flipSinToCos: config.flip_sin_to_cos, frequencyShift: config.freq_shift });
  const timeWidth = config.block_out_channels[0] ?? 0;

  return {
    predict: async (input) => {
      const time = { data: features(input.timestep, timeWidth), dims: [1, timeWidth] };
      let values: Readonly<Record<string, Tensor>> = {
        sample: input.sample,
        time,
        ...(config.addition_embed_type !== null && {
          added: addedConditions(input, (value) => features(value, config.addition_time_embed_dim ?? 0)),
        }),
        ...(await keysAndValuesOf(input.context)),
      };
      for (const { graph, session } of segments) {
        const feeds = Object.fromEntries(graph.inputs.map((name) => [name, present(values[name])]));
        values = { ...values, ...(await session.run(feeds)) };
      }
      return assertFinite(present(values['noise']), 'the UNet');
    },
    close: async () => {
      kept = [];
      await contextSession?.close();
      for (const { session } of segments) await session.close();
    },
  };
}

/** SDXL: each row the pooled text, then the features of its six time ids. */
function addedConditions({ pooled, timeIds }: NoiseInput, features: (value: number) => Float32Array): Tensor {
  if (pooled === null || timeIds === null) throw new TypeError('SDXL needs pooled text and time ids');
  const batch = pooled.dims[0] ?? 0;
  const rows = Array.from({ length: batch }, (_, row) => [
    ...rowOf(pooled, row),
    ...Array.from(rowOf(timeIds, row), (id) => [...features(id)]).flat(),
  ]);
  return { data: Float32Array.from(rows.flat()), dims: [batch, rows[0]?.length ?? 0] };
}

function rowOf({ data, dims }: Tensor, row: number): Float32Array {
  const width = data.length / (dims[0] ?? 1);
  return data.subarray(row * width, (row + 1) * width);
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

function sameTensor(left: Tensor, right: Tensor): boolean {
  const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    left.dims.length === right.dims.length &&
    left.dims.every((size, index) => size === right.dims[index]) &&
    bytes(left).equals(bytes(right))
  );
}

function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new TypeError('the graph has no such output');
  return tensor;
}
