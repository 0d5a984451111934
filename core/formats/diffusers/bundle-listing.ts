import { basename, dirname, join, relative, sep } from 'node:path';
import { opendir, realpath, stat } from '../file-calls.ts';
import { formatLimits } from '../limits.ts';
import { isSystemError, readFaultOf } from '../read-bounded.ts';

export interface BundleEntry {
  /** Below the root, forward slashes. */
  readonly path: string;
  /** What a reader finds there, links followed. `escape`: a link that leaves the bundle; `broken`: a link to nothing. */
  readonly kind: 'file' | 'directory' | 'escape' | 'broken' | 'unreadable' | 'special';
  readonly sizeBytes: number;
  /** For `unreadable` and `escape`: a clause that says why. */
  readonly reason: string | null;
}

/** Everything in a bundle by its path, sorted; hidden names (`.git`, `.cache`, `.DS_Store`) left out. Nothing is opened. */
export type BundleListing = ReadonlyMap<string, BundleEntry>;

/**
 * Lists a bundle. `root` has its own links resolved already. A link may lead to another place of the bundle, or into the `blobs/` of the
 * Hugging Face cache repository that the bundle is a snapshot of; anything else is an `escape` and is not followed. `ignore` names paths to
 * leave out.
 */
export async function listBundle(root: string, ignore: ReadonlySet<string> = new Set()): Promise<BundleListing> {
  const blobs = blobsOf(root);
  const entries: BundleEntry[] = [];
  const seenFolders = new Set([root]);

  const inspect = async (path: string, isLink: boolean): Promise<BundleEntry & { readonly real: string }> => {
    const absolute = join(root, path);
    try {
      const real = isLink ? await realpath(absolute) : absolute;
      if (isLink && !isInside(root, real) && (blobs === null || !isInside(blobs, real)))
        return { path, kind: 'escape', sizeBytes: 0, reason: `it leads to "${real}"`, real };
      const stats = await stat(real);
      const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'special';
      return { path, kind, sizeBytes: stats.isFile() ? stats.size : 0, reason: null, real };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const fault = readFaultOf(error);
      const kind = fault.problem === 'missing' ? 'broken' : 'unreadable';
      return { path, kind, sizeBytes: 0, reason: fault.reason, real: absolute };
    }
  };

  const walk = async (folder: string, real: string, depth: number): Promise<void> => {
    try {
      for await (const child of await opendir(real)) {
        if (child.name.startsWith('.')) continue;
        if (entries.length >= formatLimits.folderEntries) return;
        const path = folder === '' ? child.name : `${folder}/${child.name}`;
        if (ignore.has(path)) continue;
        const { real: childReal, ...entry } = await inspect(path, child.isSymbolicLink());
        entries.push(entry);
        if (entry.kind !== 'directory' || depth >= formatLimits.folderDepth || seenFolders.has(childReal)) continue;
        seenFolders.add(childReal);
        await walk(path, childReal, depth + 1);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const index = entries.findIndex(({ path }) => path === folder);
      const entry: BundleEntry = { path: folder, kind: 'unreadable', sizeBytes: 0, reason: readFaultOf(error).reason };
      if (index < 0) entries.push(entry);
      else entries[index] = entry;
    }
  };

  await walk('', root, 0);
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  return new Map(entries.map((entry) => [entry.path, entry]));
}

/** The `blobs` folder beside the `snapshots` that `root` is one of, or null when it isn't in a Hugging Face cache. */
function blobsOf(root: string): string | null {
  const snapshots = dirname(root);
  return basename(snapshots) === 'snapshots' ? join(dirname(snapshots), 'blobs') : null;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !/^([A-Za-z]:|[\\/])/.test(way));
}
