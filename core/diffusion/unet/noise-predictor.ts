import { parametersOf } from '../../formats/weights/tensor-precision.ts';
import type { Forms } from '../graphs/layers.ts';
import { guidanceFeatures, timestepFeatures } from '../graphs/timestep-features.ts';
import { unetGraphs } from '../graphs/unet.ts';
import type { UnetConfig } from '../graphs/unet-config.ts';
import type { NoiseInput, Tensor } from '../networks.ts';
import { inPrecision, type Precision } from '../onnx/half-precision.ts';
import { assertFinite, openSession } from '../onnx/session.ts';
import type { Component } from '../sessions/component.ts';
import { lazySession } from '../sessions/lazy-session.ts';
import { weightSource } from '../weights/weight-source.ts';
import { threadsOfARow } from './row-threads.ts';
import type { Values } from './segment-chain.ts';
import { openUnetRunner, type UnetRunnerOptions } from './unet-runner.ts';

/** SDXL tells its UNet original height and width, crop top and left, target height and width. */
export const timeIdCount = 6;
/**
 * Stable Diffusion 1.5 becomes 4 graphs. What passes between two of them is copied once, some megabytes at 512 px. Fewer and
 * larger ones make a step 1 % faster and a load a fifth slower: while one runs, the next one's weights are read.
 * A GPU gets one graph: there each pass between would go through the CPU's memory.
 */
const cpuSegmentBytes = 1000 * 2 ** 20;
/** As float32. A smaller network's rows take as long apart as together, and a second runtime to be made ready. */
const leastPartedBytes = 2 ** 27;
/** Prompts whose keys and values are kept: guidance run as two calls alternates between two. */
const keptContexts = 2;
/** Weights that a new prompt alone needs, as float32: more than this go once it has its keys and values. SD 1.5 has 77 MB of them, SDXL 1.4 GB. */
const mostContextBytes = 2 ** 26;

export interface NoisePredictor {
  predict(input: NoiseInput): Promise<Tensor>;
  readonly isLoaded: boolean;
  close(): Promise<void>;
}

export interface UnetPredictor extends NoisePredictor {
  /** No step comes for a while: what the last ones left behind is given back. */
  rest(): void;
}

/** `segmentBytes`: see `UnetOptions`. */
export function openNoisePredictor(
  { folder, config, tensors }: Component<UnetConfig>,
  provider: string,
  forms: Forms,
  segmentBytes: number = provider === 'cpu' ? cpuSegmentBytes : Number.POSITIVE_INFINITY,
  precision: Precision = 'float32',
  {
    rowThreads = provider === 'cpu' && 4 * parametersOf(tensors.values()) >= leastPartedBytes ? threadsOfARow() : null,
    startThread,
  }: Partial<Pick<UnetRunnerOptions, 'rowThreads' | 'startThread'>> = {},
): UnetPredictor {
  const source = weightSource(folder, tensors);
  const write = (halvesEvenly: boolean) =>
    unetGraphs(config, source, { ...forms, segmentBytes, halvesEvenly, partsRows: rowThreads !== null });
  const graphs = write(true);
  const contextGraph = graphs.context;
  const contextSession =
    contextGraph === null ? null : lazySession(provider, () => inPrecision(contextGraph, precision), openSession);
  const runner = openUnetRunner((halvesEvenly) => (halvesEvenly ? graphs : write(false)), {
    provider,
    precision,
    rowThreads,
    startThread,
  });
  const halvings = config.block_out_channels.length - 1;

  let kept: { readonly context: Tensor; readonly keysAndValues: Readonly<Record<string, Tensor>> }[] = [];

  const keysAndValuesOf = async (context: Tensor) => {
    if (contextSession === null) return {};
    const known = kept.find((one) => sameTensor(one.context, context));
    if (known !== undefined) return known.keysAndValues;
    const keysAndValues = await contextSession.run({ context });
    const channels = Object.values(keysAndValues).reduce((sum, { dims }) => sum + (dims[2] ?? 0), 0);
    if (provider === 'cpu' && 4 * channels * config.cross_attention_dim > mostContextBytes)
      await contextSession.close();
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
      const values: Values = {
        sample: input.sample,
        time,
        ...(config.addition_embed_type !== null && {
          added: addedConditions(input, (value) => features(value, config.addition_time_embed_dim ?? 0)),
        }),
        ...(config.time_cond_proj_dim !== null && {
          guidance: {
            data: guidanceFeatures(input.guidance ?? 1, config.time_cond_proj_dim),
            dims: [1, config.time_cond_proj_dim],
          },
        }),
        ...(await keysAndValuesOf(input.context)),
      };
      const rows = contextGraph === null ? 1 : (input.context.dims[0] ?? 1);
      const halvesEvenly = input.sample.dims.slice(2).every((size) => size % 2 ** halvings === 0);
      const noise = assertFinite(await runner.run(values, rows, halvesEvenly), 'the UNet');
      // A network that attends to no prompt has one answer for all rows.
      return contextGraph === null ? inRows(noise, input.context.dims[0] ?? 1) : noise;
    },
    get isLoaded() {
      return runner.isLoaded;
    },
    rest: () => runner.rest(),
    close: async () => {
      kept = [];
      await contextSession?.close();
      await runner.close();
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

function inRows({ data, dims: [given, ...shape] }: Tensor, rows: number): Tensor {
  if (given === rows) return { data, dims: [rows, ...shape] };
  const all = new Float32Array(data.length * rows);
  for (let row = 0; row < rows; row++) all.set(data, row * data.length);
  return { data: all, dims: [rows, ...shape] };
}

function sameTensor(left: Tensor, right: Tensor): boolean {
  const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    left.dims.length === right.dims.length &&
    left.dims.every((size, index) => size === right.dims[index]) &&
    bytes(left).equals(bytes(right))
  );
}
