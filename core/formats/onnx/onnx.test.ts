import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writer } from 'protobufjs/minimal.js';
import { expect, test } from 'vitest';
import { bytesReadBy } from '../fixtures/bytes-read.ts';
import { temporaryFolder } from '../fixtures/tiny-bundle.ts';
import { type TinyTensor, tinyOnnx } from '../fixtures/tiny-onnx.ts';
import { WeightsFault } from '../weights/safetensors.ts';
import { readOnnxHeader } from './onnx.ts';

const external = (location: string, more: Record<string, string> = {}): TinyTensor => ({
  name: 'w',
  dims: [2, 3],
  external: { location, ...more },
});

test('producer, inputs, outputs and weights are read, and payload is jumped over', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.onnx');
  await writeFile(
    path,
    tinyOnnx({
      inputs: { sample: ['batch', 4, 64, 64], w: [2, 3] },
      outputs: { out: [1] },
      tensors: [
        { name: 'w', dims: [2, 3], rawBytes: 24 },
        { name: 'half', dims: [5], type: 10, rawBytes: 1_000_000 },
      ],
    }),
  );
  const { structureDigest, sizeBytes, ...header } = await readOnnxHeader(path);
  expect({ ...header, tensors: [...header.tensors] }).toEqual({
    irVersion: 8,
    producer: 'tiny 1.0',
    graphName: 'main',
    inputs: [{ name: 'sample', dtype: 'F32', shape: ['batch', 4, 64, 64] }],
    outputs: [{ name: 'out', dtype: 'F32', shape: [1] }],
    operatorDomains: ['com.microsoft'],
    nodeCount: 1,
    tensors: [
      ['w', { dtype: 'F32', shape: [2, 3] }],
      ['half', { dtype: 'F16', shape: [5] }],
    ],
    externalFiles: [],
  });
  expect(structureDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(sizeBytes).toBeGreaterThan(1_000_000);
});

test('external data beside the graph counts, and is not opened', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.onnx');
  await writeFile(path, tinyOnnx({ tensors: [external('a.onnx_data', { offset: '4', length: '24' })] }));
  await writeFile(join(folder.path, 'a.onnx_data'), Buffer.alloc(28));
  expect((await readOnnxHeader(path)).externalFiles).toEqual([
    { path: join(folder.path, 'a.onnx_data'), location: 'a.onnx_data' },
  ]);
});

test('a snapshot of a Hugging Face cache finds its data among the blobs, and nothing beyond', async () => {
  await using folder = await temporaryFolder();
  const repository = join(folder.path, 'models--a--b');
  const snapshot = join(repository, 'snapshots/abc/unet');
  await mkdir(snapshot, { recursive: true });
  await mkdir(join(repository, 'blobs'));
  await writeFile(join(repository, 'blobs/1'), tinyOnnx({ tensors: [external('model.onnx_data')] }));
  await writeFile(join(repository, 'blobs/2'), 'data');
  await symlink('../../../blobs/1', join(snapshot, 'model.onnx'));
  await symlink('../../../blobs/2', join(snapshot, 'model.onnx_data'));
  const { externalFiles } = await readOnnxHeader(join(snapshot, 'model.onnx'));
  expect(externalFiles).toEqual([{ path: join(repository, 'blobs/2'), location: 'model.onnx_data' }]);
});

