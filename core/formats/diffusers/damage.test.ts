import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingSeverity } from '../../contract/library/finding.ts';
import { bundleLayouts, filesBelow } from '../fixtures/bundle-layouts.ts';
import { temporaryFolder } from '../fixtures/tiny-bundle.ts';
import { readDiffusersFolder } from './diffusers-folder.ts';

const fifoMaker = 'mkfifo';
const nobody = 65_534;

/** What may befall a file. `path` is free when it is called; `original` is the whole file, elsewhere. */
const damages = {
  missing: async () => {},
  empty: (path: string) => writeFile(path, ''),
  truncated: async (path: string, original: string) => {
    await copyFile(original, path);
    await truncate(path, Math.floor((await readFile(original)).length / 2));
  },
  zeros: async (path: string, original: string) => writeFile(path, Buffer.alloc((await readFile(original)).length)),
  'a Git LFS pointer': (path: string) =>
    writeFile(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438354725\n'),
  unreadable: async (path: string, original: string) => {
    await copyFile(original, path);
    await chmod(path, 0);
  },
  'a folder': (path: string) => mkdir(path),
  'a FIFO': (path: string) => Promise.resolve(execFileSync(fifoMaker, [path])),
  'a link to itself': (path: string) => symlink(basename(path), path),
  'a link out of the bundle': (path: string, original: string) => symlink(original, path),
} as const satisfies Record<string, (path: string, original: string) => Promise<unknown>>;
type Damage = keyof typeof damages;

const unreadable = ['unreadable', 'a folder', 'a FIFO', 'a link to itself'];

/** Null where the bundle stays whole. */
function expectedCode(file: string, damage: Damage): string | null {
  if (damage === 'missing' && file.endsWith('tokenizer_config.json')) return null;
  // Weights without a header of their own: only their length is known.
  if (file.endsWith('weights.pb')) return codesOfExternalData[damage] ?? null;
  if (unreadable.includes(damage)) return 'component_unreadable';
  if (damage === 'a link out of the bundle') return 'path_escape';
  if (file === 'model_index.json') return damage === 'missing' ? 'missing_model_index' : 'invalid_model_index_json';
  if (file.endsWith('.index.fp16.json')) return damage === 'missing' ? 'missing_weights' : 'invalid_weights_header';
  if (file.startsWith('tokenizer/')) return damage === 'missing' ? 'missing_tokenizer_files' : 'invalid_config';
  if (file.endsWith('.json')) return 'invalid_config';
  if (damage === 'missing') return file.includes('-of-') ? 'missing_shard' : 'missing_weights';
  if (damage === 'truncated' || damage === 'empty') return 'truncated_weights';
  return 'invalid_weights_header';
}

const codesOfExternalData: Partial<Record<Damage, string>> = {
  missing: 'missing_weights',
  empty: 'truncated_weights',
  truncated: 'truncated_weights',
  'a folder': 'component_unreadable',
  'a FIFO': 'component_unreadable',
  'a link to itself': 'component_unreadable',
  'a link out of the bundle': 'path_escape',
};

describe.skipIf(process.platform === 'win32')('whatever happens to a file of a bundle, it is found and named', () => {
  test.each(Object.keys(bundleLayouts))('%s', async (layout) => {
    await using temporary = await temporaryFolder();
    await chmod(temporary.path, 0o755);
    const root = (await bundleLayouts[layout]?.(temporary.path)) ?? '';
    expect(await findingsOf(root)).toEqual([]);
    const original = join(temporary.path, 'original');
    for (const file of await filesBelow(root))
      for (const damage of Object.keys(damages) as Damage[]) {
        const path = join(root, file);
        const bytes = await readFile(path);
        await writeFile(original, bytes);
        await rename(path, join(temporary.path, 'kept'));
        await damages[damage](path, original);
        const code = expectedCode(file, damage);
        const findings = await findingsOf(root);
        expect({ file, damage, findings }).toEqual({
          file,
          damage,
          findings:
            code === null
              ? []
              : [
                  {
                    code,
                    severity: findingSeverity[code as keyof typeof findingSeverity],
                    message: expect.stringMatching(/^[^\n]{20,600}\.$/),
                    path: expect.stringMatching(new RegExp(`^${file.split('/')[0]}`)),
                  },
                ],
        });
        await rm(path, { recursive: true, force: true });
        await rename(join(temporary.path, 'kept'), path);
      }
    expect(await findingsOf(root)).toEqual([]);
  });
});

/** As a user who may not read everything: root may. */
async function findingsOf(root: string) {
  if (process.getuid?.() === 0) process.seteuid?.(nobody);
  try {
    return (await readDiffusersFolder(root)).findings;
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0);
  }
}
