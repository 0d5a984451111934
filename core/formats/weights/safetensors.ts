import { createHash } from 'node:crypto';
import type { FindingCode } from '../../contract/library/finding.ts';
import { formatLimits } from '../limits.ts';
import { ReadFault, readExactly, withRegularFile } from '../read-bounded.ts';

/** Bits of one value of each dtype that the format knows (safetensors 0.6). */
const dtypeBits = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type SafetensorsDtype = keyof typeof dtypeBits;

export interface TensorInfo {
  readonly dtype: SafetensorsDtype;
  /** Row-major; a scalar has none. */
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface SafetensorsHeader {
  readonly path: string;
  readonly fileSizeBytes: number;
  /** The JSON header with its 8-byte length: where the data starts. */
  readonly headerBytes: number;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The file's `__metadata__`: what its maker wrote beside the tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** sha256 of the JSON header, hexadecimal: with the file's size, a cheap mark of its identity. */
  readonly headerDigest: string;
}

/** What is wrong with a file of weights, on its way to becoming a finding or a failure. `path` is as the folder shows it, links not resolved. */
export class WeightsFault extends Error {
  override readonly name = 'WeightsFault';
  readonly code: FindingCode;
  readonly path: string;
  /** One sentence: what is wrong with the file, and what mends it. */
  readonly reason: string;

  constructor(code: FindingCode, path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.code = code;
    this.path = path;
    this.reason = reason;
  }
}

/**
 * Reads the header of a safetensors file: 8 bytes little-endian length, a JSON object, then data that the ranges cover without gap.
 * Reads nothing past the header. Throws `WeightsFault` (`invalid_weights_header`, `truncated_weights`, `component_unreadable`).
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  try {
    return await withRegularFile(path, async (handle, fileSizeBytes) => {
      if (fileSizeBytes < 8)
        throw new WeightsFault(
          'truncated_weights',
          path,
          `The file has only ${fileSizeBytes} bytes. Download it again.`,
        );
      const prefix = await readExactly(handle, 0, Math.min(fileSizeBytes, 64));
      const lengthBytes = headerLength(path, prefix, fileSizeBytes);
      const bytes = await readExactly(handle, 8, lengthBytes);
      return parseSafetensorsHeader(path, bytes, fileSizeBytes);
    });
  } catch (error) {
    if (error instanceof ReadFault)
      throw new WeightsFault('component_unreadable', path, `The file of weights ${error.reason}.`, { cause: error });
    throw error;
  }
}

function headerLength(path: string, prefix: Buffer, fileSizeBytes: number): number {
  const length = prefix.readBigUInt64LE(0);
  if (prefix.toString('latin1').startsWith('version https://git-lfs'))
    throw invalid(path, 'This is a Git LFS pointer, not the weights. Run "git lfs pull", or download the file itself.');
  // Compared before anything is allocated: a length of 2^60 costs nothing.
  if (length > formatLimits.safetensorsHeaderBytes)
    throw invalid(
      path,
      `The header says it is ${length} bytes long; more than ${formatLimits.safetensorsHeaderBytes} are not read. The file is damaged or not safetensors.`,
    );
  if (length + 8n > BigInt(fileSizeBytes))
    throw new WeightsFault(
      'truncated_weights',
      path,
      `The file ends inside its header (${fileSizeBytes} bytes of ${length + 8n}). Download it again.`,
    );
  return Number(length);
}

/** The pure part of {@link readSafetensorsHeader}: the JSON header's bytes against the size of the file. */
export function parseSafetensorsHeader(path: string, json: Uint8Array, fileSizeBytes: number): SafetensorsHeader {
  const headerBytes = 8 + json.byteLength;
  const entries = Object.entries(parseObject(path, json));
  if (entries.length > formatLimits.safetensorsTensors)
    throw invalid(
      path,
      `The header names ${entries.length} tensors; more than ${formatLimits.safetensorsTensors} are not read.`,
    );
  // Checked by hand, not by a schema: ten thousand entries must cost milliseconds.
  const tensors = new Map<string, TensorInfo>();
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, entry] of entries) {
    if (name === '__metadata__') metadata = parseMetadata(path, entry);
    else tensors.set(name, parseTensor(path, name, entry, headerBytes));
  }
  checkRanges(path, tensors, headerBytes, fileSizeBytes);
  const headerDigest = createHash('sha256').update(json).digest('hex');
  return { path, fileSizeBytes, headerBytes, tensors, metadata, headerDigest };
}

