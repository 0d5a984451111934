import type { UnetGraphs } from '../graphs/unet.ts';
import type { Tensor } from '../networks.ts';
import { giveBackForgotten } from '../onnx/give-back-forgotten.ts';
import type { OnnxGraph } from '../onnx/graph-builder.ts';
import { inPrecision, type Precision } from '../onnx/half-precision.ts';
import { type HeldWeights, heldWeights } from '../onnx/held-weights.ts';
import { mapErrors } from '../onnx/map-errors.ts';
import { openWith } from '../onnx/session.ts';
import { lazySession } from '../sessions/lazy-session.ts';
import { joined, rowHalves } from './row-halves.ts';
import { runSegment, type Segment, type SegmentChain, segmentChain, type Values } from './segment-chain.ts';
import { startSegmentThread, type ThreadChain, ThreadLost, threadChain } from './thread-chain.ts';

/** All graphs of one UNet, for any number of rows. */
export interface UnetRunner {
  /** `noise` of these values, for maps that halve evenly or for others; tensors have `rows` rows, or one for all. Throws `oom` or `model_load_failed`. */
  run(values: Values, rows: number, halvesEvenly: boolean): Promise<Tensor>;
  readonly isLoaded: boolean;
  /** No step comes for a while: what the last ones left behind is given back. */
  rest(): void;
  close(): Promise<void>;
}

export interface UnetRunnerOptions {
  readonly provider: string;
  readonly precision: Precision;
  /** Threads for each half of the rows, where halves are run at the same time; null: all rows together. */
  readonly rowThreads: number | null;
  readonly startThread?: typeof startSegmentThread | undefined;
}

interface SegmentWeights {
  readonly bytes: Uint8Array;
  readonly held: () => HeldWeights;
}

/** All that runs the graphs of one kind. */
interface Chains {
  readonly halvesEvenly: boolean;
  readonly weights: readonly SegmentWeights[];
  /** What is the same for all rows, run once for them. */
  readonly shared: Segment | null;
  /** All rows together, with all threads. */
  readonly whole: SegmentChain;
  readonly halves: readonly [SegmentChain, ThreadChain] | null;
}

/**
 * Runs a UNet's graphs, which `write` writes: those for maps that halve evenly, or for others, of which one kind is loaded at a time.
 *
 * On the CPU an even number of rows, as guidance has them, goes in two halves at the same time, each with half of the threads. Together they
 * would wait for each other at every operator, of which some run on one thread alone, and pass maps from core to core. Both use the same weights.
 */
export function openUnetRunner(
  write: (halvesEvenly: boolean) => Pick<UnetGraphs, 'shared' | 'segments'>,
  { provider, precision, rowThreads, startThread = startSegmentThread }: UnetRunnerOptions,
): UnetRunner {
  const partsRows = rowThreads !== null;
  let canPart = partsRows;
  const rowsApart = rowHalves();

  const segmentOf = ({ held }: SegmentWeights, threads?: number): Segment => ({
    inputs: () => held().graph.inputs,
    session: lazySession(
      provider,
      () => held().graph,
      (_graph, options) => openWith(held(), { ...options, threads }),
    ),
  });
  const chainOf = (weights: readonly SegmentWeights[], threads?: number): SegmentChain =>
    segmentChain(weights.map((one) => segmentOf(one, threads)));

  const open = (halvesEvenly: boolean, before: readonly SegmentWeights[] = []): Chains => {
    const { shared, segments } = write(halvesEvenly);
    const weightsOf = (graph: OnnxGraph): SegmentWeights =>
      before.find(({ bytes }) => Buffer.from(bytes).equals(graph.bytes)) ?? {
        bytes: graph.bytes,
        held: once(() => heldWeights(inPrecision(graph, precision), provider, partsRows)),
      };
    const [first, weights] = [shared === null ? null : weightsOf(shared), segments.map(weightsOf)];
    const startHalves = (threads: number) =>
      [chainOf(weights, threads), threadChain(() => weights.map(({ held }) => held()), threads, startThread)] as const;
    return {
      halvesEvenly,
      weights: first === null ? weights : [first, ...weights],
      shared: first === null ? null : segmentOf(first),
      whole: chainOf(weights),
      halves: rowThreads === null || !canPart ? null : startHalves(rowThreads),
    };
  };

  const shut = async (closing: Chains, except: readonly SegmentWeights[] = []): Promise<void> => {
    const { shared, whole, halves, weights } = closing;
    await shared?.session.close();
    for (const chain of [whole, ...(halves ?? [])]) await chain.close();
    const freed = weights.filter((one) => !except.includes(one)).map(({ held }) => held());
    for (const one of freed) await one.free();
    if (partsRows && freed.length > 0) giveBackForgotten();
  };

  // Not when it first runs: the thread starts while the prompt is encoded.
  let chains: Chains | null = open(true);

  const chainsFor = async (halvesEvenly: boolean): Promise<Chains> => {
    if (chains?.halvesEvenly === halvesEvenly) return chains;
    const before = chains;
    chains = open(halvesEvenly, before?.weights);
    if (before !== null) await shut(before, chains.weights);
    return chains;
  };

  return {
    run: async (given, rows, halvesEvenly) => {
      const { shared, whole, halves } = await chainsFor(halvesEvenly);
      const values = shared === null ? given : await runSegment(shared, given);
      if (halves === null || !canPart || rows % 2 === 1) return whole.run(values);
      const [first, last] = rowsApart.of(values, rows);
      const [other, own] = await Promise.allSettled([halves[1].run(last), halves[0].run(first)]);
      if (own.status === 'rejected') throw own.reason;
      if (other.status === 'fulfilled') return joined(own.value, other.value);
      const { reason } = other;
      if (!(reason instanceof ThreadLost)) return mapErrors(() => Promise.reject(reason));
      canPart = false;
      return whole.run(values);
    },
    get isLoaded() {
      if (chains === null) return false;
      const { shared, whole, halves } = chains;
      return [shared?.session, whole, ...(halves ?? [])].some((one) => one?.isLoaded === true);
    },
    rest: () => {
      if (!partsRows) return;
      rowsApart.forget();
      chains?.halves?.[1].rest();
      giveBackForgotten();
    },
    close: async () => {
      const closing = chains;
      chains = null;
      if (closing !== null) await shut(closing);
    },
  };
}

function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null;
  return () => {
    made ??= { result: make() };
    return made.result;
  };
}
