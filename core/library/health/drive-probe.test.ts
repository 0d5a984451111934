import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DriveProbe, slowMountsIn } from './drive-probe.ts';

test('a drive that does not answer is asked once, and known to be back when it does', async () => {
  const asked: string[] = [];
  let comeBack = () => {};
  const drives = new DriveProbe({
    slowMounts: async () => ['/net/dead'],
    ask: (mount) => {
      asked.push(mount);
      return new Promise((resolve) => {
        comeBack = resolve;
      });
    },
    patienceMs: 30,
  });
  expect(await drives.answers('/home/a')).toBe(true);
  expect(await Promise.all([drives.answers('/net/dead/a'), drives.answers('/net/dead/b')])).toEqual([false, false]);
  await expect(drives.assertAnswers('/net/dead/c')).rejects.toMatchObject({
    failure: { code: 'unreadable', details: { path: '/net/dead/c' } },
  });
  expect([asked, await drives.silentMounts()]).toEqual([['/net/dead'], ['/net/dead']]);
  comeBack();
  await nextTurn();
  const answer = drives.answers('/net/dead/a');
  await nextTurn();
  comeBack();
  expect([await answer, asked.length]).toEqual([true, 2]);
});

test('an answer that is an error is an answer', async () => {
  const drives = new DriveProbe({
    slowMounts: async () => ['/net'],
    ask: () => Promise.reject(new Error('ESTALE')),
    patienceMs: 1000,
  });
  expect(await drives.answers('/net/a')).toBe(true);
});

test('of the mounts of a system those are slow whose files are elsewhere', () => {
  const mountInfo = [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '30 22 0:26 / /proc rw - proc proc rw',
    '41 22 0:52 / /mnt/my\\040nas rw,relatime - nfs4 nas:/export rw,vers=4.2',
    '42 22 0:53 / /mnt/win rw - cifs //server/share rw',
    '43 22 0:54 / /home/mira/remote rw - fuse.sshfs mira@host: rw',
    '44 22 8:1 / /media/usb rw - fuseblk /dev/sdb1 rw',
    'nonsense',
  ].join('\n');
  expect(slowMountsIn(mountInfo)).toEqual(['/home/mira/remote', '/mnt/my nas', '/mnt/win']);
});

test('the drive of this folder answers', async () => {
  expect(await new DriveProbe().answers(import.meta.dirname)).toBe(true);
});

test('a read is given up when its drive stops to answer in the middle of it, and not before', async () => {
  let answer = () => Promise.resolve();
  const drives = new DriveProbe({ slowMounts: async () => ['/net'], ask: () => answer(), patienceMs: 10 });
  const { promise: end, resolve } = Promise.withResolvers<string>();
  const long = drives.whileAnswering('/net/a', () => end);
  const hangs = drives.whileAnswering('/net/b', () => new Promise<string>(() => {}));
  await new Promise((wait) => setTimeout(wait, 60));
  resolve('read');
  expect(await long).toBe('read');
  answer = () => new Promise(() => {});
  await expect(hangs).rejects.toMatchObject({ failure: { code: 'unreadable', details: { path: '/net/b' } } });
  await expect(drives.whileAnswering('/net/c', async () => 'never begun')).rejects.toMatchObject({
    failure: { code: 'unreadable' },
  });
  expect(await drives.whileAnswering('/home/a', async () => 'of another drive')).toBe('of another drive');
});
