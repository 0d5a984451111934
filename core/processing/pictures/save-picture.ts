import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { Failed } from '../../contract/failure.ts';
import type { Artifact, StepName } from '../../contract/jobs/job.ts';

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
