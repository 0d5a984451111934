import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesReadBy } from '../fixtures/bytes-read.ts';
import { temporaryFolder, tinyBundlePath, writeSafetensors } from '../fixtures/tiny-bundle.ts';
import { formatLimits } from '../limits.ts';
import { parseSafetensorsHeader, readSafetensorsHeader, WeightsFault } from './safetensors.ts';

const f32 = (from: number, to: number, shape = [(to - from) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [from, to],
});

async function faultOf(path: string): Promise<{ code: string; reason: string }> {
  const error = await readSafetensorsHeader(path).then(
    () => expect.unreachable('the file was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WeightsFault)) throw error;
  expect(error.path).toBe(path);
  return { code: error.code, reason: error.reason };
}

test('a real file gives its tensors with their place in the file', async () => {
  const path = join(tinyBundlePath('sd15-tiny'), 'text_encoder/model.safetensors');
  const header = await readSafetensorsHeader(path);
  expect(header).toMatchObject({ headerBytes: 5776, metadata: { format: 'pt' } });
  expect(header.tensors.size).toBe(52);
  const ends = [...header.tensors.values()].map(({ offsetBytes, lengthBytes }) => offsetBytes + lengthBytes);
  expect(Math.max(...ends)).toBe(header.fileSizeBytes);
});

test('scalars, empty tensors, four-bit values and odd names are read', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  const header =
    '{"__metadata__":{"__proto__":"x"},"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]},' +
    '"empty":{"dtype":"BF16","shape":[0,9],"data_offsets":[4,4]},"four":{"dtype":"F4","shape":[4],"data_offsets":[4,6]}}   ';
  await writeSafetensors(path, header, 6);
  const { tensors, metadata, headerBytes } = await readSafetensorsHeader(path);
  expect([...tensors]).toEqual([
    ['__proto__', { dtype: 'F32', shape: [], offsetBytes: headerBytes, lengthBytes: 4 }],
    ['empty', { dtype: 'BF16', shape: [0, 9], offsetBytes: headerBytes + 4, lengthBytes: 0 }],
    ['four', { dtype: 'F4', shape: [4], offsetBytes: headerBytes + 4, lengthBytes: 2 }],
  ]);
  expect(Object.entries(metadata)).toEqual([['__proto__', 'x']]);
});

test.each<[string, unknown, number, string, RegExp]>([
  ['that is not JSON', '{"a":', 0, 'invalid_weights_header', /not JSON/],
  ['with a byte order mark', '\uFEFF{}', 0, 'invalid_weights_header', /not JSON/],
  ['that is a list', '[]', 0, 'invalid_weights_header', /not JSON/],
  ['with an entry that is null', { a: null }, 0, 'invalid_weights_header', /not an object/],
  ['with metadata of numbers', { __metadata__: { a: 1 } }, 0, 'invalid_weights_header', /__metadata__/],
  ['with a dtype nobody knows', { a: { ...f32(0, 4), dtype: 'toString' } }, 4, 'invalid_weights_header', /dtype/],
  ['with a negative shape', { a: { ...f32(0, 4), shape: [-1] } }, 4, 'invalid_weights_header', /shape/],
  ['with a fractional shape', { a: { ...f32(0, 4), shape: [0.5, 2] } }, 4, 'invalid_weights_header', /shape/],
  ['with a shape beyond whole numbers', { a: { ...f32(0, 4), shape: [1e300] } }, 4, 'invalid_weights_header', /shape/],
  [
    'with a thousand dimensions',
    { a: { ...f32(0, 4), shape: Array(1000).fill(1) } },
    4,
    'invalid_weights_header',
    /shape/,
  ],
  ['whose shape overflows', { a: { ...f32(0, 4), shape: [2 ** 40, 2 ** 40] } }, 4, 'invalid_weights_header', /needs/],
  [
    'with a range of NaN',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[NaN,4]}}',
    4,
    'invalid_weights_header',
    /JSON/,
  ],
  [
    'with a negative range',
    { a: { ...f32(0, 4), data_offsets: [-4, 0] } },
    4,
    'invalid_weights_header',
    /data_offsets/,
  ],
  [
    'with a range backwards',
    { a: { ...f32(0, 4), data_offsets: [4, 0] } },
    4,
    'invalid_weights_header',
    /data_offsets/,
  ],
  ['with three offsets', { a: { ...f32(0, 4), data_offsets: [0, 4, 8] } }, 4, 'invalid_weights_header', /data_offsets/],
  ['whose shape is larger than its range', { a: f32(0, 4, [2]) }, 4, 'invalid_weights_header', /needs 8 bytes/],
  ['with ranges that overlap', { a: f32(0, 8), b: f32(4, 12) }, 12, 'invalid_weights_header', /"b" overlaps/],
  ['with the same range twice', { a: f32(0, 4), b: f32(0, 4) }, 4, 'invalid_weights_header', /overlaps/],
  ['with a gap', { a: f32(0, 4), b: f32(8, 12) }, 12, 'invalid_weights_header', /4 bytes before tensor "b"/],
  [
    'with a name twice',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    8,
    'invalid_weights_header',
    /4 bytes before/,
  ],
  ['with bytes after the last tensor', { a: f32(0, 4) }, 5, 'invalid_weights_header', /1 bytes after/],
  ['with offsets past the end', { a: f32(0, 400) }, 4, 'truncated_weights', /Download it again/],
])('a header %s is refused', async (_, header, dataBytes, code, reason) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  await writeSafetensors(path, header, dataBytes);
  expect(await faultOf(path)).toEqual({ code, reason: expect.stringMatching(reason) });
});

