import { createHash } from 'node:crypto';

export interface ContentDigests {
  readonly sha256: string;
  /** Of a safetensors file: the sha256 of what follows its header, so that a file whose metadata was edited is known again. */
  readonly payloadSha256: string | null;
}

/**
 * The hashes of one file, from its bytes in order. `AutoV2` is the start of the sha256 of the file, `AutoV3` that of a safetensors file's
 * payload, as model sites publish them.
 */
export class ContentHash {
  readonly #whole = createHash('sha256');
  readonly #payload: ReturnType<typeof createHash> | null;
  #prefix: Buffer = Buffer.alloc(0);
  /** Bytes of the header still to come; null before its length is known. */
  #headerLeft: number | null = null;

  constructor(isSafetensors: boolean) {
    this.#payload = isSafetensors ? createHash('sha256') : null;
  }

  update(chunk: Buffer): void {
    this.#whole.update(chunk);
    if (this.#payload === null) return;
    let rest = chunk;
    if (this.#headerLeft === null) {
      const wanted = 8 - this.#prefix.length;
      this.#prefix = Buffer.concat([this.#prefix, chunk.subarray(0, wanted)]);
      if (this.#prefix.length < 8) return;
      this.#headerLeft = Number(this.#prefix.readBigUInt64LE(0));
      rest = chunk.subarray(wanted);
    }
    const skipped = Math.min(this.#headerLeft, rest.length);
    this.#headerLeft -= skipped;
    if (skipped < rest.length) this.#payload.update(rest.subarray(skipped));
  }

  digests(): ContentDigests {
    return { sha256: this.#whole.digest('hex'), payloadSha256: this.#payload?.digest('hex') ?? null };
  }
}

export function isSafetensorsName(name: string): boolean {
  return name.toLowerCase().endsWith('.safetensors');
}
