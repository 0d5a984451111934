const userCommentTag = 0x9286;
const exifFolderTag = 0x8769;
const unicode = Buffer.from('UNICODE\0', 'latin1');
const ascii = Buffer.from('ASCII\0\0\0', 'latin1');
/** What one segment of a JPEG holds. */
const maxSegmentBytes = 65_533;
const maxEntries = 1_000;

/**
 * A JPEG or WebP with that text as the UserComment of its EXIF, in UTF-16 as stable-diffusion-webui writes it (Exif 2.32, 4.6.5).
 * A WebP must come with EXIF of its own, which is replaced. A JPEG whose text is too long for a segment stays without.
 * Throws `TypeError` for bytes that are neither.
 */
export function withUserComment(file: Uint8Array, text: string): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const exif = exifOf(text);
  if (bytes.readUInt16BE(0) === 0xffd8) {
    const payload = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), exif]);
    if (payload.length > maxSegmentBytes) return file;
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(payload.length + 2, 4);
    return Buffer.concat([head, payload, bytes.subarray(2)]);
  }
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP')
    throw new TypeError('The picture is neither a JPEG nor a WebP.');
  const parts: Buffer[] = [];
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', offset, offset + 4);
    const length = bytes.readUInt32LE(offset + 4);
    const end = offset + 8 + length + (length % 2);
    parts.push(name === 'EXIF' ? chunkOf(exif) : bytes.subarray(offset, end));
    offset = end;
  }
  const content = Buffer.concat(parts);
  const head = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  head.writeUInt32LE(content.length + 4, 4);
  return Buffer.concat([head, content]);
}

/** The UserComment of an EXIF block, with or without its `Exif` heading; null where there is none, or the block is damaged. */
export function readUserComment(exif: Uint8Array): string | null {
  const whole = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const block = whole.toString('latin1', 0, 6) === 'Exif\0\0' ? whole.subarray(6) : whole;
  try {
    const order = block.toString('latin1', 0, 2);
    if (order !== 'MM' && order !== 'II') return null;
    const isBig = order === 'MM';
    const word = (at: number) => (isBig ? block.readUInt16BE(at) : block.readUInt16LE(at));
    const long = (at: number) => (isBig ? block.readUInt32BE(at) : block.readUInt32LE(at));
    const entry = (folder: number, tag: number): number | null => {
      const count = Math.min(word(folder), maxEntries);
      for (let index = 0; index < count; index += 1) {
        const at = folder + 2 + index * 12;
        if (word(at) === tag) return at;
      }
      return null;
    };
    const pointer = entry(long(4), exifFolderTag);
    const comment = pointer === null ? null : entry(long(pointer + 8), userCommentTag);
    if (comment === null) return null;
    const length = long(comment + 4);
    const at = length <= 4 ? comment + 8 : long(comment + 8);
    return textOf(block.subarray(at, at + length), isBig);
  } catch (error) {
    // An offset that leads out of the block.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function textOf(comment: Buffer, isBig: boolean): string {
  const text = comment.subarray(8);
  if (!comment.subarray(0, 8).equals(unicode))
    return (comment.subarray(0, 8).equals(ascii) ? text : comment).toString('utf8').replace(/\0+$/, '');
  // Writers disagree on the order of the bytes: ours and stable-diffusion-webui's is big-endian, whatever the block has.
  const evenLength = text.length - (text.length % 2);
  const looksLittle = evenLength >= 2 && text[1] === 0 && text[0] !== 0 && !(isBig && text[0] === 0);
  const little = Buffer.from(text.subarray(0, evenLength));
  if (!looksLittle) little.swap16();
  return little.toString('utf16le').replace(/\0+$/, '');
}

/** A TIFF block with one folder that leads to another, which holds the comment alone. */
function exifOf(text: string): Buffer {
  const comment = Buffer.concat([unicode, Buffer.from(text, 'utf16le').swap16()]);
  const head = Buffer.alloc(44);
  head.write('MM', 0, 'latin1');
  head.writeUInt16BE(42, 2);
  head.writeUInt32BE(8, 4);
  writeEntry(head, 8, { tag: exifFolderTag, type: 4, count: 1, value: 26 });
  writeEntry(head, 26, { tag: userCommentTag, type: 7, count: comment.length, value: 44 });
  return Buffer.concat([head, comment]);
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly value: number;
}

function writeEntry(into: Buffer, at: number, { tag, type, count, value }: Entry): void {
  into.writeUInt16BE(1, at);
  into.writeUInt16BE(tag, at + 2);
  into.writeUInt16BE(type, at + 4);
  into.writeUInt32BE(count, at + 6);
  into.writeUInt32BE(value, at + 10);
}

function chunkOf(exif: Buffer): Buffer {
  const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
  head.writeUInt32LE(exif.length, 4);
  return Buffer.concat([head, exif, Buffer.alloc(exif.length % 2)]);
}
