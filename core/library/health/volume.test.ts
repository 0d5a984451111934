import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { isVolumeOffline, mountPointsOf } from './volume.ts';

test.each<[string, NodeJS.Platform, string[]]>([
  ['/mnt/disk/models/a', 'linux', ['/mnt/disk']],
  ['/media/mira/Disk/a', 'linux', ['/media/mira', '/media/mira/Disk']],
  ['/media/disk', 'linux', []],
  ['/run/media/mira/Disk/a', 'linux', ['/run/media/mira', '/run/media/mira/Disk']],
  ['/run/user/1000/a', 'linux', []],
  ['/Volumes/Disk/a', 'darwin', ['/Volumes/Disk']],
  ['/home/mira/a', 'linux', []],
  ['E:\\models\\a', 'win32', ['E:\\']],
  ['\\\\server\\share\\a', 'win32', ['\\\\server\\share\\']],
])('of %s on %s the drive would be at %j', (path, platform, points) => {
  expect(mountPointsOf(path, platform)).toEqual(points);
});

test('a path on a drive that is not there may come back, one that was deleted may not', async () => {
  await using folder = await temporaryFolder();
  expect(await isVolumeOffline('/media/nobody-here/Disk/models/a', 'linux')).toBe(true);
  expect(await isVolumeOffline('/Volumes/No Such Disk/a', 'darwin')).toBe(true);
  expect(await isVolumeOffline(join(folder.path, 'gone'), 'linux')).toBe(false);
  expect(await isVolumeOffline('/home/gone', 'linux')).toBe(false);
});
