import { mkdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { Failed } from '../contract/failure.ts';
import type { Artifact } from '../contract/jobs/job.ts';

/** What `--out` means: a folder keeps the names of the pictures; a file takes one picture, or numbers them. */
export interface OutTarget {
  readonly kind: 'folder' | 'file';
  readonly path: string;
}

/**
 * Decides what `--out` means, and makes the folder it names, before anything is generated. `given` is what the user wrote, `path` the same absolute.
 * Throws `Failed` for a file name that doesn't end in .png, and for a folder that can't be made.
 */
export function prepareOut(given: string, path: string): OutTarget {
  const isFolder =
    /[\\/]$/.test(given) || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? extname(path) === '');
  if (!isFolder && extname(path).toLowerCase() !== '.png') {
    throw new Failed('invalid_input', {
      field: 'out',
      reason: `pictures are PNG files: "${given}" must end in .png, or be a folder`,
    });
  }
  const folder = isFolder ? path : dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Failed('write_failed', { path: folder, reason: reasonOf(error) }, { cause: error });
  }
  return { kind: isFolder ? 'folder' : 'file', path };
}

/** Where each picture goes: `sun.png`, or `sun-1.png`, `sun-2.png` where there are several. */
export function plannedPaths(target: OutTarget, sources: readonly string[]): readonly string[] {
  if (target.kind === 'folder') return sources.map((source) => join(target.path, basename(source)));
  if (sources.length === 1) return [target.path];
  const extension = extname(target.path);
  const stem = target.path.slice(0, -extension.length);
  return sources.map((_, index) => `${stem}-${index + 1}${extension}`);
}

/** Copies pictures whole or not at all; a file of that name is replaced. */
export async function copyPictures(target: OutTarget, artifacts: readonly Artifact[]): Promise<readonly Artifact[]> {
  const paths = plannedPaths(
    target,
    artifacts.map(({ path }) => path),
  );
  const copied: Artifact[] = [];
  for (const [index, artifact] of artifacts.entries()) {
    const path = paths[index] ?? artifact.path;
    try {
      await writeFileAtomic(path, await readFile(artifact.path));
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
      throw new Failed(isFull ? 'disk_full' : 'write_failed', { path, reason: reasonOf(error) }, { cause: error });
    }
    copied.push({ ...artifact, path });
  }
  return copied;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
