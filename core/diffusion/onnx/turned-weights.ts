import { InferenceSession, Tensor } from 'onnxruntime-node';
import { GraphBuilder } from './graph-builder.ts';
import { WeightReader } from './weight-reader.ts';
import type { TurnedWeight } from './weight-source.ts';

export interface ReadWeights {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Gives their memory back at once. */
  free(): void;
}

/**
 * Weights that are turned when a network is loaded, each once and into memory that the runtime reads as it is. Left to the runtime, which
 * folds what is constant, each would be there in every form on the way, in memory that is new to the process each time.
 *
 * Throws what the file system throws, or a RangeError where there is no such memory.
 */
export async function readTurnedWeights(weights: readonly TurnedWeight[]): Promise<ReadWeights> {
  if (weights.length === 0) return { feeds: {}, free: () => undefined };
  const places = weights.map(({ tensor, dims }) => ({ stored: sizeOf(tensor.shape), size: sizeOf(dims) }));
  const turned = places.map(({ size }) => new Float32Array(size));
  const plain = new Float32Array(Math.max(0, ...places.map(({ stored }) => stored)));
  const reader = new WeightReader();
  const sessions = new Map<string, InferenceSession>();
  const free = () => {
    for (const { buffer } of turned) buffer.transfer(0);
  };
  try {
    for (const [index, { tensor, matrix, columns }] of weights.entries()) {
      const floats = plain.subarray(0, places[index]?.stored);
      for await (const piece of reader.pieces(tensor)) floats.set(piece.floats, piece.first);
      const key = matrix.join();
      const session = sessions.get(key) ?? (await turningSession(matrix, columns));
      sessions.set(key, session);
      const rows = matrix.length / columns;
      const count = floats.length / columns;
      const feeds = { plain: new Tensor('float32', floats, [count, columns]) };
      await session.run(feeds, { turned: new Tensor('float32', turned[index] ?? floats, [rows, count]) });
    }
  } catch (error) {
    free();
    throw error;
  } finally {
    plain.buffer.transfer(0);
    for (const session of sessions.values()) await session.release();
    await reader.close();
  }
  const feeds = weights.map(({ name, dims }, index) => [
    name,
    new Tensor('float32', turned[index] ?? new Float32Array(), dims),
  ]);
  return { feeds: Object.fromEntries(feeds), free };
}

/** By the runtime, which has it in all its threads. */
function turningSession(matrix: readonly number[], columns: number): Promise<InferenceSession> {
  const graph = new GraphBuilder('turning');
  const rows = matrix.length / columns;
  const product = graph.node('Gemm', [graph.floats(matrix, [rows, columns]), graph.input('plain', ['n', columns])], {
    transB: 1,
  });
  graph.output('turned', product, [rows, 'n']);
  return InferenceSession.create(graph.finish().bytes, { logSeverityLevel: 4, enableCpuMemArena: false });
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
