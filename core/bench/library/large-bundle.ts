import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { headerOf, writeHeader } from './fixture-files.ts';

/** The starter model's folder with a network of 8 GiB in it, all of it a hole but its header; each `index` is another model. */
export function makeLargeBundle(path: string, index: number): string {
  cpSync(join(import.meta.dirname, '../../../resources/starter-model/bundle'), path, { recursive: true });
  const weights = join(path, 'unet', 'diffusion_pytorch_model.safetensors');
  const { header, dataBytes } = headerOf(weights);
  const hole = { dtype: 'F16', shape: [2 ** 32], data_offsets: [dataBytes, dataBytes + 2 ** 33] };
  writeHeader(weights, { ...header, [`hole${index}`]: hole }, dataBytes + 2 ** 33);
  return path;
}
