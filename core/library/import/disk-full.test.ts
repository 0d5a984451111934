import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyTinyBundle, temporaryFolder } from '../../formats/fixtures/tiny-bundle.ts';
import { mayMount, mountSmallDrive } from '../fixtures/small-drive.ts';
import { snapshot, TestLibrary } from '../fixtures/test-library.ts';

const waitMs = 15_000;
/**
 * A drive with bytes to spare and few places for files, so that the free space asked for first looks well and the copy stops half way.
 * An ENOSPC like any other.
 */
const fewFiles = 'size=64m,nr_inodes=20';

test.runIf(mayMount).each(['copy', 'move'] as const)(
  'a %s whose drive fills up half way leaves the source whole and no half model',
  async (mode) => {
    const folder = await temporaryFolder();
    await using at = new TestLibrary(folder, {});
    // Let go of before the folder that it stands in is removed.
    await using drive = await mountSmallDrive(at.root, fewFiles);
    expect(drive).toBeDefined();
    at.library = await at.openAgain();
    await at.library.settled();
    const bundle = await copyTinyBundle(join(at.path, 'bundle'));
    const before = await snapshot(bundle);

    const { task_id } = at.library.import([{ path: bundle, mode }]);
    const task = await at.library.waitForTask(task_id, waitMs);

    expect(task.results).toMatchObject([{ status: 'failed', model_id: null, failure: { code: 'disk_full' } }]);
    expect(await snapshot(bundle)).toEqual(before);
    expect(at.all()).toEqual([]);
    expect(await readdir(join(at.root, '.incoming'))).toEqual([]);
    expect((await snapshot(join(at.root, 'models'))).filter((line) => !line.endsWith(' folder'))).toEqual([]);
    await at.library.register(bundle);
    expect(at.all()).toHaveLength(1);
  },
);