test.each<[string, Buffer, string, RegExp]>([
  ['of no bytes', Buffer.alloc(0), 'truncated_weights', /only 0 bytes/],
  ['of seven bytes', Buffer.alloc(7), 'truncated_weights', /only 7 bytes/],
  [
    'with a header of 2^60 bytes',
    Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x10, 0x7b]),
    'invalid_weights_header',
    /1152921504606846976/,
  ],
  ['with a header of 2^64 - 1 bytes', Buffer.alloc(64, 0xff), 'invalid_weights_header', /18446744073709551615/],
  [
    'that ends in its header',
    Buffer.from([100, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]),
    'truncated_weights',
    /10 bytes of 108/,
  ],
  ['with an empty header', Buffer.alloc(8), 'invalid_weights_header', /not JSON/],
  [
    'that is a Git LFS pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid'),
    'invalid_weights_header',
    /git lfs pull/,
  ],
])('a file %s is refused', async (_, bytes, code, reason) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  await writeFile(path, bytes);
  expect(await faultOf(path)).toEqual({ code, reason: expect.stringMatching(reason) });
});

test('a header longer than the limit is not read, though the file is as long as it says', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  const length = Buffer.alloc(8);
  // Ten million entries need some 600 MB.
  length.writeBigUInt64LE(600_000_000n);
  await writeFile(path, length);
  await truncate(path, 700_000_000);
  expect((await faultOf(path)).code).toBe('invalid_weights_header');
  expect(await bytesReadBy(() => faultOf(path))).toBeLessThan(2 ** 20);
});

test('what is no file is refused and never waited for', async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, 'folder'));
  await symlink('loop', join(folder.path, 'loop'));
  for (const name of ['folder', 'loop', 'nothing'])
    expect((await faultOf(join(folder.path, name))).code, name).toBe('component_unreadable');
});

test('more tensors than the limit are refused', () => {
  const entry = JSON.stringify({ dtype: 'U8', shape: [0], data_offsets: [0, 0] });
  const count = formatLimits.safetensorsTensors + 1;
  const json = Buffer.from(`{${Array.from({ length: count }, (_, index) => `"${index}":${entry}`).join(',')}}`);
  expect(() => parseSafetensorsHeader('a', json, 8 + json.length)).toThrow(/200001 tensors/);
});
