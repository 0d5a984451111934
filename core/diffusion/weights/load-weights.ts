import type { Tensor } from '../networks.ts';
import { readWeight, type WeightRead } from './read-weight.ts';
import { type CastWeight, sizeOf, type TurnedWeight } from './weight-source.ts';
import { readInThreads } from './weight-threads.ts';

/** Weights that a graph takes as inputs, by name. */
export type WeightFeeds = Readonly<Record<string, Tensor>>;

export interface LoadedWeights {
  readonly feeds: WeightFeeds;
  /** Gives their memory back: at once, or of shared ones when the collector next runs. */
  free(): void;
}

/** Fewer numbers are read before a thread has started. */
const leastNumbersForThreads = 2 ** 22;

/**
 * Weights that a graph takes as inputs, each cast or turned once, into memory that the runtime uses as it is. Left to the runtime, which
 * folds what is constant, each would be there in every form on the way, in memory that is new to the process each time.
 *
 * Throws what the file system throws, or a RangeError where there is no such memory.
 */
export async function loadWeights(
  turned: readonly TurnedWeight[],
  fed: readonly CastWeight[] = [],
  isShared = false,
): Promise<LoadedWeights> {
  const wanted = [
    ...turned.map(({ name, dims, tensor, matrix, columns }) => ({ name, dims, tensor, form: { matrix, columns } })),
    ...fed.map(({ value, tensor }) => ({ name: value, dims: tensor.shape, tensor })),
    // The largest first, so that all threads end at about the same time.
  ].toSorted((left, right) => sizeOf(right.dims) - sizeOf(left.dims));
  const loaded = await Promise.allSettled(readAll(wanted, isShared));
  const feeds: Record<string, Tensor> = {};
  const free = () => {
    for (const one of loaded)
      if (one.status === 'fulfilled' && one.value.buffer instanceof ArrayBuffer)
        one.value.buffer.transferToFixedLength(0);
  };
  for (const [index, { name, dims }] of wanted.entries()) {
    const one = loaded[index];
    if (one?.status === 'fulfilled') feeds[name] = { data: one.value, dims };
    else {
      free();
      throw one?.reason;
    }
  }
  return { feeds, free };
}

function readAll(wanted: readonly WeightRead[], isShared: boolean): readonly Promise<Float32Array>[] {
  const reads = wanted.map(
    ({ tensor, form }): WeightRead => ({ tensor, isShared, ...(form !== undefined && { form }) }),
  );
  const numbers = reads.reduce((sum, { tensor }) => sum + sizeOf(tensor.shape), 0);
  return numbers < leastNumbersForThreads ? reads.map(async (read) => readWeight(read)) : readInThreads(reads);
}
