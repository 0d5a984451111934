import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hashes } from '../../contract/library/metadata.ts';
import type { ContentDigests } from './content-hash.ts';

/** Digests of a model's files by their paths below it, forward slashes. */
export type FileDigests = ReadonlyMap<string, ContentDigests>;

/** The hashes of a model that is one file. AutoV2 has 10 digits, AutoV3 12. */
export function hashesOfFile({ sha256, payloadSha256 }: ContentDigests): Omit<Hashes, 'fingerprint'> {
  return {
    sha256,
    autov2: sha256.slice(0, 10),
    ...(payloadSha256 !== null && { autov3: payloadSha256.slice(0, 12) }),
  };
}

/**
 * The hash of a bundle: the sha256 of what `sha256sum` prints for its parts, sorted by path. Two bundles with the same parts have the same,
 * whatever readmes and sample pictures lie beside them. AutoV2 and AutoV3 are for single files only.
 */
export function hashesOfBundle(digests: FileDigests, components: readonly string[]): Omit<Hashes, 'fingerprint'> {
  const lines = [...digests]
    .filter(([path]) => isBundlePart(path, components))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { sha256 }]) => `${sha256}  ${path}\n`);
  return { sha256: createHash('sha256').update(lines.join('')).digest('hex') };
}

export function isBundlePart(path: string, components: readonly string[]): boolean {
  return path === 'model_index.json' || components.includes(path.split('/')[0] ?? '');
}

/** The components that model_index.json names; none when it can't be read. */
export async function componentsOf(bundlePath: string): Promise<string[]> {
  try {
    const index: unknown = JSON.parse(await readFile(join(bundlePath, 'model_index.json'), 'utf8'));
    if (typeof index !== 'object' || index === null) return [];
    return Object.entries(index).flatMap(([name, value]) => (Array.isArray(value) ? [name] : []));
  } catch {
    return [];
  }
}

/** The hashes of a model whose files were all read just now; `fileName` is that of a single file, null for a bundle. */
export async function hashesOfModel(
  path: string,
  digests: FileDigests,
  fileName: string | null,
): Promise<Omit<Hashes, 'fingerprint'>> {
  if (fileName === null) return hashesOfBundle(digests, await componentsOf(path));
  const own = digests.get(fileName);
  return own === undefined ? {} : hashesOfFile(own);
}
