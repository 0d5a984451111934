import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const starterBundle = join(import.meta.dirname, '../../../resources/starter-model/bundle');
const dtypes = { fp16: ['F16', 2], bf16: ['BF16', 2], fp32: ['F32', 4] } as const;

export type FixturePrecision = keyof typeof dtypes;
type Header = Record<string, { readonly dtype: string; readonly shape: number[]; readonly data_offsets: number[] }>;

/** A file of weights as a small LoRA has it: its header is real, its payload a hole. */
export function writeWeights(path: string, precision: FixturePrecision, sizeBytes: number): void {
  const [dtype, bytes] = dtypes[precision];
  const header: Header = {};
  let end = 0;
  const add = (name: string, shape: number[]) => {
    const next = end + shape.reduce((product, size) => product * size, bytes);
    header[name] = { dtype, shape, data_offsets: [end, next] };
    end = next;
  };
  for (const part of ['to_q', 'to_k', 'to_v', 'to_out_0']) {
    const name = `lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_${part}`;
    add(`${name}.lora_down.weight`, [8, 320]);
    add(`${name}.lora_up.weight`, [320, 8]);
  }
  add('lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight', [8, Math.ceil(sizeBytes / 8 / bytes)]);
  writeHeader(path, header, end);
}

/** A whole diffusers folder: the starter model's, its payloads holes, its network larger by some. */
export function writeBundle(path: string, moreBytes: number): void {
  for (const { name, header, dataBytes } of partsOf()) {
    const target = join(path, name);
    mkdirSync(dirname(target), { recursive: true });
    if (header === null) copyFileSync(join(starterBundle, name), target);
    else if (!name.startsWith('unet')) writeHeader(target, header, dataBytes);
    else {
      const end = dataBytes + Math.ceil(moreBytes / 2) * 2;
      const hole = { dtype: 'F16', shape: [(end - dataBytes) / 2], data_offsets: [dataBytes, end] };
      writeHeader(target, { ...header, hole }, end);
    }
  }
}

interface Part {
  readonly name: string;
  /** Of a file of weights. */
  readonly header: Header | null;
  readonly dataBytes: number;
}

let parts: readonly Part[] | null = null;

/** Read once. */
function partsOf(): readonly Part[] {
  parts ??= readdirSync(starterBundle, { recursive: true, withFileTypes: true })
    .filter((child) => child.isFile())
    .map((child) => {
      const path = join(child.parentPath, child.name);
      const name = relative(starterBundle, path);
      return path.endsWith('.safetensors') ? { name, ...headerOf(path) } : { name, header: null, dataBytes: 0 };
    });
  return parts;
}

/** Only that is read: the memory of who measures is measured too. */
export function headerOf(path: string): { readonly header: Header; readonly dataBytes: number } {
  const file = openSync(path, 'r');
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const text = Buffer.alloc(Number(length.readBigUInt64LE()));
    readSync(file, text, 0, text.length, 8);
    const header = JSON.parse(text.toString()) as Header;
    const dataBytes = Math.max(...Object.values(header).map(({ data_offsets: offsets }) => offsets?.[1] ?? 0));
    return { header, dataBytes };
  } finally {
    closeSync(file);
  }
}

/** Writes a safetensors file whose payload is a hole. */
export function writeHeader(path: string, header: object, dataBytes: number): void {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, 'w');
  try {
    writeSync(file, Buffer.concat([length, text]));
    ftruncateSync(file, 8 + text.length + dataBytes);
  } finally {
    closeSync(file);
  }
}
