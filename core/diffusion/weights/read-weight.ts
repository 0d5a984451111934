import { closeSync, openSync, readSync } from 'node:fs';
import { blockNumbers, createVectorKernels, pieceNumbers, type VectorKernels } from './vector-kernels.ts';
import type { WeightForm, WeightTensor } from './weight-source.ts';

export interface WeightRead {
  readonly tensor: WeightTensor;
  /** As it is stored, unless this says otherwise. */
  readonly form?: WeightForm;
  /** Into memory that threads can share. */
  readonly isShared?: boolean;
}

const sizes: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };
let kernels: VectorKernels | null = null;

/** A weight as float32, in memory of its own. Blocks its thread. Throws what the file system throws, or a RangeError where there is no memory. */
export function readWeight({ tensor, form, isShared = false }: WeightRead): Float32Array {
  const numberBytes = sizes[tensor.dtype];
  if (numberBytes === undefined) throw new TypeError(`no floats in ${tensor.dtype}`);
  const count = tensor.lengthBytes / numberBytes;
  const rows = form === undefined ? 1 : form.matrix.length / form.columns;
  const columns = form?.columns ?? 1;
  const result = floatsInSmallPages((count / columns) * rows, isShared);
  kernels ??= createVectorKernels();
  kernels.matrix.set(form?.matrix ?? []);
  const most = Math.floor(pieceNumbers / columns) * columns;
  const file = tensor.bytes === undefined ? openSync(tensor.path, 'r') : null;
  try {
    for (let done = 0; done < count; done += most) {
      const size = Math.min(most, count - done);
      const stored = kernels.stored.subarray(0, size * numberBytes);
      const at = tensor.offsetBytes + done * numberBytes;
      if (file !== null) readWhole(file, stored, tensor.path, at);
      else if (tensor.bytes !== undefined) stored.set(tensor.bytes.subarray(at, at + stored.length));
      cast(kernels, tensor.dtype, size);
      if (form === undefined) result.set(kernels.floats.subarray(0, size), done);
      else turn(kernels, form, size, { result, count, done });
    }
  } finally {
    if (file !== null) closeSync(file);
  }
  return result;
}

/**
 * A buffer that could change its size is mapped by V8 itself, in small pages. In huge ones, in which the runner's C library asks for its blocks,
 * a load touches memory that is new to the process at a higher price.
 */
function floatsInSmallPages(count: number, isShared: boolean): Float32Array {
  const size = [4 * count, { maxByteLength: 4 * count }] as const;
  return new Float32Array(isShared ? new SharedArrayBuffer(...size) : new ArrayBuffer(...size), 0, count);
}

function readWhole(file: number, piece: Uint8Array, path: string, at: number): void {
  for (let done = 0; done < piece.length; ) {
    const count = readSync(file, piece, done, piece.length - done, at + done);
    if (count === 0) throw new Error(`${path} ends before its weights do`);
    done += count;
  }
}

function cast(
  { stored: { buffer, byteOffset }, floats, castHalves }: VectorKernels,
  dtype: string,
  size: number,
): void {
  if (dtype === 'F16') castHalves(size);
  else if (dtype === 'F32') floats.set(new Float32Array(buffer, byteOffset, size));
  else if (dtype === 'F64') floats.set(new Float64Array(buffer, byteOffset, size));
  else {
    const bits = new Uint32Array(floats.buffer, floats.byteOffset, size);
    const halves = new Uint16Array(buffer, byteOffset, size);
    for (let index = 0; index < size; index++) bits[index] = (halves[index] ?? 0) << 16;
  }
}

interface Place {
  readonly result: Float32Array;
  /** Numbers of the whole weight, and those before this piece. */
  readonly count: number;
  readonly done: number;
}

function turn(
  { floats, planes, turned, turn: turnRow }: VectorKernels,
  { matrix, columns }: WeightForm,
  size: number,
  { result, count, done }: Place,
): void {
  const rows = matrix.length / columns;
  for (let first = 0; first < size; first += columns * blockNumbers) {
    const block = Math.min(blockNumbers, (size - first) / columns);
    for (let column = 0; column < columns; column++)
      for (let index = 0; index < block; index++)
        planes[column * blockNumbers + index] = floats[first + index * columns + column] ?? 0;
    for (let row = 0; row < rows; row++) {
      turnRow(row, columns);
      result.set(turned.subarray(0, block), row * (count / columns) + (done + first) / columns);
    }
  }
}
