import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import writeFileAtomic from 'write-file-atomic';
import { Failed } from '../../contract/failure.ts';
import type { Artifact, StepName } from '../../contract/job.ts';
import type { Options } from '../../contract/options.ts';
import type { Pixels } from '../../contract/runner.ts';
import { withUserComment } from '../../formats/pictures/exif-comment.ts';
import { withPngText } from '../../formats/pictures/png-text.ts';

/** The keyword under which stable-diffusion-webui and the galleries look for the infotext. */
const infotextKeyword = 'parameters';

export interface PictureName {
  readonly jobId: string;
  readonly step: StepName;
  readonly itemIndex: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
  readonly at: Date;
  readonly format: Artifact['format'];
}

/** `<job_id>/<step>/<UTC yyyymmddThhmmss>_<item>_<W>x<H>_<seed>.<format>` below the outputs folder. */
export function picturePath(outputsPath: string, name: PictureName): string {
  const { jobId, step, itemIndex, width, height, seed, at, format } = name;
  const stamp = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return join(outputsPath, jobId, step, `${stamp}_${itemIndex}_${width}x${height}_${seed}.${format}`);
}

/** What the options make of picture files. */
export function pictureFormat({ samples_format }: Options): Artifact['format'] {
  return samples_format === 'jpeg' ? 'jpg' : samples_format;
}

/** The pixels as a file of the options' format, with the infotext in it where they say so. */
export async function encodePicture(
  { width, height, rgb }: Pixels,
  infotext: string,
  options: Options,
): Promise<Uint8Array> {
  return encode(sharp(rgb, { raw: { width, height, channels: 3 } }), infotext, options);
}

/** As above, of a picture that sharp has in hand. A PNG carries the infotext as text, the others as the UserComment of their EXIF. */
export async function encode(picture: Sharp, infotext: string, options: Options): Promise<Uint8Array> {
  const isTold = options.enable_pnginfo;
  const format = pictureFormat(options);
  if (format === 'png') return pngWithText(picture, isTold ? { [infotextKeyword]: infotext } : {});
  const { jpeg_quality: quality, webp_lossless: lossless } = options;
  if (format === 'jpg') {
    const jpeg = await picture.jpeg({ quality }).toBuffer();
    return isTold ? withUserComment(jpeg, infotext) : jpeg;
  }
  // The comment that sharp writes is ASCII only; it makes the room for ours.
  const marked = isTold ? picture.withExif({ IFD2: { UserComment: '-' } }) : picture;
  const webp = await marked.webp({ quality, lossless }).toBuffer();
  return isTold ? withUserComment(webp, infotext) : webp;
}

/** The picture as a PNG with those texts in it. */
export async function pngWithText(picture: Sharp, texts: Readonly<Record<string, string>>): Promise<Uint8Array> {
  return withPngText(await picture.png().toBuffer(), texts);
}

export interface SavedFile {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Writes a whole file or none: a temporary file beside it, flushed, renamed. Throws `disk_full` or `write_failed`. */
export async function saveFile(path: string, bytes: Uint8Array): Promise<SavedFile> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    throw writeFault(path, error);
  }
  return { sizeBytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The failure for what the file system said on writing. */
export function writeFault(path: string, error: unknown): Failed {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failed('disk_full', { path }, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new Failed('write_failed', { path, reason }, { cause: error });
}
