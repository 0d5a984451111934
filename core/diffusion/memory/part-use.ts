import type { CountedTensor } from '../../formats/weights/tensor-precision.ts';
import { type Part, type PictureShape, weightsBytesOf } from './memory-need.ts';
import type { MemoryUse } from './room.ts';

/** Something that holds weights in memory once it has run, until it is closed. */
export interface Releasable {
  readonly isLoaded: boolean;
  close(): Promise<void>;
}

export interface PartUse {
  readonly sessions: readonly Releasable[];
  /** All that the part reads, by name. */
  readonly tensors: readonly ReadonlyMap<string, CountedTensor>[];
  readonly work: (shape: PictureShape) => number;
}

/** The memory of a bundle's networks, counted from their headers. */
export function memoryOf(parts: Partial<Readonly<Record<Part, PartUse>>>): MemoryUse {
  const weights = new Map(
    Object.entries(parts).map(([part, { tensors }]) => [
      part,
      tensors.reduce((sum, one) => sum + weightsBytesOf(one.values()), 0),
    ]),
  );
  return {
    weightsBytes: (part) => weights.get(part) ?? 0,
    workBytes: (part, shape) => parts[part]?.work(shape) ?? 0,
    isLoaded: (part) => parts[part]?.sessions.some(({ isLoaded }) => isLoaded) ?? false,
    release: async (part) => {
      for (const session of parts[part]?.sessions ?? []) await session.close();
    },
  };
}
