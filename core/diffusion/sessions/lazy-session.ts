import type { Tensor } from '../networks.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import { inHalfPrecision, type Precision } from '../onnx/half-precision.ts';
import { namedDims, openSession, type Session } from '../onnx/session.ts';

export interface LazySession extends Session {
  readonly isLoaded: boolean;
}

/**
 * A session that loads when it first runs. A load that failed is tried anew by the next run.
 *
 * On CPU one session serves every size: fixing the sizes wins nothing there, and loading anew costs seconds. Elsewhere the session is
 * made for the sizes in use, so that no shape is left to compute (shapes are computed on the CPU), and made anew when they change.
 */
export function lazySession(
  provider: string,
  makeGraph: () => OnnxGraph,
  precision: Precision = 'float32',
): LazySession {
  let opened: { readonly session: Promise<Session>; readonly sizes: string } | null = null;
  let graph: OnnxGraph | null = null;
  const close = async () => {
    const closing = opened;
    opened = null;
    await (await closing?.session)?.close();
  };
  return {
    run: async (feeds) => {
      graph ??= precision === 'float16' ? inHalfPrecision(makeGraph()) : makeGraph();
      const fixedDims = provider === 'cpu' ? {} : namedDims(graph, feeds);
      const sizes = JSON.stringify(fixedDims);
      if (opened !== null && opened.sizes !== sizes) await close();
      opened ??= { session: openSession(graph, { provider, fixedDims }), sizes };
      let session: Session;
      try {
        session = await opened.session;
      } catch (error) {
        opened = null;
        throw error;
      }
      return session.run(feeds);
    },
    close,
    get isLoaded() {
      return opened !== null;
    },
  };
}

/** An output that the graph surely has. */
export function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new TypeError('the graph has no such output');
  return tensor;
}
