import { totalmem } from 'node:os';
import { Failed } from '../../contract/failure.ts';
import type { Part, PictureShape } from './memory-need.ts';

/** The networks of a bundle as far as their memory goes. */
export interface MemoryUse {
  /** Of a part's weights once they are loaded. */
  weightsBytes(part: Part): number;
  /** Of all that a part needs beside its weights while it works on such a picture. */
  workBytes(part: Part, shape: PictureShape): number;
  isLoaded(part: Part): boolean;
  /** Lets a part's memory go; it loads again when it next runs. */
  release(part: Part): Promise<void>;
}

export interface Room {
  /** Throws `oom` with the numbers when some part could not run even with all others let go. */
  check(parts: readonly Part[], shape: PictureShape): void;
  /** Whether a part can run as things are, with nothing let go. */
  fits(part: Part, shape: PictureShape): boolean;
  /** Lets other parts go where that is what it takes to run this one. */
  make(part: Part, shape: PictureShape): Promise<void>;
  /** Lets a part go that has done its work, where it holds much. */
  leave(part: Part): Promise<void>;
}

/** Memory that the system can give now without taking it from anybody; a container's limit counts. */
const freeBytes = (): number => process.availableMemory();

const allParts: readonly Part[] = ['text', 'noise', 'decode', 'encode'];

/** Held beside what runs, so that a part need not load again; SD 1.5's text encoder is above: 0.4 s to load on two cores. */
const mostIdleBytes = 2 ** 28;

/** Watches that networks find the room they need. Null for `memory`: on a GPU nobody can say what is free. */
export function roomFor(memory: MemoryUse | null, availableBytes = freeBytes): Room {
  if (memory === null)
    return { check: () => undefined, fits: () => true, make: async () => undefined, leave: async () => undefined };
  const needOf = (part: Part, shape: PictureShape) => ({
    weights: memory.weightsBytes(part),
    work: memory.workBytes(part, shape),
  });
  const loadedBytes = (parts: readonly Part[]): number =>
    parts.reduce((sum, part) => sum + (memory.isLoaded(part) ? memory.weightsBytes(part) : 0), 0);

  const missing = (part: Part, shape: PictureShape): number => {
    const { weights, work } = needOf(part, shape);
    return work + (memory.isLoaded(part) ? 0 : weights) - availableBytes();
  };

  return {
    fits: (part, shape) => missing(part, shape) <= 0,
    check: (parts, shape) => {
      const available = availableBytes() + loadedBytes(allParts);
      for (const part of parts) {
        const { weights, work } = needOf(part, shape);
        if (weights + work > available) throw tooLittle(part, { weights, work, available, shape });
      }
    },
    make: async (part, shape) => {
      for (const other of allParts) {
        if (missing(part, shape) <= 0) return;
        if (other !== part && memory.isLoaded(other)) await memory.release(other);
      }
    },
    leave: async (part) => {
      if (memory.isLoaded(part) && memory.weightsBytes(part) > mostIdleBytes) await memory.release(part);
    },
  };
}

const names: Readonly<Record<Part, string>> = {
  text: 'text encoder',
  noise: 'UNet',
  decode: 'VAE decoder',
  encode: 'VAE encoder',
};

interface Numbers {
  readonly weights: number;
  readonly work: number;
  readonly available: number;
  readonly shape: PictureShape;
}

function tooLittle(part: Part, { weights, work, available, shape: { width, height } }: Numbers): Failed {
  const total = totalmem();
  const parts = `${inGib(weights)} for its weights in float32, ${inGib(work)} to work on ${width}x${height} px`;
  return new Failed('oom', {
    reason: `the ${names[part]} needs about ${inGib(weights + work)} (${parts}), but ${inGib(available)} of ${inGib(total)} are free`,
    needed_bytes: Math.round(weights + work),
    available_bytes: available,
    total_bytes: total,
  });
}

const inGib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
