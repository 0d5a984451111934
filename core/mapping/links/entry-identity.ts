import type { BigIntStats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import type { LinkKind } from '../../contract/mapping/mapping.ts';
import { systemCode } from '../system-error.ts';

/** The kinds of link that are entries of a folder. */
export type EntryLink = Exclude<LinkKind, 'config'>;

/** What an entry was when we made it: its number and time of birth on its volume. A link or folder that somebody put in its place has others. */
export type EntryIdentity = string;

export function identityOf({ ino, birthtimeNs }: BigIntStats): EntryIdentity {
  return `${ino}.${birthtimeNs}`;
}

/** What is at a path, were it a link to nothing; null where there is nothing. */
export async function entryAt(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** What a link that we made is now. `stale`: a hard link whose file in the library is another now, or gone. */
export const linkStates = ['whole', 'dangling', 'elsewhere', 'stale', 'replaced', 'gone', 'unreachable'] as const;
export type LinkState = (typeof linkStates)[number];

export interface MadeLink {
  readonly link: EntryLink;
  /** Absolute. */
  readonly target: string;
  /** What it leads to, absolute: for a symbolic link or a junction, its text. */
  readonly source: string;
  readonly identity: EntryIdentity;
}

/** Looks at a link that we made. Never throws for what the system answers. */
export async function linkStateOf(made: MadeLink): Promise<LinkState> {
  try {
    const entry = await entryAt(made.target);
    if (entry === null) return 'gone';
    if (!(await isOurs(made, entry))) return 'replaced';
    const source = await stat(made.source, { bigint: true }).catch((error: unknown) => {
      systemCode(error);
      return null;
    });
    if (made.link === 'hardlink') return source !== null && isSameFile(source, entry) ? 'whole' : 'stale';
    return source === null ? 'dangling' : 'whole';
  } catch (error) {
    systemCode(error);
    return 'unreachable';
  }
}

/** Whether two names lead to one file. */
export function isSameFile(a: Pick<BigIntStats, 'dev' | 'ino'>, b: Pick<BigIntStats, 'dev' | 'ino'>): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

/** Whether an entry is still the link that we made: its kind, its text, its identity. */
export async function isOurs(made: MadeLink, entry: BigIntStats): Promise<boolean> {
  return isOursWith(made, entry, entry.isSymbolicLink() ? await readlink(made.target) : null);
}

/** The same, where the text of a symbolic link was read. */
export function isOursWith(made: MadeLink, entry: BigIntStats, text: string | null): boolean {
  if (identityOf(entry) !== made.identity) return false;
  return made.link === 'hardlink' ? entry.isFile() : text !== null && isSameText(text, made.source);
}

/** Windows gives the text of a junction with a prefix and a slash at its end. */
export function isSameText(text: string, source: string): boolean {
  if (text === source) return true;
  const plain = (path: string) => path.replace(/^\\\\\?\\/, '').replace(/[\\/]+$/, '');
  return process.platform === 'win32' && plain(text).toLowerCase() === plain(source).toLowerCase();
}
