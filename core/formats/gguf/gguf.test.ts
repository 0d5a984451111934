import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/tiny-bundle.ts';
import { tinyGguf, uint32, uint64 } from '../fixtures/tiny-gguf.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import { readGgufHeader } from './gguf.ts';

const huge = 2n ** 60n;

test.each([2, 3] as const)(
  'the header of version %i is read: plain values, tensors, lists passed over',
  async (version) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a.gguf');
    await writeFile(
      path,
      tinyGguf({
        version,
        metadata: {
          'general.architecture': [8, 'llama'],
          'general.file_type': [4, 15],
          'tokenizer.ggml.tokens': [9, Array.from({ length: 50_000 }, (_, index) => `token ${index}`)],
          'tokenizer.chat_template': [8, 'x'.repeat(10_000)],
        },
        tensors: { 'blk.0.attn_q.weight': { shape: [4, 256], type: 12 }, odd: { shape: [3], type: 99 } },
      }),
    );
    const { headerDigest, headerBytes, fileSizeBytes, ...header } = await readGgufHeader(path);
    expect({ ...header, metadata: [...header.metadata], tensors: [...header.tensors] }).toEqual({
      version,
      metadata: [
        ['general.architecture', 'llama'],
        ['general.file_type', 15],
      ],
      tensors: [
        ['blk.0.attn_q.weight', { dtype: 'Q4_K', shape: [4, 256] }],
        ['odd', { dtype: 'type 99', shape: [3] }],
      ],
    });
    expect(headerDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(headerBytes).toBeLessThan(fileSizeBytes);
  },
);

const head = (version: number, tensors: number | bigint, keys: number | bigint) =>
  Buffer.concat([Buffer.from('GGUF'), uint32(version), uint64(tensors), uint64(keys)]);
const key = (type: number, ...rest: Buffer[]) => Buffer.concat([uint64(1), Buffer.from('k'), uint32(type), ...rest]);

test.each<[string, Buffer, string, RegExp]>([
  ['of no bytes', Buffer.alloc(0), 'truncated_weights', /ends inside its header/],
  ['that ends in its counts', head(3, 1, 1).subarray(0, 12), 'truncated_weights', /ends inside/],
  ['of version 7', head(7, 0, 0), 'invalid_weights_header', /version 7/],
  [
    'of the other byte order',
    Buffer.concat([Buffer.from('GGUF'), Buffer.from([0, 0, 0, 3])]),
    'invalid_weights_header',
    /version/,
  ],
  ['claiming ten million tensors', head(3, 10_000_000, 0), 'invalid_weights_header', /10000000 tensors/],
  ['claiming 2^60 tensors', head(3, huge, 0), 'invalid_weights_header', /impossible/],
  ['claiming more keys than it has bytes', head(3, 0, 9000), 'invalid_weights_header', /room/],
  [
    'with a key of 2^60 bytes',
    Buffer.concat([head(3, 0, 1), uint64(huge), Buffer.alloc(50)]),
    'invalid_weights_header',
    /impossible/,
  ],
  [
    'with a key of 2^40 bytes',
    Buffer.concat([head(3, 0, 1), uint64(2n ** 40n), Buffer.alloc(50)]),
    'truncated_weights',
    /ends inside/,
  ],
  [
    'with a list of 2^50 values',
    Buffer.concat([head(3, 0, 1), key(9, uint32(4), uint64(2n ** 50n)), Buffer.alloc(50)]),
    'invalid_weights_header',
    /room/,
  ],
  [
    'with a list of 2^60 values',
    Buffer.concat([head(3, 0, 1), key(9, uint32(8), uint64(huge)), Buffer.alloc(50)]),
    'invalid_weights_header',
    /impossible/,
  ],
  [
    'with lists in lists without end',
    Buffer.concat([head(3, 0, 1), key(9), ...Array.from({ length: 50 }, () => Buffer.concat([uint32(9), uint64(1)]))]),
    'invalid_weights_header',
    /too deep/,
  ],
  [
    'with a type that nobody knows',
    Buffer.concat([head(3, 0, 1), key(77, Buffer.alloc(50))]),
    'invalid_weights_header',
    /type/,
  ],
  [
    'with a tensor of 2^40 dimensions',
    Buffer.concat([head(3, 1, 0), uint64(1), Buffer.from('t'), uint32(0xffffffff), Buffer.alloc(50)]),
    'invalid_weights_header',
    /dimensions/,
  ],
  [
    'with a tensor larger than any file',
    Buffer.concat([
      head(3, 1, 0),
      uint64(1),
      Buffer.from('t'),
      uint32(2),
      uint64(2n ** 50n),
      uint64(2n ** 50n),
      uint32(0),
      uint64(0),
    ]),
    'invalid_weights_header',
    /larger than any file/,
  ],
  [
    'cut off in its tensors',
    tinyGguf({ tensors: { t: { shape: [4096], type: 0 } }, dataBytes: 100 }),
    'truncated_weights',
    /describes/,
  ],
  ['of another format', Buffer.from('GGML'.repeat(20)), 'invalid_weights_header', /begin/],
])('a file %s is refused', async (_, bytes, code, reason) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.gguf');
  await writeFile(path, bytes);
  const error = await readGgufHeader(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WeightsFault);
  expect(error).toMatchObject({ code, reason: expect.stringMatching(reason) });
});

test('every type of value is read, whatever lists stand between', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.gguf');
  const named = (name: string, type: number, bytes: number[]) =>
    Buffer.concat([uint64(name.length), Buffer.from(name), uint32(type), Buffer.from(bytes)]);
  const half = [0, 0, 0, 0, 0, 0, 0xe0, 0x3f];
  const list = Buffer.concat([named('list', 9, []), uint32(5), uint64(2), uint32(1), uint32(2)]);
  await writeFile(
    path,
    Buffer.concat([
      head(3, 0, 12),
      named('u8', 0, [255]),
      named('i8', 1, [255]),
      named('u16', 2, [255, 255]),
      named('i16', 3, [255, 255]),
      named('u32', 4, [255, 255, 255, 255]),
      named('i32', 5, [255, 255, 255, 255]),
      list,
      named('f32', 6, [0, 0, 0, 0x3f]),
      named('bool', 7, [1]),
      named('u64', 10, [7, 0, 0, 0, 0, 0, 0, 0]),
      named('i64', 11, [255, 255, 255, 255, 255, 255, 255, 255]),
      named('f64', 12, half),
    ]),
  );
  expect(Object.fromEntries((await readGgufHeader(path)).metadata)).toEqual({
    u8: 255,
    i8: -1,
    u16: 65535,
    i16: -1,
    u32: 4294967295,
    i32: -1,
    f32: 0.5,
    bool: true,
    u64: 7,
    i64: -1,
    f64: 0.5,
  });
});

test('a header that goes on and on is left at the limit, though the file is as long as it says', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.gguf');
  // A list of bytes a gigabyte long: a hole, which takes no space.
  await writeFile(path, Buffer.concat([head(3, 0, 1), key(9, uint32(0), uint64(2 ** 30))]));
  await truncate(path, 2 ** 31);
  const error = await readGgufHeader(path).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'invalid_weights_header',
    reason: expect.stringMatching(/more than the 67108864 bytes/),
  });
});
