import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, realpath, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LinkSupport } from '../plan/snapshot.ts';
import { systemCode } from '../system-error.ts';
import type { EntryLink } from './entry-identity.ts';

/** Makes links; the port between us and what a volume allows. */
export interface LinkSystem {
  /** Which links to the library's models can be made below `root`. Writes nothing there. */
  support(root: string): Promise<LinkSupport>;
  /** Makes one link and never replaces what is there. Rejects with the system's error. */
  make(kind: EntryLink, source: string, target: string): Promise<void>;
  /** A link of that kind was refused below `root`: it isn't proposed there again. */
  refused(root: string, kind: EntryLink): Promise<void>;
}

export interface LinkPlaces {
  readonly libraryPath: string;
  /** A folder of our own that may be written, made when it isn't there. */
  readonly scratchPath: string;
}

/** Linux's numbers of file systems that hold no links: FAT, exFAT. */
const linklessFileSystems = new Set([0x4d44, 0x2011bab0]);

/** The codes with which a volume says that it takes no such links at all, whatever the path. */
const refusals = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'UNKNOWN', 'EINVAL']);

export function isRefusal(code: string): boolean {
  return refusals.has(code);
}

/**
 * The links of the file system. What this user may make is tried in a folder of our own; what the app's volume takes is known from its kind,
 * from our own folder where that lies on the same volume, and from what it refused before. The app's folder is never tried on.
 */
export function fileSystemLinks({ libraryPath, scratchPath }: LinkPlaces): LinkSystem {
  const refusedOn = new Map<bigint, Set<EntryLink>>();
  let tried: Promise<Tried> | null = null;
  return {
    async support(root) {
      tried ??= tryLinks(scratchPath, libraryPath);
      const { makes, canHardlink } = await tried;
      const { dev } = await stat(root, { bigint: true });
      const refused = refusedOn.get(dev) ?? new Set<EntryLink>();
      const isLinkless = await holdsNoLinks(root);
      const can = (kind: EntryLink) => makes.has(kind) && !refused.has(kind) && !isLinkless;
      const isSameVolume = (await stat(libraryPath, { bigint: true })).dev === dev;
      const hardlink = isSameVolume && canHardlink && can('hardlink');
      const folder = can('junction') ? 'junction' : can('symlink') ? 'symlink' : null;
      const file = can('symlink') ? 'symlink' : hardlink ? 'hardlink' : null;
      return { file, folder, reason: isLinkless ? 'Its drive (FAT or exFAT) holds no links.' : noLinkReason() };
    },
    async make(kind, source, target) {
      if (kind === 'hardlink') await link(source, target);
      else if (kind === 'junction') await symlink(source, target, 'junction');
      // Only Windows asks which of the two it is.
      else await symlink(source, target, process.platform === 'win32' ? await typeOf(source) : 'file');
    },
    async refused(root, kind) {
      const { dev } = await stat(root, { bigint: true });
      refusedOn.set(dev, (refusedOn.get(dev) ?? new Set()).add(kind));
    },
  };
}

interface Tried {
  readonly makes: ReadonlySet<EntryLink>;
  readonly canHardlink: boolean;
}

async function tryLinks(scratchPath: string, libraryPath: string): Promise<Tried> {
  await mkdir(scratchPath, { recursive: true });
  const folder = join(await realpath(scratchPath), `.try-${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  try {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const makes = new Set<EntryLink>();
    if (await works(() => symlink(file, join(folder, 'symlink'), 'file'))) makes.add('symlink');
    if (await works(() => link(file, join(folder, 'hardlink')))) makes.add('hardlink');
    if (process.platform === 'win32' && (await works(() => symlink(folder, join(folder, 'junction'), 'junction'))))
      makes.add('junction');
    // Where the library lies elsewhere its volume is taken to do what ours does not, and the first link tells.
    const isSame = (await stat(libraryPath)).dev === (await stat(folder)).dev;
    if (!isSame) makes.add('hardlink');
    return { makes, canHardlink: !(await holdsNoLinks(libraryPath)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function works(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    systemCode(error);
    return false;
  }
}

async function holdsNoLinks(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { type } = await statfs(path);
  return linklessFileSystems.has(type);
}

async function typeOf(source: string): Promise<'file' | 'dir'> {
  return (await lstat(source)).isDirectory() ? 'dir' : 'file';
}

function noLinkReason(): string {
  return process.platform === 'win32'
    ? 'Windows makes links to files on another drive only in its developer mode. Turn that on, or keep the library on the same drive.'
    : 'The drive takes no links to files of the library.';
}
