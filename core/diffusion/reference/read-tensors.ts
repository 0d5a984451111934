import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ReferenceTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A folder or file of the reference, absolute. */
export const referencePath = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * All tensors of a reference file as float32, read whole: for tests on files that we wrote ourselves.
 * int64 values (token ids) are turned into numbers.
 */
export function readTensors(path: string): Map<string, ReferenceTensor> {
  const file = readFileSync(referencePath(path));
  const headerEnd = 8 + Number(file.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    file.toString('utf8', 8, headerEnd),
  );
  const tensors = new Map<string, ReferenceTensor>();
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const bytes = new Uint8Array(file.subarray(headerEnd + data_offsets[0], headerEnd + data_offsets[1])).buffer;
    if (dtype === 'F32') tensors.set(name, { dims: shape, data: new Float32Array(bytes) });
    else if (dtype === 'I64') tensors.set(name, { dims: shape, data: Float32Array.from(new BigInt64Array(bytes), Number) });
    else if (dtype === 'F64') tensors.set(name, { dims: shape, data: Float32Array.from(new Float64Array(bytes)) });
    else throw new Error(`${path}: ${name} is ${dtype}`);
  }
  return tensors;
}

/** The tensor of that name; a name that is not there is a slip in the test. */
export function tensorOf(tensors: ReadonlyMap<string, ReferenceTensor>, name: string): ReferenceTensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the reference has no tensor ${name}`);
  return tensor;
}

/** The largest absolute difference; not a number when either holds one or the lengths differ. */
export function largestDifference(left: ArrayLike<number>, right: ArrayLike<number>): number {
  if (left.length !== right.length) return Number.NaN;
  let largest = 0;
  for (let index = 0; index < left.length; index++) {
    largest = Math.max(largest, Math.abs((left[index] ?? Number.NaN) - (right[index] ?? Number.NaN)));
  }
  return largest;
}
