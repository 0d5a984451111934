import { createHash } from 'node:crypto';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyTinyBundle } from '../../formats/fixtures/tiny-bundle.ts';
import { TestLibrary, writeLora } from '../fixtures/test-library.ts';
import { ContentHash } from './content-hash.ts';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test.each([1, 3, 7, 8, 9, 20, 1000])('the hashes of a file are the same in chunks of %i bytes', (size) => {
  const header = Buffer.from('{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const payload = Buffer.from('hello');
  const file = Buffer.concat([length, header, payload]);
  const hash = new ContentHash(true);
  for (let at = 0; at < file.length; at += size) hash.update(file.subarray(at, at + size));
  expect(hash.digests()).toEqual({ sha256: sha256(file), payloadSha256: sha256(payload) });
});

test('a file shorter than its header has the payload of nothing', () => {
  const hash = new ContentHash(true);
  hash.update(Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1]));
  expect(hash.digests().payloadSha256).toBe(sha256(Buffer.alloc(0)));
});

test('files and bundles are hashed in the background, once, and duplicates are then known for certain', async () => {
  await using at = await TestLibrary.open();
  const file = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await at.library.register(file);
  const first = await at.library.register(await copyTinyBundle(join(at.path, 'x')));
  const second = await at.library.register(await copyTinyBundle(join(at.path, 'y')));
  await writeFile(join(at.path, 'y/README.md'), 'another readme');
  await at.library.hashAll();
  const bytes = await readFile(file);
  expect((await at.library.show(model_id)).hashes).toMatchObject({
    sha256: sha256(bytes),
    autov2: sha256(bytes).slice(0, 10),
    autov3: sha256(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)))).slice(0, 12),
  });
  const bundle = (await at.library.show(first.model_id)).hashes;
  expect(bundle).toEqual({
    fingerprint: expect.any(String),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    hashed_source: expect.any(String),
  });
  expect((await at.library.show(second.model_id)).hashes.sha256).toBe(bundle.sha256);
  expect(at.library.duplicates()).toMatchObject([
    { verified: true, model_ids: [first.model_id, second.model_id].sort() },
  ]);
  const before = at.clock;
  await at.library.hashAll();
  expect(at.clock).toBe(before);
  await at.reopen();
  expect((await at.library.show(first.model_id)).hashes).toEqual(bundle);
});

test('same headers with other bytes are no duplicates once they are hashed', async () => {
  await using at = await TestLibrary.open();
  const ids = [];
  for (const name of ['x', 'y']) {
    const bundle = await copyTinyBundle(join(at.path, name));
    const path = join(bundle, 'vae/diffusion_pytorch_model.safetensors');
    const bytes = await readFile(path);
    // Where no sample of the fingerprint is taken.
    bytes[Math.floor(bytes.length * 0.4)] = name.charCodeAt(0);
    await writeFile(path, bytes);
    ids.push((await at.library.register(bundle)).model_id);
  }
  expect(at.library.duplicates()).toMatchObject([{ verified: false, model_ids: ids }]);
  await at.library.hashAll();
  expect(at.library.duplicates()).toEqual([]);
});

test('hashes of files that changed are dropped and made again; a file that is gone costs nothing', async () => {
  await using at = await TestLibrary.open();
  const file = await writeLora(join(at.path, 'a.safetensors'), 'a');
  const { model_id } = await at.library.register(file);
  const gone = await writeLora(join(at.path, 'gone.safetensors'), 'b');
  await at.library.register(gone);
  await rm(gone);
  await at.library.hashAll();
  const before = (await at.library.show(model_id)).hashes;
  const bytes = await readFile(file);
  bytes[bytes.length - 1] = 1;
  await writeFile(file, bytes);
  await utimes(file, new Date(), new Date(Date.now() + 60_000));
  await at.library.validate({ model_id });
  expect((await at.library.show(model_id)).hashes).toEqual({ fingerprint: before.fingerprint });
  await at.library.hashAll();
  expect((await at.library.show(model_id)).hashes.sha256).toBe(sha256(bytes));
});

test('what was hashed of a bundle before the program ended is not read again', async () => {
  await using at = await TestLibrary.open();
  const bundle = await copyTinyBundle(join(at.path, 'x'));
  const { model_id } = await at.library.register(bundle);
  await at.library.hashAll();
  const whole = (await at.library.show(model_id)).hashes.sha256;
  const parts = ['model_index.json', 'unet/diffusion_pytorch_model.safetensors'];
  const { statSync } = await import('node:fs');
  const done = Object.fromEntries(
    parts.map((part) => {
      const stats = statSync(join(bundle, part));
      return [part, { sha256: '0'.repeat(64), payloadSha256: null, sizeBytes: stats.size, mtimeMs: stats.mtimeMs }];
    }),
  );
  const record = JSON.parse(await readFile(join(at.root, 'models', model_id, 'metadata.json'), 'utf8'));
  await at.library.close();
  await writeFile(
    join(at.root, 'models', model_id, 'metadata.json'),
    JSON.stringify({ ...record, hashes: { fingerprint: record.hashes.fingerprint } }),
  );
  await writeFile(join(at.root, '.hashing.json'), JSON.stringify({ [model_id]: done }));
  at.library = await at.openAgain();
  await at.library.settled();
  await at.library.hashAll();
  // Told by the hashes that were planted: they were taken as they are.
  expect((await at.library.show(model_id)).hashes.sha256).not.toBe(whole);
  await expect(readFile(join(at.root, '.hashing.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('hashing waits while it is paused, and a close does not wait for it', async () => {
  await using at = await TestLibrary.open();
  const { model_id } = await at.library.register(await writeLora(join(at.path, 'a.safetensors'), 'a', 64 * 2 ** 20));
  at.library.pauseHashing(true);
  let isDone = false;
  const hashing = at.library.hashAll().then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(isDone).toBe(false);
  at.library.pauseHashing(false);
  await hashing;
  expect((await at.library.show(model_id)).hashes.autov2).toHaveLength(10);
  await at.library.register(await writeLora(join(at.path, 'b.safetensors'), 'b'));
  at.library.pauseHashing(true);
  const ended = at.library.hashAll();
  await at.reopen();
  await ended;
});
