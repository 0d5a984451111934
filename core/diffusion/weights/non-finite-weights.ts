import { open } from 'node:fs/promises';
import type { WeightTensor } from './weight-source.ts';

const pieceBytes = 4 * 2 ** 20;

/** By dtype: bytes a number has, and the bits of its last two that are all set in one that is infinite or none. */
const layouts: Readonly<Record<string, { readonly bytes: number; readonly exponent: number }>> = {
  F32: { bytes: 4, exponent: 0x7f80 },
  BF16: { bytes: 2, exponent: 0x7f80 },
  F16: { bytes: 2, exponent: 0x7c00 },
  F64: { bytes: 8, exponent: 0x7ff0 },
};

export interface FaultyTensor {
  readonly name: string;
  readonly path: string;
}

/** The first tensor that holds a value that is NaN or infinite; reads the files until there. For after a network gave such values. */
export async function findNonFinite(tensors: ReadonlyMap<string, WeightTensor>): Promise<FaultyTensor | null> {
  for (const [name, tensor] of tensors) if (await isFaulty(tensor)) return { name, path: tensor.path };
  return null;
}

async function isFaulty({ dtype, path, offsetBytes, lengthBytes, bytes }: WeightTensor): Promise<boolean> {
  const layout = layouts[dtype];
  if (layout === undefined || bytes !== undefined) return false;
  const file = await open(path);
  try {
    const piece = Buffer.alloc(Math.min(pieceBytes, lengthBytes));
    for (let at = 0; at < lengthBytes; at += piece.byteLength) {
      const { bytesRead } = await file.read(piece, 0, Math.min(piece.byteLength, lengthBytes - at), offsetBytes + at);
      if (bytesRead === 0) return false;
      // Little-endian: a number's sign and exponent are in its last two bytes.
      for (let number = layout.bytes - 2; number + 2 <= bytesRead; number += layout.bytes)
        if ((piece.readUInt16LE(number) & layout.exponent) === layout.exponent) return true;
    }
    return false;
  } finally {
    await file.close();
  }
}
