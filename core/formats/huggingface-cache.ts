import { sep } from 'node:path';

/** Where a path stands in a Hugging Face cache: `models--<org>--<name>/snapshots/<revision>/...`. */
export interface SnapshotPlace {
  /** `org/name`; a repository without an owner has only its name. */
  readonly repoId: string;
  /** The last part of `repoId`. */
  readonly name: string;
  /** The commit; null for a path outside `snapshots/`, such as a blob. */
  readonly revision: string | null;
  /** The path below the snapshot, forward slashes; empty for the snapshot itself. */
  readonly pathInRepo: string;
}

/**
 * What a path says of its place in a Hugging Face cache, or null when it is in none. Nothing is opened.
 *
 * Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export function snapshotOf(path: string): SnapshotPlace | null {
  const segments = path.split(sep === '\\' ? /[\\/]/ : '/');
  const at = segments.findLastIndex((segment) => repoIdOf(segment) !== null);
  const repoId = repoIdOf(segments[at] ?? '');
  if (repoId === null) return null;
  const isSnapshot = segments[at + 1] === 'snapshots' && (segments[at + 2] ?? '') !== '';
  return {
    repoId,
    name: repoId.split('/').at(-1) ?? repoId,
    revision: isSnapshot ? (segments[at + 2] ?? null) : null,
    pathInRepo: isSnapshot ? segments.slice(at + 3).join('/') : '',
  };
}

/** `org/name` of a folder called `models--org--name`, or null for any other. */
export function repoIdOf(folderName: string): string | null {
  if (!folderName.startsWith('models--')) return null;
  const [owner = '', ...rest] = folderName.slice('models--'.length).split('--');
  if (owner === '') return null;
  return rest.length === 0 ? owner : `${owner}/${rest.join('--')}`;
}
