import type { Tensor } from '../networks.ts';
import { type Feed, namedDims, type RunnableGraph, type Session, type SessionOptions } from '../onnx/create-session.ts';

export interface LazySession extends Session {
  readonly isLoaded: boolean;
  /** Begins to load on CPU, where that depends on no sizes, while another session runs. One that fails is tried anew by the next run. */
  prepare(): void;
}

/**
 * A session that loads when it first runs. A load that failed is tried anew by the next run.
 *
 * On CPU one session serves every size, and is made anew only where that is worth it: see `isLarge`. Elsewhere the session is made for the
 * sizes in use, so that no shape is left to compute (shapes are computed on the CPU), and made anew when they change.
 */
export function lazySession<Graph extends Pick<RunnableGraph, 'inputs'>>(
  provider: string,
  makeGraph: () => Graph,
  open: (graph: Graph, options: SessionOptions) => Promise<Session>,
): LazySession {
  /** `sizes` of the first run, which there may not have been. */
  let opened: { readonly session: Promise<Session>; sizes: string | null } | null = null;
  let written: Graph | null = null;
  const graphOf = () => {
    written ??= makeGraph();
    return written;
  };
  const close = async () => {
    const closing = opened;
    opened = null;
    const session = await closing?.session.catch(() => null);
    await session?.close();
  };
  return {
    run: async (feeds) => {
      const graph = graphOf();
      const dims = namedDims(graph.inputs, feeds);
      const fixedDims = provider === 'cpu' ? {} : dims;
      const sizes = JSON.stringify(dims);
      if (opened !== null) opened.sizes ??= sizes;
      if (opened !== null && opened.sizes !== sizes && (provider !== 'cpu' || isLarge(feeds))) await close();
      opened ??= { session: open(graph, { provider, fixedDims }), sizes };
      let session: Session;
      try {
        session = await opened.session;
      } catch (error) {
        opened = null;
        throw error;
      }
      return session.run(feeds);
    },
    prepare: () => {
      if (provider !== 'cpu' || opened !== null) return;
      const session = open(graphOf(), { provider });
      const opening = { session, sizes: null };
      session.catch(() => {
        if (opened === opening) opened = null;
      });
      opened = opening;
    },
    close,
    get isLoaded() {
      return opened !== null;
    },
  };
}

const largeCells = 32 * 32;

/**
 * Whether a run with other sizes than a session's first is worth a new session. The runtime lays out its memory for the first sizes alone:
 * with others each of its blocks is the system's anew, and an SD 1.5 decode of 512 px takes twice as long. Networks deep inside, where maps
 * are small, hold most of the weights and lose little.
 */
function isLarge(feeds: Readonly<Record<string, Feed>>): boolean {
  return Object.values(feeds).some(({ dims }) => dims.length === 4 && (dims[2] ?? 0) * (dims[3] ?? 0) >= largeCells);
}

/** An output that the graph surely has. */
export function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new TypeError('the graph has no such output');
  return tensor;
}
