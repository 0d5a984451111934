import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesReadBy } from '../fixtures/bytes-read.ts';
import { temporaryFolder } from '../fixtures/tiny-bundle.ts';
import { uint32, uint64 } from '../fixtures/tiny-gguf.ts';
import { tinyZip, zipEnd } from '../fixtures/tiny-zip.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import { readPickleListing } from './pickle.ts';

const local = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60)]);

test('the directory of a zip archive is listed and nothing unpacked', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.ckpt');
  await writeFile(path, tinyZip({ 'archive/data.pkl': Buffer.from('boom'), 'archive/data/0': Buffer.alloc(400) }));
  expect(await readPickleListing(path)).toEqual({
    container: 'zip',
    entries: [
      { name: 'archive/data.pkl', sizeBytes: 4, packedBytes: 4 },
      { name: 'archive/data/0', sizeBytes: 400, packedBytes: 400 },
    ],
    holdsCode: false,
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    sizeBytes: expect.any(Number),
  });
});

test('an archive with program text and a bare pickle are known for that', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'script.pt'), tinyZip({ 'm/code/__torch__.py': Buffer.from('x') }));
  await writeFile(join(folder.path, 'old.pt'), Buffer.from([0x80, 2, 0x8a, 0x0a]));
  expect(await readPickleListing(join(folder.path, 'script.pt'))).toMatchObject({ container: 'zip', holdsCode: true });
  expect(await readPickleListing(join(folder.path, 'old.pt'))).toMatchObject({
    container: 'bare',
    entries: [],
    sizeBytes: 4,
  });
});

const zip64 = (count: bigint, length: bigint, offset: bigint) => {
  const record = Buffer.concat([
    Buffer.from('PK\x06\x06'),
    uint64(44),
    Buffer.alloc(12),
    uint64(count),
    uint64(count),
    uint64(length),
    uint64(offset),
  ]);
  const locator = Buffer.concat([Buffer.from('PK\x06\x07'), uint32(0), uint64(local.length), uint32(1)]);
  return Buffer.concat([local, record, locator, zipEnd(0xffff, 0xffffffff, 0xffffffff)]);
};

test.each<[string, Buffer, string, RegExp]>([
  ['without an end', local, 'truncated_weights', /no end/],
  ['cut off', tinyZip({ a: Buffer.alloc(900) }).subarray(0, 500), 'truncated_weights', /no end/],
  ['whose end is cut off', tinyZip({ a: Buffer.alloc(9) }).subarray(0, -5), 'truncated_weights', /no end/],
  [
    'that claims entries it does not have',
    Buffer.concat([local, zipEnd(900, 0, 4)]),
    'invalid_weights_header',
    /after 0 of 900/,
  ],
  [
    'whose directory is past its end',
    Buffer.concat([local, zipEnd(1, 2 ** 20, 2 ** 30)]),
    'invalid_weights_header',
    /past its end/,
  ],
  [
    'with an overlong directory',
    Buffer.concat([local, zipEnd(1, 0xfffffffe, 0)]),
    'invalid_weights_header',
    /more than are read/,
  ],
  ['with a larger directory of 2^60 bytes', zip64(1n, 2n ** 60n, 0n), 'invalid_weights_header', /impossible/],
  [
    'with a larger directory of ten million entries',
    zip64(10_000_000n, 100n, 0n),
    'invalid_weights_header',
    /10000000 entries/,
  ],
  ['with a larger directory past its end', zip64(1n, 100n, 2n ** 40n), 'invalid_weights_header', /past its end/],
  [
    'with a mark of a larger directory and none',
    Buffer.concat([local, zipEnd(0xffff, 0, 0)]),
    'invalid_weights_header',
    /directory/,
  ],
  ['that is none', Buffer.from('hello, this is text'), 'invalid_weights_header', /neither/],
])('an archive %s is refused', async (_, bytes, code, reason) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.ckpt');
  await writeFile(path, bytes);
  const error = await readPickleListing(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WeightsFault);
  expect(error).toMatchObject({ code, reason: expect.stringMatching(reason) });
});

test('an archive that says it unpacks to gigabytes is only listed', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'bomb.pt');
  const bytes = tinyZip({ 'a/data.pkl': Buffer.alloc(10) });
  // The unpacked size in the directory, 24 bytes behind its mark.
  bytes.writeUInt32LE(0xfffffff0, bytes.indexOf(Buffer.from('PK\x01\x02')) + 24);
  await writeFile(path, bytes);
  expect((await readPickleListing(path)).entries).toEqual([
    { name: 'a/data.pkl', sizeBytes: 0xfffffff0, packedBytes: 10 },
  ]);
});

test('of a large file only the end is read', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'big.ckpt');
  await writeFile(path, local);
  await truncate(path, 2 ** 33);
  await expect(readPickleListing(path)).rejects.toThrow(/no end/);
  expect(await bytesReadBy(() => readPickleListing(path).catch(() => undefined))).toBeLessThan(2 ** 20);
});
