import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLibraryFixture } from '../../core/bench/library-fixture.ts';
import { Metadata } from '../../core/contract/metadata.ts';
import { sourceStampSync } from '../../core/library/reconcile/stamp.ts';

/**
 * The root of a library that its person has had for a while: every model was hashed, so that nothing goes on behind the screen. Kept in
 * `cachePath` for the next run, with its index.
 */
export async function makeSettledLibrary(cachePath: string, count: number): Promise<string> {
  const { rootPath } = await makeLibraryFixture(cachePath, count);
  const mark = join(rootPath, '..', 'hashed');
  const made = join(rootPath, '..', 'made');
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(made).mtimeMs) return rootPath;
  const models = join(rootPath, 'models');
  for (const path of readdirSync(models, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('metadata.json')) hash(join(models, path));
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(rootPath, `models.db${suffix}`), { force: true });
  writeFileSync(mark, '');
  return rootPath;
}

function hash(path: string): void {
  const record = Metadata.parse(JSON.parse(readFileSync(path, 'utf8')));
  const { entry_path, storage_kind, hashes } = record;
  if (storage_kind !== 'external_reference' || hashes.sha256 !== undefined) return;
  const bytes = statSync(entry_path).isFile() ? readFileSync(entry_path) : Buffer.from(entry_path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const hashed_source = sourceStampSync(entry_path, false);
  const own = { ...hashes, sha256, autov2: sha256.slice(0, 10), hashed_source };
  writeFileSync(path, `${JSON.stringify({ ...record, hashes: own }, null, 2)}\n`);
}
