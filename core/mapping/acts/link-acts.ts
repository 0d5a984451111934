import { lstatSync } from 'node:fs';
import { lstat, rmdir, unlink } from 'node:fs/promises';
import {
  type EntryIdentity,
  type EntryLink,
  entryAt,
  identityOf,
  isOurs,
  type MadeLink,
} from '../links/entry-identity.ts';
import { isRefusal, type LinkSystem } from '../links/link-system.ts';
import { systemCode } from '../system-error.ts';

/** Why one link could not be made or taken away: a sentence. It fails alone. */
export class LinkFailed extends Error {
  override readonly name = 'LinkFailed';
  /** The identity of the older link that was made again in its place, null where that failed too; undefined where none was taken away. */
  restored: EntryIdentity | null | undefined;
}

/**
 * Makes one link and tells its identity. Whatever is at its place stays: the system refuses, nothing is replaced and nothing written through.
 * Throws `LinkFailed`.
 */
export async function makeLink(
  links: LinkSystem,
  {
    kind,
    source,
    target,
    root,
  }: { readonly kind: EntryLink; readonly source: string; readonly target: string; readonly root: string },
): Promise<EntryIdentity> {
  checkSource(kind, source);
  try {
    await links.make(kind, source, target);
  } catch (error) {
    const code = systemCode(error);
    if (isRefusal(code)) await links.refused(root, kind);
    throw new LinkFailed(whyNotMade(code, target), { cause: error });
  }
  try {
    // At once: the drive answered just now.
    return identityOf(lstatSync(target, { bigint: true }));
  } catch (error) {
    throw new LinkFailed(`The link was made and is gone again (${systemCode(error)}).`, { cause: error });
  }
}

/** The model's file or folder, and no link that could lead elsewhere. At once: the index on the same drive is read so, too. */
export function checkSource(kind: EntryLink, source: string): { readonly isFolder: boolean } {
  try {
    const stats = lstatSync(source);
    if (stats.isSymbolicLink()) throw new LinkFailed("The model's file is a link itself, which could lead elsewhere.");
    if (kind === 'hardlink' && !stats.isFile()) throw new LinkFailed('Only a file can have a hard link.');
    return { isFolder: stats.isDirectory() };
  } catch (error) {
    if (error instanceof LinkFailed) throw error;
    throw new LinkFailed(`The model's files can't be reached (${systemCode(error)}).`, { cause: error });
  }
}

/** Why the system refused to make a link, as a sentence. */
export function whyNotMade(code: string, target: string): string {
  if (code === 'EEXIST') return `Something is at ${target} since the preview. It stays.`;
  if (code === 'EACCES' || code === 'EROFS') return `This user may not write to the folder of ${target}.`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'There is no space left on the drive.';
  if (code === 'ENAMETOOLONG') return `The name of ${target} is too long for its drive.`;
  if (isRefusal(code)) return `The drive of ${target} takes no such link (${code}). The next preview knows that.`;
  return `The system refused to make ${target} (${code}).`;
}

/** What became of a link that was to be taken away: its reason says why it was left, as a sentence. */
export type Removal =
  | { readonly is: 'removed' | 'absent' }
  | { readonly is: 'left'; readonly reason: string; readonly stands: boolean };

/**
 * Takes away a link that we made, when it is still that link: never through it, never what somebody put in its place, and never a hard link that
 * has become the only name of what it holds.
 */
export async function removeLink(made: MadeLink): Promise<Removal> {
  try {
    const entry = await entryAt(made.target);
    if (entry === null) return { is: 'absent' };
    if (!(await isOurs(made, entry))) return left('Something else is in its place now. It stays.', false);
    if (made.link === 'hardlink' && entry.nlink < 2n)
      return left('It has become the only copy of what it holds. It stays.', true);
    await unlink(made.target);
    return { is: 'removed' };
  } catch (error) {
    return left(`The system refused to take it away (${systemCode(error)}).`, true);
  }
}

/** Takes away a folder that we made, when it is still that folder and holds nothing. */
export async function removeFolder(path: string, identity: EntryIdentity | null): Promise<Removal> {
  try {
    const entry = await entryAt(path);
    if (entry === null) return { is: 'absent' };
    if (!entry.isDirectory() || identityOf(entry) !== identity)
      return left('Another folder is in its place now.', false);
    await rmdir(path);
    return { is: 'removed' };
  } catch (error) {
    const code = systemCode(error);
    return left(
      code === 'ENOTEMPTY' || code === 'EEXIST' ? 'It holds something.' : `The system refused (${code}).`,
      true,
    );
  }
}

/** Makes an older link again that a later apply had taken the place of. Null where it can't be. */
export async function restoreLink(links: LinkSystem, made: MadeLink): Promise<EntryIdentity | null> {
  if (made.link === 'hardlink') return null;
  try {
    await links.make(made.link, made.source, made.target);
    return identityOf(await lstat(made.target, { bigint: true }));
  } catch (error) {
    systemCode(error);
    return null;
  }
}

function left(reason: string, stands: boolean): Removal {
  return { is: 'left', reason, stands };
}
