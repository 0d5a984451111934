import type { Tensor } from '../networks.ts';
import type { GraphInput } from '../onnx/graph-builder.ts';
import { type LazySession, present } from '../sessions/lazy-session.ts';

/** Tensors by the names that graphs give them. */
export type Values = Readonly<Record<string, Tensor>>;

/** The graphs of one UNet, which run in turn. */
export interface SegmentChain {
  /** `noise` of these values, a row for each of theirs. */
  run(values: Values): Promise<Tensor>;
  readonly isLoaded: boolean;
  close(): Promise<void>;
}

export interface Segment {
  readonly inputs: () => readonly GraphInput[];
  readonly session: LazySession;
}

/** What was given and what the segment makes of it. */
export async function runSegment({ inputs, session }: Segment, values: Values): Promise<Values> {
  const feeds = Object.fromEntries(inputs().map(({ name }) => [name, present(values[name])]));
  return { ...values, ...(await session.run(feeds)) };
}

/** Each segment takes its inputs by name from the caller and from all before it, and loads while the one before it runs. */
export function segmentChain(segments: readonly Segment[]): SegmentChain {
  return {
    run: async (given) => {
      let values = given;
      for (const [index, segment] of segments.entries()) {
        segments[index + 1]?.session.prepare();
        values = await runSegment(segment, values);
      }
      return present(values.noise);
    },
    get isLoaded() {
      return segments.some(({ session }) => session.isLoaded);
    },
    close: async () => {
      for (const { session } of segments) await session.close();
    },
  };
}
