import type { Forms } from '../graphs/layers.ts';
import { timestepFeatures } from '../graphs/timestep-features.ts';
import { unetGraphs } from '../graphs/unet.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import type { UnetConfig } from '../graphs/unet-config.ts';
import type { NoiseInput, Tensor } from '../networks.ts';
import { assertFinite, type Session } from '../onnx/session.ts';
import { weightSource } from '../onnx/weight-source.ts';
import type { Component } from './component.ts';
import { lazySession, present } from './lazy-session.ts';

/** SDXL tells its UNet original height and width, crop top and left, target height and width. */
export const timeIdCount = 6;
/**
 * Stable Diffusion 1.5 becomes 8 graphs. What passes between two of them is copied once, some megabytes at 512 px.
 * A GPU gets one graph: there each pass between would go through the CPU's memory.
 */
const cpuSegmentBytes = 400 * 2 ** 20;
/** Prompts whose keys and values are kept: guidance run as two calls alternates between two. */
const keptContexts = 2;

export interface NoisePredictor {
  predict(input: NoiseInput): Promise<Tensor>;
  close(): Promise<void>;
}

/** `segmentBytes`: see `UnetOptions`. */
export function openNoisePredictor(
  { folder, config, tensors }: Component<UnetConfig>,
  provider: string,
  forms: Forms,
  segmentBytes: number = provider === 'cpu' ? cpuSegmentBytes : Number.POSITIVE_INFINITY,
): NoisePredictor {
  const source = weightSource(folder, tensors);
  const write = (halvesEvenly: boolean) => unetGraphs(config, source, { ...forms, segmentBytes, halvesEvenly });
  const [even, uneven] = [write(true), write(false)];
  const segments = even.segments.map((graph, index) => segmentOf(provider, graph, uneven.segments[index]));
  const halvings = config.block_out_channels.length - 1;
  const contextGraph = even.context;
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
      const halvesEvenly = input.sample.dims.slice(2).every((size) => size % 2 ** halvings === 0);
      for (const segment of segments) {
        const { graph, session } = await segment.forSize(halvesEvenly);
        const feeds = Object.fromEntries(graph.inputs.map(({ name }) => [name, present(values[name])]));
        values = { ...values, ...(await session.run(feeds)) };
      }
      return assertFinite(present(values.noise), 'the UNet');
    },
    close: async () => {
      kept = [];
      await contextSession?.close();
      for (const segment of segments) await segment.close();
    },
  };
}

/** SDXL: each row the pooled text, then the features of its six time ids. */
interface SegmentSession {
  readonly graph: OnnxGraph;
  readonly session: Session;
}

/** One segment for maps that halve evenly and for others. Only some differ, and of those one is loaded at a time. */
function segmentOf(provider: string, even: OnnxGraph, uneven: OnnxGraph | undefined) {
  const open = (graph: OnnxGraph): SegmentSession => ({ graph, session: lazySession(provider, () => graph) });
  const whenEven = open(even);
  const whenUneven = uneven === undefined || Buffer.from(even.bytes).equals(uneven.bytes) ? whenEven : open(uneven);
  return {
    forSize: async (halvesEvenly: boolean): Promise<SegmentSession> => {
      const [wanted, other] = halvesEvenly ? [whenEven, whenUneven] : [whenUneven, whenEven];
      if (other !== wanted) await other.session.close();
      return wanted;
    },
    close: async () => {
      await whenEven.session.close();
      await whenUneven.session.close();
    },
  };
}

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

function sameTensor(left: Tensor, right: Tensor): boolean {
  const bytes = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return (
    left.dims.length === right.dims.length &&
    left.dims.every((size, index) => size === right.dims[index]) &&
    bytes(left).equals(bytes(right))
  );
}