function parseObject(path: string, json: Uint8Array): Record<string, unknown> {
  // The format demands `{` first, which also refuses a byte order mark.
  if (json[0] !== 0x7b) throw invalid(path, 'The header is not JSON. The file is damaged or not safetensors.');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw invalid(path, 'The header is not JSON. The file is damaged or not safetensors.', error);
  }
  if (!isObject(value)) throw invalid(path, 'The header is not a JSON object.');
  return value;
}

function parseMetadata(path: string, entry: unknown): Readonly<Record<string, string>> {
  if (!isObject(entry) || !Object.values(entry).every((value) => typeof value === 'string'))
    throw invalid(path, 'The header\'s "__metadata__" is not an object of strings.');
  return entry as Readonly<Record<string, string>>;
}

function parseTensor(path: string, name: string, entry: unknown, headerBytes: number): TensorInfo {
  if (!isObject(entry)) throw invalid(path, `The entry of tensor ${quote(name)} is not an object.`);
  const { dtype, shape, data_offsets: range } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypeBits, dtype))
    throw invalid(path, `Tensor ${quote(name)} has a dtype that is not known: ${quote(String(dtype))}.`);
  const bits = dtypeBits[dtype as SafetensorsDtype];
  if (!Array.isArray(shape) || shape.length > formatLimits.tensorDimensions || !shape.every(isCount))
    throw invalid(path, `Tensor ${quote(name)} has a shape that is not a list of whole numbers.`);
  if (!Array.isArray(range) || range.length !== 2 || !isCount(range[0]) || !isCount(range[1]) || range[1] < range[0])
    throw invalid(path, `Tensor ${quote(name)} has data_offsets that are not a range of bytes.`);
  const lengthBytes = range[1] - range[0];
  const neededBytes = bytesOf(shape, bits);
  if (neededBytes !== lengthBytes)
    throw invalid(
      path,
      `Tensor ${quote(name)} of ${dtype} and shape [${shape}] needs ${neededBytes} bytes, but its range holds ${lengthBytes}.`,
    );
  return { dtype: dtype as SafetensorsDtype, shape, offsetBytes: headerBytes + range[0], lengthBytes };
}

function bytesOf(shape: readonly number[], bits: number): number {
  const count = shape.reduce((product, size) => product * size, 1);
  // Past 2^53 the product is inexact; no range can hold it, so that it differs is all that matters.
  return Number.isSafeInteger(count * bits) ? (count * bits) / 8 : Number.POSITIVE_INFINITY;
}

function checkRanges(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  headerBytes: number,
  fileSizeBytes: number,
): void {
  const ranges = [...tensors].sort(([, a], [, b]) => a.offsetBytes - b.offsetBytes || a.lengthBytes - b.lengthBytes);
  let end = headerBytes;
  for (const [name, { offsetBytes, lengthBytes }] of ranges) {
    if (offsetBytes < end) throw invalid(path, `Tensor ${quote(name)} overlaps the one before it.`);
    if (offsetBytes > end)
      throw invalid(
        path,
        `There are ${offsetBytes - end} bytes before tensor ${quote(name)} that belong to no tensor.`,
      );
    end = offsetBytes + lengthBytes;
  }
  if (end > fileSizeBytes)
    throw new WeightsFault(
      'truncated_weights',
      path,
      `The file has ${fileSizeBytes} bytes, but its header describes ${end}. Download it again.`,
    );
  if (end < fileSizeBytes)
    throw invalid(path, `There are ${fileSizeBytes - end} bytes after the last tensor. Download the file again.`);
}

function invalid(path: string, reason: string, cause?: unknown): WeightsFault {
  return new WeightsFault('invalid_weights_header', path, reason, { cause });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A name from a file that isn't trusted, fit for one sentence. */
function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
