import { createHash, type Hash } from 'node:crypto';
import { FileWindow } from '../file-window.ts';
import { formatLimits } from '../limits.ts';
import { ReadFault, withRegularFile } from '../read-bounded.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import { valuesOf } from '../weights/tensor-precision.ts';
import { ggmlTypes } from './gguf-types.ts';

export type GgufValue = string | number | boolean;

export interface GgufTensor {
  /** `Q4_K`, or `type 77` for one that is not known. */
  readonly dtype: string;
  /** Row-major, the reverse of how the file has it. */
  readonly shape: readonly number[];
}

export interface GgufHeader {
  readonly version: number;
  /** Keys with a plain value. Lists (tokens, merges) are passed over, and only their lengths are checked. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  /** sha256 of the header, hexadecimal. */
  readonly headerDigest: string;
  readonly headerBytes: number;
  readonly fileSizeBytes: number;
}

/** Bytes of the fixed-size value types, by number; 8 is a string, 9 a list. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const stringType = 8;
const listType = 9;
/** The format allows 4; more are let pass, as readers elsewhere do. */
const maxDimensions = 8;
/** A text kept in memory: a chat template or a licence is longer, and no fact of ours. */
const keptTextBytes = 4096;

/**
 * Reads the header of a GGUF file, version 1 to 3, and checks that the tensors it describes fit into the file. Reads no payload, and never more
 * than `formatLimits.ggufHeaderBytes`, whatever the file claims. Throws `WeightsFault` (`invalid_weights_header`, `truncated_weights`,
 * `component_unreadable`).
 *
 * Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  try {
    return await withRegularFile(path, (handle, sizeBytes) =>
      new GgufReader(path, new FileWindow(handle, sizeBytes, formatLimits.ggufHeaderBytes)).read(),
    );
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error;
    if (error.problem === 'changed')
      throw new WeightsFault('truncated_weights', path, 'The file ends inside its header. Download it again.', {
        cause: error,
      });
    const code = error.problem === 'too_large' ? 'invalid_weights_header' : 'component_unreadable';
    throw new WeightsFault(code, path, `The file of weights ${error.reason}.`, { cause: error });
  }
}

class GgufReader {
  readonly #path: string;
  readonly #window: FileWindow;
  readonly #hash: Hash = createHash('sha256');
  #at = 0;
  #hashedTo = 0;
  #version = 3;

  constructor(path: string, window: FileWindow) {
    this.#path = path;
    this.#window = window;
  }

  async read(): Promise<GgufHeader> {
    if ((await this.#take(4)).toString('latin1') !== 'GGUF')
      throw this.#invalid('The file does not begin as GGUF does. It is damaged, or another format.');
    this.#version = await this.#uint32();
    if (this.#version < 1 || this.#version > 3)
      throw this.#invalid(`The file is GGUF version ${this.#version}; versions 1 to 3 are read.`);
    const tensorCount = await this.#count('tensors', formatLimits.ggufTensors, 1);
    const keyCount = await this.#count('metadata keys', formatLimits.ggufKeys, 1);
    const metadata = new Map<string, GgufValue>();
    for (let index = 0; index < keyCount; index += 1) {
      const key = await this.#text();
      const value = await this.#value(await this.#uint32(), 0);
      if (value !== null) metadata.set(key, value);
    }
    const tensors = new Map<string, GgufTensor>();
    let dataEnd = 0;
    for (let index = 0; index < tensorCount; index += 1) {
      const { name, end, ...tensor } = await this.#tensor();
      tensors.set(name, tensor);
      dataEnd = Math.max(dataEnd, end);
    }
    this.#hashConsumed();
    const alignment = metadata.get('general.alignment');
    const step = typeof alignment === 'number' && alignment > 0 && Number.isInteger(alignment) ? alignment : 32;
    const fileEnd = Math.ceil(this.#at / step) * step + dataEnd;
    const { sizeBytes } = this.#window;
    if (tensorCount > 0 && fileEnd > sizeBytes)
      throw new WeightsFault(
        'truncated_weights',
        this.#path,
        `The file has ${sizeBytes} bytes, but its header describes ${fileEnd}. Download it again.`,
      );
    return {
      version: this.#version,
      metadata,
      tensors,
      headerDigest: this.#hash.digest('hex'),
      headerBytes: this.#at,
      fileSizeBytes: sizeBytes,
    };
  }

  async #tensor(): Promise<GgufTensor & { readonly name: string; readonly end: number }> {
    const name = await this.#text();
    const dimensions = await this.#uint32();
    if (dimensions > maxDimensions) throw this.#invalid(`A tensor claims ${dimensions} dimensions.`);
    const shape: number[] = [];
    for (let index = 0; index < dimensions; index += 1) shape.unshift(await this.#length());
    const type = await this.#uint32();
    const known = ggmlTypes.get(type);
    const offset = await this.#uint64();
    const blocks = valuesOf(shape) / (known?.blockValues ?? 1);
    const end = offset + (known === undefined ? 0 : Math.ceil(blocks) * known.blockBytes);
    if (!Number.isSafeInteger(end)) throw this.#invalid('A tensor is larger than any file.');
    return { name, end, dtype: known?.name ?? `type ${type}`, shape };
  }

  /** Null for a list, and for a text too long to be a fact. */
  async #value(type: number, depth: number): Promise<GgufValue | null> {
    if (type === stringType) return this.#textUpTo(keptTextBytes);
    if (type === listType) {
      await this.#skipList(depth);
      return null;
    }
    const bytes = await this.#take(this.#sizeOf(type));
    if (type === 0) return bytes.readUInt8();
    if (type === 1) return bytes.readInt8();
    if (type === 2) return bytes.readUInt16LE();
    if (type === 3) return bytes.readInt16LE();
    if (type === 4) return bytes.readUInt32LE();
    if (type === 5) return bytes.readInt32LE();
    if (type === 6) return bytes.readFloatLE();
    if (type === 7) return bytes.readUInt8() !== 0;
    if (type === 10) return Number(bytes.readBigUInt64LE());
    if (type === 11) return Number(bytes.readBigInt64LE());
    return bytes.readDoubleLE();
  }

  async #skipList(depth: number): Promise<void> {
    if (depth > 4) throw this.#invalid('Lists within lists go too deep.');
    const type = await this.#uint32();
    const smallest = type === stringType || type === listType ? 8 : this.#sizeOf(type);
    const count = await this.#count('values in a list', Number.MAX_SAFE_INTEGER, smallest);
    if (type === listType) for (let index = 0; index < count; index += 1) await this.#skipList(depth + 1);
    else if (type === stringType) {
      for (let index = 0; index < count; index += 1) {
        // Hundreds of thousands of tokens: no promise for each.
        const prefixBytes = this.#version === 1 ? 4 : 8;
        if (!this.#window.has(this.#at, prefixBytes)) await this.#load(prefixBytes);
        const prefix = this.#window.view(this.#at, prefixBytes);
        const lengthBytes = prefixBytes === 4 ? prefix.readUInt32LE() : Number(prefix.readBigUInt64LE());
        if (!this.#window.has(this.#at, prefixBytes + lengthBytes)) await this.#skip(prefixBytes + lengthBytes);
        else this.#at += prefixBytes + lengthBytes;
      }
    } else await this.#skip(count * smallest);
  }

  #sizeOf(type: number): number {
    const bytes = valueBytes[type];
    if (bytes === undefined) throw this.#invalid(`A metadata value is of a type that is not known (${type}).`);
    return bytes;
  }

  /** A count of things that each take some bytes of the file: one that can't be true is refused before anything is read for it. */
  async #count(what: string, limit: number, bytesEach: number): Promise<number> {
    const count = await this.#length();
    if (count > limit) throw this.#invalid(`The header claims ${count} ${what}; more than ${limit} are not read.`);
    if (this.#at + count * bytesEach > this.#window.sizeBytes)
      throw this.#invalid(`The header claims ${count} ${what}, more than the file has room for.`);
    return count;
  }

  async #text(): Promise<string> {
    const text = await this.#textUpTo(formatLimits.ggufNameBytes);
    if (text === null) throw this.#invalid(`A name is longer than ${formatLimits.ggufNameBytes} bytes.`);
    return text;
  }

  async #textUpTo(maxBytes: number): Promise<string | null> {
    const lengthBytes = await this.#length();
    if (lengthBytes <= maxBytes) return (await this.#take(lengthBytes)).toString('utf8');
    await this.#skip(lengthBytes);
    return null;
  }

  #length(): Promise<number> {
    return this.#version === 1 ? this.#uint32() : this.#uint64();
  }

  async #uint32(): Promise<number> {
    return (await this.#take(4)).readUInt32LE();
  }

  async #uint64(): Promise<number> {
    const value = (await this.#take(8)).readBigUInt64LE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#invalid(`A length or offset is impossible (${value}).`);
    return Number(value);
  }

  async #take(lengthBytes: number): Promise<Buffer> {
    if (!this.#window.has(this.#at, lengthBytes)) await this.#load(lengthBytes);
    const bytes = this.#window.view(this.#at, lengthBytes);
    this.#at += lengthBytes;
    return bytes;
  }

  async #skip(lengthBytes: number): Promise<void> {
    let left = lengthBytes;
    while (left > 0) {
      const part = Math.min(left, 2 ** 18);
      await this.#take(part);
      left -= part;
    }
  }

  async #load(lengthBytes: number): Promise<void> {
    this.#hashConsumed();
    await this.#window.load(this.#at, lengthBytes);
  }

  /** A piece at a time: a call for each token would cost more than reading them. */
  #hashConsumed(): void {
    if (this.#at === this.#hashedTo) return;
    this.#hash.update(this.#window.view(this.#hashedTo, this.#at - this.#hashedTo));
    this.#hashedTo = this.#at;
  }

  #invalid(reason: string): WeightsFault {
    return new WeightsFault('invalid_weights_header', this.#path, `${reason} Download it again.`);
  }
}
