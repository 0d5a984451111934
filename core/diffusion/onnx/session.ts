import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { Failed } from '../../contract/failure.ts';
import type { Tensor } from '../networks.ts';
import { GraphBuilder, type OnnxGraph } from './graph-builder.ts';
import { withCastsFed } from './fed-weights.ts';
import { type LoadedWeights, loadWeights } from './load-weights.ts';

// Its errors are thrown as well, and become failures: on standard error they would only alarm.
env.logLevel = 'fatal';

export interface SessionOptions {
  readonly provider: string;
  /** Sizes of named dimensions, where the session is to be made for one size. */
  readonly fixedDims?: Readonly<Record<string, number>>;
  /** Makes a node that the provider can't run an error instead of a quiet fall to the CPU. */
  readonly refuseCpuFallback?: boolean;
}

/** Token ids and other whole numbers go in as int64. */
export type Feed = Tensor | { readonly ids: BigInt64Array; readonly dims: readonly number[] };

/** A loaded graph. `run` blocks its thread; `close` frees it. */
export interface Session {
  /** Outputs by name. Throws `oom` or `model_load_failed`; values that are not numbers go through, see {@link assertFinite}. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<Readonly<Record<string, Tensor>>>;
  close(): Promise<void>;
}

/** Makes the runtime ready, as the first session of a process has to: for a process with nothing to do until it is asked. */
export async function startRuntime(): Promise<void> {
  const graph = new GraphBuilder('start');
  graph.output('same', graph.input('value', [1]), [1]);
  const session = await openSession(graph.finish(), { provider: 'cpu' });
  await session.close();
}

/** Loads a graph whose weights are read from where they lie. Throws `oom` or `model_load_failed`. */
export async function openSession(graph: OnnxGraph, options: SessionOptions): Promise<Session> {
  const { fed, ...rest } = options.provider === 'cpu' ? withCastsFed(graph) : { ...graph, fed: [] };
  // Threads read while the runtime makes the session, which blocks this one.
  const [weights, session] = await Promise.allSettled([
    mapErrors(() => loadWeights(graph.turned, fed)),
    mapErrors(() => createSession(rest, options, fed.length > 0)),
  ]);
  if (weights.status === 'fulfilled' && session.status === 'fulfilled')
    return openedSession(session.value, weights.value);
  if (weights.status === 'fulfilled') weights.value.free();
  if (session.status === 'fulfilled') await session.value.release();
  throw [weights, session].find((one) => one.status === 'rejected')?.reason;
}

function openedSession(session: InferenceSession, weights: LoadedWeights): Session {
  return {
    run: async (feeds) => {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toOrt(feed)]));
      const outputs = await mapErrors(() => session.run({ ...inputs, ...weights.feeds }));
      return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    close: async () => {
      await session.release();
      weights.free();
    },
  };
}

/**
 * How long a thread that has nothing to do waits awake. With the runtime's own, longer time a step of a UNet in segments takes 10 to 20 % more
 * on two cores, and every network 30 to 40 % more where other programs want them.
 */
const spinMicroseconds = '20';

/**
 * `keepsLayout`: convolutions use their kernels as they lie. In the layout that the runtime likes better they are no faster where kernels are
 * large, and it holds four copies while it turns them.
 */
function createSession(graph: OnnxGraph, options: SessionOptions, keepsLayout: boolean): Promise<InferenceSession> {
  return InferenceSession.create(graph.bytes, {
    executionProviders: [options.provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // An arena a session would keep each session's largest activations for good, and take its blocks in powers of two.
    enableCpuMemArena: false,
    ...(options.fixedDims !== undefined && { freeDimensionOverrides: options.fixedDims }),
    extra: {
      session: {
        ...(graph.weightFolder !== null && {
          model_external_initializers_file_folder_path: graph.weightFolder,
        }),
        ...(options.refuseCpuFallback === true && { disable_cpu_ep_fallback: '1' }),
        intra_op: { spin_duration_us: spinMicroseconds },
      },
      ...(keepsLayout && { optimization: { disable_specified_optimizers: 'NchwcTransformer' } }),
    },
  });
}

/** The sizes that a graph's named dimensions have in these feeds. */
export function namedDims(graph: OnnxGraph, feeds: Readonly<Record<string, Feed>>): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const { name, dims } of graph.inputs)
    for (const [axis, dim] of dims.entries()) if (typeof dim === 'string') sizes[dim] = feeds[name]?.dims[axis] ?? 0;
  return sizes;
}

/** Throws `nan_in_result` when a value is NaN or infinite: a later step would only spread it. */
export function assertFinite(tensor: Tensor, where: string): Tensor {
  for (const value of tensor.data) {
    if (!Number.isFinite(value)) throw new Failed('nan_in_result', { where });
  }
  return tensor;
}

function toOrt(feed: Feed): OrtTensor {
  return 'ids' in feed ? new OrtTensor('int64', feed.ids, feed.dims) : new OrtTensor('float32', feed.data, feed.dims);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  const { data } = value;
  if (!(data instanceof Float32Array)) throw new TypeError(`output ${name} is ${value.type}`);
  return { data, dims: value.dims };
}

/** Runs what calls the runtime: its errors become `oom` or `model_load_failed`. */
export async function mapErrors<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = /bad_alloc|out of memory|failed to allocate|allocation failed|not enough memory/i.test(reason)
      ? 'oom'
      : 'model_load_failed';
    throw new Failed(code, { reason }, { cause: error });
  }
}
