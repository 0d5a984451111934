import { expect, test } from 'vitest';
import { driveNameOf } from './drive-name.ts';

test.each([
  ['/media/mira/Archiv-SSD/models/a', 'Archiv-SSD'],
  ['/media/usb0', 'usb0'],
  ['/mnt/atelier/a', 'atelier'],
  ['/run/media/mira/Stick/a', 'Stick'],
  ['/Volumes/Archive/a', 'Archive'],
  ['e:\\models\\a', 'E:'],
  ['/srv/models', '/srv/models'],
])('%s lies on the drive %s', (path, drive) => {
  expect(driveNameOf(path)).toBe(drive);
});
