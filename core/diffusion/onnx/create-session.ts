import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Tensor } from '../networks.ts';
import type { WeightFeeds } from '../weights/load-weights.ts';
import type { GraphInput, OnnxGraph } from './graph-builder.ts';

// Its errors are thrown as well, and become failures: on standard error they would only alarm.
env.logLevel = 'fatal';

export interface SessionOptions {
  readonly provider: string;
  /** Sizes of named dimensions, where the session is to be made for one size. */
  readonly fixedDims?: Readonly<Record<string, number>>;
  /** Makes a node that the provider can't run an error instead of a quiet fall to the CPU. */
  readonly refuseCpuFallback?: boolean;
  /** Of the processor; as many as it has cores where this says nothing. */
  readonly threads?: number | undefined;
}

/** Token ids and other whole numbers go in as int64. */
export type Feed = Tensor | { readonly ids: BigInt64Array; readonly dims: readonly number[] };

/** A loaded graph. `run` blocks its thread; `close` frees it. */
export interface Session {
  /** Outputs by name. Values that are not numbers go through. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/** What the runtime is given of a graph: plain data, which another thread can be handed. */
export interface RunnableGraph extends Pick<OnnxGraph, 'bytes' | 'inputs' | 'weightFolder'> {
  /**
   * Convolutions use their kernels as they lie. In the layout that the runtime likes better they are no faster where kernels are large, and it
   * holds four copies while it turns them.
   */
  readonly keepsLayout: boolean;
}

/** Loads a graph while its weights are loaded. Throws what the runtime says, as it says it. */
export async function createSession(
  graph: RunnableGraph,
  options: SessionOptions,
  weights: Promise<WeightFeeds>,
): Promise<Session> {
  // Threads read while the runtime makes the session, which blocks this one.
  const [loaded, created] = await Promise.allSettled([weights, createInference(graph, options)]);
  if (loaded.status === 'fulfilled' && created.status === 'fulfilled')
    return openedSession(created.value, loaded.value);
  if (created.status === 'fulfilled') await created.value.release();
  throw [loaded, created].find((one) => one.status === 'rejected')?.reason;
}

function openedSession(session: InferenceSession, weights: WeightFeeds): Session {
  const fixed = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, toOrt(weight)]));
  return {
    run: async (feeds) => {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOrt(feed)]));
      const outputs = await session.run({ ...inputs, ...fixed });
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    close: () => session.release(),
  };
}

/**
 * How long a thread that has nothing to do waits awake. With the runtime's own, longer time a step of a UNet in segments takes 10 to 20 % more
 * on two cores, and every network 30 to 40 % more where other programs want them.
 */
const spinMicroseconds = '20';

function createInference(graph: RunnableGraph, options: SessionOptions): Promise<InferenceSession> {
  return InferenceSession.create(graph.bytes, {
    executionProviders: [options.provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // An arena a session would keep each session's largest activations for good, and take its blocks in powers of two.
    enableCpuMemArena: false,
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
    ...(options.fixedDims !== undefined && { freeDimensionOverrides: options.fixedDims }),
    extra: {
      session: {
        ...(graph.weightFolder !== null && {
          model_external_initializers_file_folder_path: graph.weightFolder,
        }),
        ...(options.refuseCpuFallback === true && { disable_cpu_ep_fallback: '1' }),
        intra_op: { spin_duration_us: spinMicroseconds },
      },
      ...(graph.keepsLayout && { optimization: { disable_specified_optimizers: 'NchwcTransformer' } }),
    },
  });
}

/** The sizes that a graph's named dimensions have in these feeds. */
export function namedDims(
  inputs: readonly GraphInput[],
  feeds: Readonly<Record<string, Feed>>,
): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, dims } of inputs)
    for (const [axis, dim] of dims.entries()) if (typeof dim === 'string') sizes[dim] = feeds[name]?.dims[axis] ?? 0;
  return sizes;
}

function toOrt(feed: Feed): OrtTensor {
  return 'ids' in feed ? new OrtTensor('int64', feed.ids, feed.dims) : new OrtTensor('float32', feed.data, feed.dims);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  const { data } = value;
  if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is ${value.type}`);
  return { data, dims: value.dims };
}
