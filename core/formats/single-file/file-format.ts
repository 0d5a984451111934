import { extname } from 'node:path';
import { formatLimits } from '../limits.ts';
import { isPickle, isZip } from './pickle.ts';
import type { WeightsFormat } from './single-file-facts.ts';

const byExtension: Readonly<Record<string, WeightsFormat>> = {
  '.safetensors': 'safetensors',
  '.sft': 'safetensors',
  '.gguf': 'gguf',
  '.onnx': 'onnx',
  '.ckpt': 'pickle',
  '.pt': 'pickle',
  '.pth': 'pickle',
  '.bin': 'pickle',
};

/** The format that a name promises, or null for a name that no model has. */
export function formatOfName(name: string): WeightsFormat | null {
  return byExtension[extname(name).toLowerCase()] ?? null;
}

/** The format of a file from its first bytes; its name decides only where these can't. Blobs of a cache have no extension. */
export function formatOfStart(start: Buffer, name: string): WeightsFormat {
  if (start.toString('latin1', 0, 4) === 'GGUF') return 'gguf';
  if (isZip(start) || isPickle(start)) return 'pickle';
  const named = formatOfName(name);
  const length = start.length >= 9 ? start.readBigUInt64LE(0) : null;
  const isSafetensors = length !== null && length <= BigInt(formatLimits.safetensorsHeaderBytes) && start[8] === 0x7b;
  if (isSafetensors) return 'safetensors';
  // Field 1 of ModelProto, a small version number.
  const isOnnx = start[0] === 0x08 && start[1] !== undefined && start[1] < 64;
  if (named === null || named === 'pickle') return isOnnx && named === null ? 'onnx' : 'unknown';
  return named;
}
