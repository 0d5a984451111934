import { readdir, stat } from 'node:fs/promises';
import { dirname, posix, win32 } from 'node:path';
import { codeOf } from '../system-error.ts';

/**
 * Where the drive of a path would be mounted, outermost first: `/media/user`, `/media/user/disk`, `/mnt/disk`, `/Volumes/Disk`, `E:\`.
 * Empty when the path is on no drive that comes and goes.
 */
export function mountPointsOf(path: string, platform: NodeJS.Platform): string[] {
  if (platform === 'win32') {
    const { root } = win32.parse(path);
    return root === '' || root === '\\' ? [] : [root];
  }
  const segments = posix.normalize(path).split('/').slice(1);
  const at = (count: number) => (segments.length > count ? [`/${segments.slice(0, count).join('/')}`] : []);
  switch (segments[0]) {
    case 'mnt':
    case 'Volumes':
      return at(2);
    case 'media':
      return [...at(2), ...at(3)];
    case 'run':
      return segments[1] === 'media' ? [...at(3), ...at(4)] : [];
    default:
      return [];
  }
}

/**
 * Whether a path that is not there may come back by itself: its drive is not mounted. A mount point that is a folder of the system's own
 * drive, with other things in it, was no drive.
 */
export async function isVolumeOffline(path: string, platform: NodeJS.Platform = process.platform): Promise<boolean> {
  const points = mountPointsOf(path, platform);
  for (const point of points) if (await isMounted(point)) return false;
  const innermost = points.at(-1);
  return innermost !== undefined && (await isMissingOrEmpty(innermost));
}

async function isMounted(point: string): Promise<boolean> {
  try {
    const [own, parent] = await Promise.all([stat(point), stat(dirname(point))]);
    return own.dev !== parent.dev;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return false;
  }
}

async function isMissingOrEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return true;
  }
}
