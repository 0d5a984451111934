import { createHash } from 'node:crypto';
import type { OpenFile } from '../file-calls.ts';
import { formatLimits } from '../limits.ts';
import { ReadFault, readExactly, withRegularFile } from '../read-bounded.ts';
import { WeightsFault } from '../weights/safetensors.ts';

export interface ZipEntry {
  readonly name: string;
  /** As the directory says; nothing is unpacked to see. */
  readonly sizeBytes: number;
  readonly packedBytes: number;
}

/** What can be known of a Python pickle without running it. */
export interface PickleListing {
  /** `zip`: PyTorch 1.6 and later. `bare`: older ones, and plain pickles, of which nothing more is known. */
  readonly container: 'zip' | 'bare';
  readonly entries: readonly ZipEntry[];
  /** A zip that carries program text (`code/`), as TorchScript does. */
  readonly holdsCode: boolean;
  /** sha256 of the directory, hexadecimal; of the file's first 64 KiB for a bare pickle. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Smallest size of the record that ends a zip archive, and the longest comment that can follow it. */
const endBytes = 22;
const commentBytes = 65_535;

/**
 * Lists what a pickled file of weights holds: the directory of its zip archive. Nothing is unpacked and nothing is unpickled: a pickle is a
 * program. Throws `WeightsFault`: `invalid_weights_header`, `truncated_weights`, `component_unreadable`.
 *
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12 to 4.3.16)
 */
export async function readPickleListing(path: string): Promise<PickleListing> {
  try {
    return await withRegularFile(path, async (handle, sizeBytes) => {
      const start = await readExactly(handle, 0, Math.min(sizeBytes, 2 ** 16));
      if (isPickle(start))
        return {
          container: 'bare',
          entries: [],
          holdsCode: false,
          digest: createHash('sha256').update(start).digest('hex'),
          sizeBytes,
        };
      if (start.readUInt32LE(0) !== 0x04034b50) throw invalid(path, 'The file is neither a zip archive nor a pickle');
      const directory = await readDirectory(path, handle, sizeBytes);
      const entries = parseDirectory(path, directory.bytes, directory.count);
      return {
        container: 'zip',
        entries,
        holdsCode: entries.some(({ name }) => /(^|\/)code\/.*\.py$/.test(name)),
        digest: createHash('sha256').update(directory.bytes).digest('hex'),
        sizeBytes,
      };
    });
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error;
    throw new WeightsFault('component_unreadable', path, `The file of weights ${error.reason}.`, { cause: error });
  }
}

/** Whether bytes begin as a pickle of protocol 2 or later does. */
export function isPickle(start: Uint8Array): boolean {
  return start[0] === 0x80 && start[1] !== undefined && start[1] >= 2 && start[1] <= 5;
}

export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

async function readDirectory(
  path: string,
  handle: OpenFile,
  sizeBytes: number,
): Promise<{ readonly bytes: Buffer; readonly count: number }> {
  const tailBytes = Math.min(sizeBytes, endBytes + commentBytes);
  const tail = await readExactly(handle, sizeBytes - tailBytes, tailBytes);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (at < 0 || at + endBytes > tail.length)
    throw new WeightsFault(
      'truncated_weights',
      path,
      'The zip archive has no end: its download stopped half way. Get it again, or better the .safetensors version.',
    );
  let count: number = tail.readUInt16LE(at + 10);
  let length: number = tail.readUInt32LE(at + 12);
  let offset: number = tail.readUInt32LE(at + 16);
  if (count === 0xffff || length === 0xffffffff || offset === 0xffffffff) {
    // Zip64: a locator of 20 bytes stands before the end and says where the larger numbers are.
    const locator = at - 20;
    if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50)
      throw invalid(path, 'The zip archive has no directory that can be found');
    const recordAt = safeNumber(path, tail.readBigUInt64LE(locator + 8));
    if (recordAt + 56 > sizeBytes) throw invalid(path, 'The zip archive names a place past its end');
    const record = await readExactly(handle, recordAt, 56);
    if (record.readUInt32LE(0) !== 0x06064b50)
      throw invalid(path, 'The zip archive has no directory that can be found');
    count = safeNumber(path, record.readBigUInt64LE(32));
    length = safeNumber(path, record.readBigUInt64LE(40));
    offset = safeNumber(path, record.readBigUInt64LE(48));
  }
  if (length > formatLimits.zipDirectoryBytes || count > formatLimits.zipEntries)
    throw invalid(path, `The zip archive claims ${count} entries in ${length} bytes, more than are read`);
  if (offset + length > sizeBytes) throw invalid(path, 'The zip archive names a place past its end');
  return { bytes: await readExactly(handle, offset, length), count };
}

function parseDirectory(path: string, bytes: Buffer, count: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw invalid(path, `The zip archive's directory ends after ${index} of ${count} entries`);
    const nameBytes = bytes.readUInt16LE(at + 28);
    const restBytes = bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    entries.push({
      name: bytes.toString('utf8', at + 46, Math.min(at + 46 + nameBytes, bytes.length)),
      packedBytes: bytes.readUInt32LE(at + 20),
      sizeBytes: bytes.readUInt32LE(at + 24),
    });
    at += 46 + nameBytes + restBytes;
  }
  return entries;
}

function safeNumber(path: string, value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw invalid(path, `The zip archive claims an impossible size (${value})`);
  return Number(value);
}

function invalid(path: string, reason: string): WeightsFault {
  return new WeightsFault('invalid_weights_header', path, `${reason}. Get the .safetensors version of this model.`);
}
