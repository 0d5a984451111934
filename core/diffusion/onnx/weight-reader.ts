import { type FileHandle, open } from 'node:fs/promises';
import type { WeightTensor } from './weight-source.ts';

const pieceBytes = 2 ** 21;

/** Reads weights as float32, a piece at a time; the next piece is read while one is used. Keeps its files open until it is closed. */
export class WeightReader {
  readonly #files = new Map<string, FileHandle>();
  readonly #stored = [0, 1].map(() => new Uint8Array(pieceBytes));
  readonly #floats = [0, 1].map(() => new Float32Array(pieceBytes / 2));

  /** Each piece, and the place of its first number among the weight's. A piece lasts until the next but one. Throws what the file system throws. */
  async *pieces(tensor: WeightTensor): AsyncGenerator<{ readonly floats: Float32Array; readonly first: number }> {
    const size = sizes[tensor.dtype];
    if (size === undefined) throw new TypeError(`no floats in ${tensor.dtype}`);
    let next = this.#read(tensor, 0, 0);
    for (let done = 0, turn = 0; done < tensor.lengthBytes; turn++) {
      const bytes = await next;
      next = this.#read(tensor, done + bytes.length, turn + 1);
      const piece = this.#floats[turn % 2]?.subarray(0, bytes.length / size) ?? new Float32Array();
      castInto(piece, bytes, tensor.dtype);
      yield { floats: piece, first: done / size };
      done += bytes.length;
    }
    await next;
  }

  async close(): Promise<void> {
    for (const { buffer } of [...this.#stored, ...this.#floats]) buffer.transfer(0);
    for (const file of this.#files.values()) await file.close();
  }

  async #read(tensor: WeightTensor, first: number, turn: number): Promise<Uint8Array> {
    const buffer = this.#stored[turn % 2] ?? new Uint8Array();
    const piece = buffer.subarray(0, Math.max(0, Math.min(buffer.length, tensor.lengthBytes - first)));
    if (tensor.bytes !== undefined) {
      piece.set(tensor.bytes.subarray(tensor.offsetBytes + first).subarray(0, piece.length));
      return piece;
    }
    const file = this.#files.get(tensor.path) ?? (await open(tensor.path));
    this.#files.set(tensor.path, file);
    for (let done = 0; done < piece.length; ) {
      const { bytesRead } = await file.read(piece, done, piece.length - done, tensor.offsetBytes + first + done);
      if (bytesRead === 0) throw new Error(`${tensor.path} ends before its weights do`);
      done += bytesRead;
    }
    return piece;
  }
}

const sizes: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };

/** Of halves each of 65,536 is looked up: two thirds of the time that a Float16Array takes, a quarter of the runtime's Cast. */
function castInto(floats: Float32Array, { buffer, byteOffset, byteLength }: Uint8Array, dtype: string): void {
  if (dtype === 'F32') floats.set(new Float32Array(buffer, byteOffset, byteLength / 4));
  else if (dtype === 'F64') floats.set(new Float64Array(buffer, byteOffset, byteLength / 8));
  else {
    const table = tableOf(dtype);
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let index = 0; index < halves.length; index++) floats[index] = table[halves[index] ?? 0] ?? 0;
  }
}

const tables = new Map<string, Float32Array>();

function tableOf(dtype: string): Float32Array {
  const known = tables.get(dtype);
  if (known !== undefined) return known;
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const table =
    dtype === 'F16'
      ? Float32Array.from(new Float16Array(all.buffer))
      : new Float32Array(Uint32Array.from(all, (bits) => bits << 16).buffer);
  tables.set(dtype, table);
  return table;
}
