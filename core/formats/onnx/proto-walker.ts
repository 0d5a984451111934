import { Reader } from 'protobufjs/minimal.js';
import type { FileWindow } from '../file-window.ts';
import { ReadFault } from '../read-bounded.ts';

/** One field of a protobuf message in a file. What has a length is not read: `startBytes` and `endBytes` say where it lies. */
export interface ProtoField {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint; 0 for the others. Exact up to 2^53, negative numbers included. */
  readonly value: number;
  readonly startBytes: number;
  readonly endBytes: number;
}

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;
/** A tag and a length, or a value: the most that is needed at once. */
const headBytes = 20;

/** Goes over the fields of messages in a file without loading them: what isn't asked for, gigabytes of weights among it, is jumped over. */
export class ProtoWalker {
  readonly #window: FileWindow;
  readonly #maxFieldBytes: number;
  #fieldsLeft: number;

  constructor(window: FileWindow, limits: { readonly fields: number; readonly fieldBytes: number }) {
    this.#window = window;
    this.#fieldsLeft = limits.fields;
    this.#maxFieldBytes = limits.fieldBytes;
  }

  /** Calls `visit` for each field between two places. Throws `ReadFault`: `changed` for what ends too early, `failed` for what is no protobuf. */
  async each(
    startBytes: number,
    endBytes: number,
    visit: (field: ProtoField) => Promise<unknown> | undefined,
  ): Promise<void> {
    let at = startBytes;
    while (at < endBytes) {
      const available = Math.min(headBytes, endBytes - at);
      if (!this.#window.has(at, available)) await this.#window.load(at, available);
      const field = this.#field(at, endBytes);
      const pending = visit(field);
      if (pending !== undefined) await pending;
      at = field.endBytes;
    }
  }

  /** The text of a field. Throws `ReadFault`, `too_large` past the limit. */
  async text(field: ProtoField): Promise<string> {
    return (await this.bytes(field)).toString('utf8');
  }

  async bytes({ startBytes, endBytes }: ProtoField): Promise<Buffer> {
    const lengthBytes = endBytes - startBytes;
    if (lengthBytes > this.#maxFieldBytes)
      throw new ReadFault('too_large', `has a name or list of ${lengthBytes} bytes in its structure`);
    if (!this.#window.has(startBytes, lengthBytes)) await this.#window.load(startBytes, lengthBytes);
    return this.#window.view(startBytes, lengthBytes);
  }

  /** The numbers of a packed field, or the one of a field that isn't. */
  async numbers(field: ProtoField): Promise<number[]> {
    if (field.wireType === varint) return [field.value];
    const bytes = await this.bytes(field);
    const reader = Reader.create(bytes);
    const numbers: number[] = [];
    try {
      while (reader.pos < reader.len) numbers.push(readNumber(reader));
    } catch (error) {
      throw new ReadFault('failed', 'is not protobuf', { cause: error });
    }
    return numbers;
  }

  #field(at: number, endBytes: number): ProtoField {
    this.#fieldsLeft -= 1;
    if (this.#fieldsLeft < 0) throw new ReadFault('too_large', 'has more fields in its structure than are read');
    const reader = Reader.create(this.#window.rest(at));
    try {
      const tag = reader.uint32();
      const number = tag >>> 3;
      const wireType = tag & 7;
      if (number === 0) throw new RangeError('field number 0');
      let value = 0;
      let length = 0;
      if (wireType === varint) value = readNumber(reader);
      else if (wireType === lengthDelimited) length = reader.uint32();
      else if (wireType === fixed64) length = 8;
      else if (wireType === fixed32) length = 4;
      else throw new RangeError(`wire type ${wireType}`);
      const startBytes = at + reader.pos;
      if (startBytes + length > endBytes) throw new ReadFault('changed', 'ends too early, or is damaged');
      return { number, wireType, value, startBytes, endBytes: startBytes + length };
    } catch (error) {
      // protobufjs throws RangeError at the end of its buffer and Error for a varint that doesn't end.
      if (error instanceof ReadFault) throw error;
      throw new ReadFault('failed', 'is not protobuf', { cause: error });
    }
  }
}

function readNumber(reader: Reader): number {
  // A Long where that library is installed, a number where it isn't.
  return Number(String(reader.int64()));
}
