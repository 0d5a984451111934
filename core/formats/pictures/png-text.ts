import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { formatLimits } from '../limits.ts';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Text longer than this is compressed where the chunk allows it. */
const compressPastBytes = 4096;

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  /** Where the chunk, with its length, starts in the file. */
  readonly offset: number;
}

/**
 * A PNG with text chunks put before its image data: `tEXt` where keyword and text are Latin-1, as other programs expect, else `iTXt`
 * (UTF-8). Chunks of the same keywords that were there are replaced. Pixels are untouched.
 *
 * Throws `TypeError` for bytes that are no PNG and for keywords that the format forbids (PNG 3rd edition, 11.3.3).
 */
export function withPngText(png: Uint8Array, entries: Readonly<Record<string, string>>): Uint8Array {
  const bytes = asBuffer(png);
  const chunks = [...chunksOf(bytes)];
  if (chunks[0]?.type !== 'IHDR') throw new TypeError('The picture is not a PNG.');
  const replaced = new Set(Object.keys(entries));
  const parts: Buffer[] = [signature];
  for (const [index, { type, data, offset }] of chunks.entries()) {
    if (isText(type) && replaced.has(keywordOf(data))) continue;
    parts.push(bytes.subarray(offset, offset + 12 + data.length));
    if (index === 0) for (const [keyword, text] of Object.entries(entries)) parts.push(textChunk(keyword, text));
  }
  return Buffer.concat(parts);
}

/**
 * The text chunks of a PNG (`tEXt`, `zTXt`, `iTXt`) by keyword, the first of each. Whatever the bytes are, this ends: a damaged file gives
 * the text before the damage, no PNG gives nothing, and text past `formatLimits.pngTextBytes` after inflating is left out.
 */
export function readPngText(png: Uint8Array): Record<string, string> {
  const found = new Map<string, string>();
  let budgetBytes: number = formatLimits.pngTextBytes;
  for (const { type, data } of chunksOf(asBuffer(png))) {
    if (!isText(type)) continue;
    const keyword = keywordOf(data);
    if (keyword === '' || found.has(keyword)) continue;
    const text = textOf(type, data, budgetBytes);
    if (text === null) continue;
    budgetBytes -= text.length;
    found.set(keyword, text);
  }
  // fromEntries defines its keys: a keyword `__proto__` stays a key.
  return Object.fromEntries(found);
}

function* chunksOf(bytes: Buffer): Generator<Chunk> {
  if (!bytes.subarray(0, 8).equals(signature)) return;
  let offset = 8;
  for (let count = 0; count < formatLimits.pngChunks && offset + 12 <= bytes.length; count += 1) {
    const length = bytes.readUInt32BE(offset);
    if (offset + 12 + length > bytes.length) return;
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    const data = bytes.subarray(offset + 8, offset + 8 + length);
    // A wrong checksum of image data is the decoder's matter; text is believed only when it is whole.
    const isWhole =
      !isText(type) || crc32(bytes.subarray(offset + 4, offset + 8 + length)) === crcAt(bytes, offset, length);
    if (isWhole) yield { type, data, offset };
    if (type === 'IEND') return;
    offset += 12 + length;
  }
}

function crcAt(bytes: Buffer, offset: number, length: number): number {
  return bytes.readUInt32BE(offset + 8 + length);
}

function isText(type: string): boolean {
  return type === 'tEXt' || type === 'zTXt' || type === 'iTXt';
}

/** 1 to 79 bytes of Latin-1 before the first zero; empty when the chunk has none. */
function keywordOf(data: Buffer): string {
  const end = data.subarray(0, 80).indexOf(0);
  return end < 1 ? '' : data.toString('latin1', 0, end);
}

function textOf(type: string, data: Buffer, budgetBytes: number): string | null {
  const start = data.indexOf(0) + 1;
  try {
    if (type === 'tEXt') return bounded(data.subarray(start), budgetBytes)?.toString('latin1') ?? null;
    if (type === 'zTXt')
      return data[start] === 0 ? inflate(data.subarray(start + 1), budgetBytes).toString('latin1') : null;
    const isCompressed = data[start] === 1;
    const languageEnd = data.indexOf(0, start + 2);
    const keywordEnd = languageEnd < 0 ? -1 : data.indexOf(0, languageEnd + 1);
    if (keywordEnd < 0 || (isCompressed && data[start + 1] !== 0)) return null;
    const body = data.subarray(keywordEnd + 1);
    const text = isCompressed ? inflate(body, budgetBytes) : bounded(body, budgetBytes);
    return text?.toString('utf8') ?? null;
  } catch (error) {
    if (isZlibError(error)) return null;
    throw error;
  }
}

function bounded(text: Buffer, budgetBytes: number): Buffer | null {
  return text.length <= budgetBytes ? text : null;
}

/** Stops at the budget: a kilobyte can inflate to a megabyte, and chunks can be many. */
function inflate(data: Buffer, budgetBytes: number): Buffer {
  return inflateSync(data, { maxOutputLength: Math.max(1, budgetBytes) });
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code));
}

function textChunk(keyword: string, text: string): Buffer {
  if (
    !/^[\x21-\x7e\xa1-\xff]([\x20-\x7e\xa1-\xff]{0,77}[\x21-\x7e\xa1-\xff])?$/.test(keyword) ||
    keyword.includes('  ')
  )
    throw new TypeError(`A PNG can't have text under the keyword ${JSON.stringify(keyword)}.`);
  // A zero would end the text early in readers that look for one.
  const clean = text.replaceAll('\0', '');
  const name = Buffer.from(`${keyword}\0`, 'latin1');
  if (isLatin1(clean)) return chunk('tEXt', [name, Buffer.from(clean, 'latin1')]);
  const body = Buffer.from(clean, 'utf8');
  const isCompressed = body.length > compressPastBytes;
  return chunk('iTXt', [name, Buffer.from([isCompressed ? 1 : 0, 0, 0, 0]), isCompressed ? deflateSync(body) : body]);
}

/** Latin-1 as PNG has it: printable characters and line feeds. */
function isLatin1(text: string): boolean {
  return /^[\t\n\r\x20-\x7e\xa0-\xff]*$/.test(text);
}

function chunk(type: string, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...parts]);
  const result = Buffer.alloc(body.length + 8);
  result.writeUInt32BE(body.length - 4, 0);
  body.copy(result, 4);
  result.writeUInt32BE(crc32(body), body.length + 4);
  return result;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