test.each<[string, (folder: string) => Buffer | Promise<Buffer>, string, RegExp]>([
  ['with data that is not there', () => tinyOnnx({ tensors: [external('gone')] }), 'missing_weights', /put it beside/],
  ['with data up the tree', () => tinyOnnx({ tensors: [external('../secret')] }), 'path_escape', /outside/],
  ['with data at an absolute path', () => tinyOnnx({ tensors: [external('/etc/passwd')] }), 'path_escape', /outside/],
  ['with data on another drive', () => tinyOnnx({ tensors: [external('C:\\secret')] }), 'path_escape', /outside/],
  [
    'with data up the tree in backslashes',
    () => tinyOnnx({ tensors: [external('a\\..\\..\\b')] }),
    'path_escape',
    /outside/,
  ],
  ['with data of no name', () => tinyOnnx({ tensors: [external('')] }), 'path_escape', /outside/],
  ['with a NUL in a name', () => tinyOnnx({ tensors: [external('a\0b')] }), 'path_escape', /outside/],
  ['with data outside named in a node', () => tinyOnnx({ constants: [external('../b')] }), 'path_escape', /outside/],
  [
    'with data outside named in an inner graph',
    () => tinyOnnx({ constants: [external('../b')], depth: 3 }),
    'path_escape',
    /outside/,
  ],
  ['with graphs in graphs without end', () => tinyOnnx({ depth: 40 }), 'invalid_weights_header', /too deep/],
  [
    'with data behind a link out of the folder',
    async (folder) => {
      await symlink('/etc/hosts', join(folder, 'link'));
      return tinyOnnx({ tensors: [external('link')] });
    },
    'path_escape',
    /outside/,
  ],
  [
    'with data behind a link to itself',
    async (folder) => {
      await symlink('loop', join(folder, 'loop'));
      return tinyOnnx({ tensors: [external('loop')] });
    },
    'component_unreadable',
    /leads to itself/,
  ],
  [
    'with data that is a folder',
    async (folder) => {
      await mkdir(join(folder, 'data'));
      return tinyOnnx({ tensors: [external('data')] });
    },
    'component_unreadable',
    /not a file/,
  ],
  [
    'with data that is too short',
    async (folder) => {
      await writeFile(join(folder, 'data'), 'x');
      return tinyOnnx({ tensors: [external('data', { offset: '0', length: '24' })] });
    },
    'truncated_weights',
    /1 bytes, but the graph uses 24/,
  ],
  [
    'with an offset that is no number',
    async (folder) => {
      await writeFile(join(folder, 'data'), 'x');
      return tinyOnnx({ tensors: [external('data', { offset: 'NaN' })] });
    },
    'truncated_weights',
    /uses/,
  ],
  [
    'with a tensor of negative size',
    () => tinyOnnx({ tensors: [{ name: 'w', dims: [-1] }] }),
    'invalid_weights_header',
    /shape/,
  ],
  [
    'with a tensor of a thousand dimensions',
    () => tinyOnnx({ tensors: [{ name: 'w', dims: new Array(1000).fill(1) }] }),
    'invalid_weights_header',
    /shape/,
  ],
  [
    'with a name of a megabyte',
    () => tinyOnnx({ tensors: [{ name: 'w'.repeat(2 ** 20), dims: [] }] }),
    'invalid_weights_header',
    /name/,
  ],
  [
    'cut off',
    () => tinyOnnx({ tensors: [{ name: 'w', dims: [9], rawBytes: 500 }] }).subarray(0, 300),
    'truncated_weights',
    /too early/,
  ],
  ['of no bytes', () => Buffer.alloc(0), 'truncated_weights', /empty/],
  ['of zeros', () => Buffer.alloc(100), 'invalid_weights_header', /not protobuf/],
  ['of ones', () => Buffer.alloc(100, 0xff), 'invalid_weights_header', /not protobuf/],
  [
    'with a field of 2^31 bytes',
    () =>
      Buffer.from(
        Writer.create()
          .uint32(58)
          .uint32(2 ** 31)
          .finish(),
      ),
    'truncated_weights',
    /too early/,
  ],
])('a graph %s is refused', async (_, make, code, reason) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.onnx');
  await writeFile(path, await make(folder.path));
  const error = await readOnnxHeader(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WeightsFault);
  expect(error).toMatchObject({ code, reason: expect.stringMatching(reason) });
});

test('a graph with two gigabytes of weights in it costs next to nothing', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.onnx');
  const payloadBytes = 2 ** 31 - 1000;
  const tensor = Writer.create()
    .uint32(8)
    .int64(9)
    .uint32(16)
    .int32(1)
    .uint32(66)
    .string('w')
    .uint32(74)
    .uint32(payloadBytes);
  const tensorBytes = tensor.finish();
  const graph = Writer.create()
    .uint32(42)
    .uint32(tensorBytes.length + payloadBytes)
    .finish();
  const model = Writer.create()
    .uint32(8)
    .int64(8)
    .uint32(58)
    .uint32(graph.length + tensorBytes.length + payloadBytes)
    .finish();
  const start = Buffer.concat([model, graph, tensorBytes]);
  await writeFile(path, start);
  await truncate(path, start.length + payloadBytes);
  expect([...(await readOnnxHeader(path)).tensors.keys()]).toEqual(['w']);
  expect(await bytesReadBy(() => readOnnxHeader(path))).toBeLessThan(2 * 2 ** 20);
});
