import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { snapshot, TestLibrary, writeLora } from '../fixtures/test-library.ts';

/** Root may write everywhere: as root, the child becomes nobody. */
const user = process.getuid?.() === 0 ? 'nobody' : 'itself';

test.skipIf(process.platform === 'win32')(
  'a library that may not be written is listed, shown and described; a change fails and says where',
  async () => {
    await using at = await TestLibrary.open();
    await chmod(at.path, 0o755);
    const bundle = await copyTinyBundle(join(at.path, 'bundle'));
    const lora = await writeLora(join(at.path, 'a.safetensors'), 'a');
    await at.library.register(bundle);
    await at.library.close();
    const folders = (await readdir(at.root, { recursive: true, withFileTypes: true })).filter((child) =>
      child.isDirectory(),
    );
    const all = [at.root, ...folders.map(({ parentPath, name }) => join(parentPath, name))];
    for (const folder of all) await chmod(folder, 0o555);
    const before = await snapshot(at.root);
    const temporary = await mkdtemp(join(tmpdir(), 'vitrine-nobody-'));
    await chmod(temporary, 0o777);
    try {
      const program = join(import.meta.dirname, 'read-only-child.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [program, at.root, lora, user], {
        env: { ...process.env, TMPDIR: temporary },
      });
      expect(JSON.parse(stdout)).toEqual({
        name: 'bundle',
        state: 'valid',
        edit: expect.objectContaining({ code: 'write_failed', message: expect.stringContaining(at.root) }),
        register: expect.objectContaining({ code: 'write_failed' }),
        unregister: expect.objectContaining({ code: 'write_failed' }),
        import: expect.objectContaining({ code: 'write_failed', message: expect.stringContaining(at.root) }),
        left: 1,
      });
      expect([await snapshot(at.root), await readdir(temporary)]).toEqual([before, []]);
    } finally {
      for (const folder of all) await chmod(folder, 0o755);
      await rm(temporary, { recursive: true });
      at.library = await at.openAgain();
    }
  },
);
