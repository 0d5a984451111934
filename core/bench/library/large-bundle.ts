import { closeSync, cpSync, openSync, readSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The starter model's folder with a network of 8 GiB in it, all of it a hole but its header; each `index` is another model. */
export function makeLargeBundle(path: string, index: number): string {
  cpSync(join(import.meta.dirname, '../../../resources/starter-model/bundle'), path, { recursive: true });
  const weights = join(path, 'unet', 'diffusion_pytorch_model.safetensors');
  const { header, dataBytes } = headerOf(weights);
  header[`hole${index}`] = { dtype: 'F16', shape: [2 ** 32], data_offsets: [dataBytes, dataBytes + 2 ** 33] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(weights, Buffer.concat([length, text]));
  truncateSync(weights, 8 + text.length + dataBytes + 2 ** 33);
  return path;
}

/** Only that is read: the memory of who measures is measured too. */
function headerOf(weights: string): { readonly header: Record<string, unknown>; readonly dataBytes: number } {
  const file = openSync(weights, 'r');
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const text = Buffer.alloc(Number(length.readBigUInt64LE()));
    readSync(file, text, 0, text.length, 8);
    const header = JSON.parse(text.toString()) as Record<string, { readonly data_offsets?: readonly [number, number] }>;
    const dataBytes = Math.max(...Object.values(header).map(({ data_offsets: offsets }) => offsets?.[1] ?? 0));
    return { header, dataBytes };
  } finally {
    closeSync(file);
  }
}
