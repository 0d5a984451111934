import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referencePath } from '../reference/read-tensors.ts';

export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A copy of a reference bundle in `folder`, to spoil or to reshape. */
export async function copyBundle(bundle: string, folder: string): Promise<string> {
  const copy = join(folder, bundle);
  await rm(copy, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(referencePath(`bundles/${bundle}`), copy, { recursive: true });
  return copy;
}

/** Changes a bundle's JSON file. */
export async function editJson(path: string, edit: (config: Record<string, unknown>) => void): Promise<void> {
  const config: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
  edit(config);
  await writeFile(path, JSON.stringify(config));
}

/** Writes a safetensors file anew with what `edit` makes of each tensor; null leaves it out. */
export async function editTensors(
  path: string,
  edit: (name: string, tensor: StoredTensor) => readonly [string, StoredTensor] | null,
): Promise<void> {
  await writeTensors(
    path,
    (await readStored(path)).flatMap(([name, tensor]) => {
      const edited = edit(name, tensor);
      return edited === null ? [] : [edited];
    }),
  );
}

export async function readStored(path: string): Promise<(readonly [string, StoredTensor])[]> {
  const file = await readFile(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    file.toString('utf8', 8, start),
  );
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [first, end],
        },
      ]) => [name, { dtype, shape, bytes: new Uint8Array(file.subarray(start + first, start + end)) }],
    );
}

export async function writeTensors(path: string, tensors: readonly (readonly [string, StoredTensor])[]): Promise<void> {
  let offset = 0;
  const header = Object.fromEntries(
    tensors.map(([name, { dtype, shape, bytes }]) => {
      const first = offset;
      offset += bytes.byteLength;
      return [name, { dtype, shape, data_offsets: [first, offset] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  await writeFile(path, Buffer.concat([length, json, ...tensors.map(([, { bytes }]) => bytes)]));
}

/** The same numbers as bfloat16, cut off: the upper half of each float32. */
export function asBfloat16(tensor: StoredTensor): StoredTensor {
  const bits = new Uint32Array(tensor.bytes.slice().buffer);
  return { ...tensor, dtype: 'BF16', bytes: new Uint8Array(Uint16Array.from(bits, (value) => value >>> 16).buffer) };
}

/** The same numbers as float16, cut off; too small ones become 0. For numbers below 65504. */
export function asFloat16(tensor: StoredTensor): StoredTensor {
  const bits = new Uint32Array(tensor.bytes.slice().buffer);
  const halves = Uint16Array.from(bits, (value) => {
    const exponent = ((value >>> 23) & 0xff) - 127 + 15;
    return ((value >>> 16) & 0x8000) | (exponent <= 0 ? 0 : (exponent << 10) | ((value >>> 13) & 0x3ff));
  });
  return { ...tensor, dtype: 'F16', bytes: new Uint8Array(halves.buffer) };
}
