import { type LoadedWeights, loadWeights, type WeightFeeds } from '../weights/load-weights.ts';
import type { RunnableGraph } from './create-session.ts';
import { withCastsFed } from './fed-weights.ts';
import type { OnnxGraph } from './graph-builder.ts';

/** The weights of one graph that are its inputs, for all sessions that run it. */
export interface HeldWeights {
  /** The graph as it is run with them. */
  readonly graph: RunnableGraph;
  /** Loads them when first asked. A load that failed is tried anew. Throws what the file system throws, or a RangeError where there is no memory. */
  load(): Promise<WeightFeeds>;
  /** Gives their memory back, once no session has them. */
  free(): Promise<void>;
}

/** `isShared`: other threads get them as well, and see the same memory. */
export function heldWeights(graph: OnnxGraph, provider: string, isShared = false): HeldWeights {
  const { bytes, inputs, weightFolder, turned, fed } = provider === 'cpu' ? withCastsFed(graph) : { ...graph, fed: [] };
  let loading: Promise<LoadedWeights> | null = null;
  return {
    graph: { bytes, inputs, weightFolder, keepsLayout: fed.length > 0 },
    load: async () => {
      loading ??= loadWeights(turned, fed, isShared);
      const current = loading;
      try {
        return (await current).feeds;
      } catch (error) {
        if (loading === current) loading = null;
        throw error;
      }
    },
    free: async () => {
      const before = loading;
      loading = null;
      const loaded = await before?.catch(() => null);
      loaded?.free();
    },
  };
}
