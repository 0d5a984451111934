import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The starter model's folder with a network of 8 GiB in it, nearly all of it a hole; each `index` is another model. */
export function makeLargeBundle(path: string, index: number): string {
  cpSync(join(import.meta.dirname, '../../../resources/starter-model/bundle'), path, { recursive: true });
  const weights = join(path, 'unet', 'diffusion_pytorch_model.safetensors');
  const original = readFileSync(weights);
  const headerEnd = 8 + Number(original.readBigUInt64LE(0));
  const header = JSON.parse(original.toString('utf8', 8, headerEnd)) as Record<string, unknown>;
  const dataBytes = original.length - headerEnd;
  header[`hole${index}`] = { dtype: 'F16', shape: [2 ** 32], data_offsets: [dataBytes, dataBytes + 2 ** 33] };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(weights, Buffer.concat([length, text, original.subarray(headerEnd)]));
  truncateSync(weights, 8 + text.length + dataBytes + 2 ** 33);
  return path;
}
