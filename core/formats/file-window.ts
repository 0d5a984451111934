import type { OpenFile } from './file-calls.ts';
import { ReadFault, readExactly } from './read-bounded.ts';

const windowBytes = 256 * 2 ** 10;

/**
 * A piece of a file in memory, moved on as a reader goes. Whoever parses asks `has` first and awaits `load` only when a piece has run out, so
 * that a hundred thousand small fields cost no promise each. Reads at most `maxBytes` in all.
 */
export class FileWindow {
  readonly sizeBytes: number;
  readonly #handle: OpenFile;
  readonly #maxBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #startBytes = 0;
  #readBytes = 0;

  constructor(handle: OpenFile, sizeBytes: number, maxBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
    this.#maxBytes = maxBytes;
  }

  has(offsetBytes: number, lengthBytes: number): boolean {
    return offsetBytes >= this.#startBytes && offsetBytes + lengthBytes <= this.#startBytes + this.#bytes.length;
  }

  /** Throws `ReadFault`: `changed` for a place past the end of the file, `too_large` when the limit is used up. */
  async load(offsetBytes: number, lengthBytes: number): Promise<void> {
    if (offsetBytes + lengthBytes > this.sizeBytes) throw new ReadFault('changed', 'ends too early');
    const wantedBytes = Math.min(Math.max(lengthBytes, windowBytes), this.sizeBytes - offsetBytes);
    if (this.#readBytes + wantedBytes > this.#maxBytes)
      throw new ReadFault('too_large', `has a header of more than the ${this.#maxBytes} bytes that are read`);
    this.#bytes = await readExactly(this.#handle, offsetBytes, wantedBytes);
    this.#startBytes = offsetBytes;
    this.#readBytes += wantedBytes;
  }

  /** Bytes that `has` said are here. The view is only good until the next `load`. */
  view(offsetBytes: number, lengthBytes: number): Buffer {
    const start = offsetBytes - this.#startBytes;
    return this.#bytes.subarray(start, start + lengthBytes);
  }

  /** Everything in memory from a place on. */
  rest(offsetBytes: number): Buffer {
    return this.#bytes.subarray(offsetBytes - this.#startBytes);
  }
}
