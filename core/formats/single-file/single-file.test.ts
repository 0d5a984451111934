import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingSeverity } from '../../contract/library/finding.ts';
import { bytesReadBy } from '../fixtures/bytes-read.ts';
import { temporaryFolder, writeSafetensors } from '../fixtures/tiny-bundle.ts';
import { tinyGguf } from '../fixtures/tiny-gguf.ts';
import { tinyOnnx } from '../fixtures/tiny-onnx.ts';
import { tinyZip } from '../fixtures/tiny-zip.ts';
import { noFingerprint } from '../no-fingerprint.ts';
import { readSingleFile } from './single-file.ts';

const nothing = {
  modelType: 'unknown',
  family: 'unknown',
  taskType: 'unknown',
  weightsFormat: 'unknown',
  precision: 'unknown',
  parameterCount: 0,
  baseModel: null,
  triggerWords: [],
  title: null,
  description: null,
  architecture: null,
  quantisation: null,
  loraRank: null,
  loraTarget: null,
  findings: [],
};

const finding = (code: keyof typeof findingSeverity) => ({
  code,
  severity: findingSeverity[code],
  message: expect.stringMatching(/^[^\n]{10,400}\.$/),
});

const half = (shape: number[], from: number) => ({
  dtype: 'F16',
  shape,
  data_offsets: [from, from + shape.reduce((a, b) => a * b, 2)],
});

const lora = {
  __metadata__: {
    ss_base_model_version: 'sdxl_base_v1-0',
    ss_sd_model_name: 'base.safetensors',
    ss_output_name: 'my  style',
    ss_tag_frequency: JSON.stringify({ a: { sks: 90, girl: 80, rare: 3 }, b: { sks: 10 } }),
    'modelspec.description': 'About it',
  },
  'lora_unet_mid_block_attentions_0_x.lora_down.weight': half([4, 10], 0),
};

describe('a file is known by what is in it', () => {
  test.each<[string, (path: string) => Promise<unknown>, Record<string, unknown>]>([
    [
      'lora.safetensors',
      (path) => writeSafetensors(path, lora, 80),
      {
        modelType: 'lora',
        family: 'stable-diffusion-xl',
        weightsFormat: 'safetensors',
        precision: 'fp16',
        parameterCount: 40,
        baseModel: 'base.safetensors',
        triggerWords: ['sks', 'girl'],
        title: 'my style',
        description: 'About it',
        loraRank: 4,
        loraTarget: 'unet',
      },
    ],
    [
      'phrase.safetensors',
      (path) =>
        writeSafetensors(
          path,
          {
            __metadata__: { 'modelspec.trigger_phrase': 'a, b,a', ss_tag_frequency: '{' },
            emb_params: half([1, 768], 0),
          },
          1536,
        ),
      {
        modelType: 'embedding',
        family: 'stable-diffusion-1',
        weightsFormat: 'safetensors',
        precision: 'fp16',
        parameterCount: 768,
        triggerWords: ['a', 'b'],
      },
    ],
    [
      'blob-without-extension',
      (path) => writeSafetensors(path, { emb_params: half([1, 1024], 0) }, 2048),
      {
        modelType: 'embedding',
        family: 'stable-diffusion-2',
        weightsFormat: 'safetensors',
        precision: 'fp16',
        parameterCount: 1024,
      },
    ],
    [
      'nf4.safetensors',
      (path) =>
        writeSafetensors(
          path,
          {
            'double_blocks.0.img_attn.proj.weight': { dtype: 'U8', shape: [4, 1], data_offsets: [0, 4] },
            'double_blocks.0.img_attn.proj.weight.quant_state.bitsandbytes__nf4': {
              dtype: 'U8',
              shape: [1],
              data_offsets: [4, 5],
            },
          },
          5,
        ),
      {
        modelType: 'diffusion',
        family: 'flux',
        taskType: 'text-to-image',
        weightsFormat: 'safetensors',
        precision: 'nf4',
      },
    ],
    [
      'empty.safetensors',
      (path) => writeSafetensors(path, {}, 0),
      { weightsFormat: 'safetensors', findings: [finding('missing_weights')] },
    ],
    [
      'llm.gguf',
      (path) =>
        writeFile(
          path,
          tinyGguf({
            metadata: {
              'general.architecture': [8, 'llama'],
              'general.file_type': [4, 15],
              'general.name': [8, 'Tiny'],
            },
            tensors: { 'blk.0.attn_q.weight': { shape: [2, 256], type: 12 } },
          }),
        ),
      {
        modelType: 'llm',
        family: 'llama',
        taskType: 'text-generation',
        weightsFormat: 'gguf',
        precision: 'Q4_K_M',
        quantisation: 'Q4_K_M',
        parameterCount: 512,
        title: 'Tiny',
        architecture: 'llama',
      },
    ],
    [
      'flux.gguf',
      (path) =>
        writeFile(
          path,
          tinyGguf({ metadata: { 'general.architecture': [8, 'flux'] }, tensors: { a: { shape: [2, 32], type: 8 } } }),
        ),
      {
        modelType: 'diffusion',
        family: 'flux',
        taskType: 'text-to-image',
        weightsFormat: 'gguf',
        precision: 'Q8_0',
        quantisation: 'Q8_0',
        parameterCount: 64,
        architecture: 'flux',
      },
    ],
    [
      'nameless.gguf',
      (path) =>
        writeFile(path, tinyGguf({ tensors: { 'model.diffusion_model.joint_blocks.0.x': { shape: [32], type: 2 } } })),
      {
        modelType: 'diffusion',
        family: 'stable-diffusion-3',
        taskType: 'text-to-image',
        weightsFormat: 'gguf',
        precision: 'Q4_0',
        quantisation: 'Q4_0',
        parameterCount: 32,
      },
    ],
    [
      'adapter.gguf',
      (path) =>
        writeFile(
          path,
          tinyGguf({
            metadata: { 'general.architecture': [8, 'llama'], 'general.type': [8, 'adapter'] },
            tensors: { a: { shape: [32], type: 1 } },
          }),
        ),
      {
        modelType: 'lora',
        family: 'llama',
        weightsFormat: 'gguf',
        precision: 'F16',
        quantisation: 'F16',
        parameterCount: 32,
        architecture: 'llama',
      },
    ],
    [
      'unet.onnx',
      (path) =>
        writeFile(
          path,
          tinyOnnx({
            inputs: { sample: [1], timestep: [1], encoder_hidden_states: [1] },
            tensors: [{ name: 'w', dims: [4], type: 10 }],
          }),
        ),
      {
        modelType: 'diffusion',
        taskType: 'text-to-image',
        weightsFormat: 'onnx',
        precision: 'fp16',
        parameterCount: 4,
      },
    ],
    [
      'upscaler.onnx',
      (path) =>
        writeFile(path, tinyOnnx({ inputs: { input: ['n', 3, 'h', 'w'] }, outputs: { output: ['n', 3, 'h4', 'w4'] } })),
      { modelType: 'upscaler', taskType: 'image-upscaling', weightsFormat: 'onnx' },
    ],
    [
      'text.onnx',
      (path) =>
        writeFile(path, tinyOnnx({ inputs: { input_ids: [1, 77] }, outputs: { last_hidden_state: [1, 77, 768] } })),
      { modelType: 'text_encoder', weightsFormat: 'onnx' },
    ],
    [
      'llm.onnx',
      (path) =>
        writeFile(
          path,
          tinyOnnx({
            inputs: { input_ids: [1, 's'] },
            outputs: { logits: [1, 's', 9] },
            tensors: [{ name: 'w', dims: [8], type: 3 }],
          }),
        ),
      { modelType: 'llm', taskType: 'text-generation', weightsFormat: 'onnx', precision: 'mixed' },
    ],
    [
      'vae.onnx',
      (path) => writeFile(path, tinyOnnx({ inputs: { latent_sample: [1, 4, 8, 8] } })),
      { modelType: 'vae', weightsFormat: 'onnx' },
    ],
    ['other.onnx', (path) => writeFile(path, tinyOnnx({ inputs: { x: [1] } })), { weightsFormat: 'onnx' }],
    [
      'old.ckpt',
      (path) => writeFile(path, Buffer.from([0x80, 2, 1, 2, 3])),
      { weightsFormat: 'pickle', findings: [finding('unsafe_weights_only')] },
    ],
    [
      'new.pt',
      (path) => writeFile(path, tinyZip({ 'a/data.pkl': Buffer.from('x') })),
      { weightsFormat: 'pickle', findings: [finding('unsafe_weights_only')] },
    ],
    [
      'renamed.safetensors',
      (path) => writeFile(path, tinyZip({ 'a/data.pkl': Buffer.from('x') })),
      { weightsFormat: 'pickle', findings: [finding('unsafe_weights_only')] },
    ],
  ])('%s', async (name, make, expected) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, name);
    await make(path);
    const { reasons, fingerprint, sizeBytes, ...facts } = await readSingleFile(path);
    expect(facts).toEqual({ ...nothing, files: [path], fileNames: [name], ...expected });
    expect(reasons.join(' ')).toMatch(/\.$/);
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint).not.toBe(noFingerprint);
    expect(sizeBytes).toBe((await readFile(path)).length);
  });
});

describe('what is no whole file of weights is said to be so', () => {
  test.each<[string, (path: string) => unknown, keyof typeof findingSeverity]>([
    ['missing.safetensors', () => undefined, 'path_not_found'],
    ['fifo.safetensors', (path) => execFileSync('mkfifo', [path]), 'component_unreadable'],
    ['folder.safetensors', (path) => mkdir(path), 'component_unreadable'],
    ['loop.safetensors', (path) => symlink(path, path), 'component_unreadable'],
    ['link-to-nothing.safetensors', (path) => symlink('gone', path), 'path_not_found'],
    ['none.safetensors', (path) => writeFile(path, ''), 'truncated_weights'],
    ['none.ckpt', (path) => writeFile(path, ''), 'truncated_weights'],
    ['none.onnx', (path) => writeFile(path, ''), 'truncated_weights'],
    ['none.gguf', (path) => writeFile(path, ''), 'truncated_weights'],
    ['text.bin', (path) => writeFile(path, 'hello there'), 'invalid_weights_header'],
    ['text.gguf', (path) => writeFile(path, 'hello there'), 'invalid_weights_header'],
    ['text.safetensors', (path) => writeFile(path, 'hello there'), 'invalid_weights_header'],
    ['text.txt', (path) => writeFile(path, 'hello there'), 'invalid_weights_header'],
    ['half.pt', (path) => writeFile(path, tinyZip({ a: Buffer.alloc(99) }).subarray(0, 60)), 'truncated_weights'],
    [
      'half.safetensors',
      async (path) => {
        await writeSafetensors(path, lora, 80);
        await truncate(path, (await readFile(path)).length - 10);
      },
      'truncated_weights',
    ],
    [
      'outside.onnx',
      (path) => writeFile(path, tinyOnnx({ tensors: [{ name: 'w', dims: [1], external: { location: '../x' } }] })),
      'path_escape',
    ],
    ['a\nnew line.safetensors', () => undefined, 'path_not_found'],
    [`${'x'.repeat(300)}.safetensors`, () => undefined, 'component_unreadable'],
  ])('%j', async (name, make, code) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, name);
    await make(path);
    const facts = await readSingleFile(path);
    expect(facts.findings).toEqual([finding(code)]);
    expect(facts.modelType).toBe('unknown');
    expect(facts.fingerprint).toBe(noFingerprint);
  });
});

test('a header of 2^60 bytes costs nothing', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  const bytes = Buffer.alloc(64, 0x7b);
  bytes.writeBigUInt64LE(2n ** 60n);
  await writeFile(path, bytes);
  await truncate(path, 2 ** 33);
  expect((await readSingleFile(path)).findings).toEqual([finding('invalid_weights_header')]);
  expect(await bytesReadBy(() => readSingleFile(path))).toBeLessThan(2 ** 20);
});

test('ten thousand header entries are counted, and no payload is read for it', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.safetensors');
  const header = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`some.layers.${index}.weight`, half([2, 2], index * 8)]),
  );
  await writeSafetensors(path, header, 80_000);
  expect((await readSingleFile(path)).parameterCount).toBe(40_000);
});

test('the fingerprint stays when the file moves, and tells two trainings of one network apart', async () => {
  await using folder = await temporaryFolder();
  const write = async (name: string, fill: number) => {
    const path = join(folder.path, name);
    await writeSafetensors(path, { emb_params: half([1, 768], 0) }, 1536);
    const bytes = await readFile(path);
    bytes.fill(fill, bytes.length - 1000);
    await writeFile(path, bytes);
    return (await readSingleFile(path)).fingerprint;
  };
  const first = await write('a.safetensors', 1);
  expect(await write('b.safetensors', 1)).toBe(first);
  expect(await write('c.safetensors', 2)).not.toBe(first);
});

test('four hundred damaged files of each format are answered, never thrown at', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'good.safetensors');
  await writeSafetensors(path, lora, 80);
  const files: Record<string, Buffer> = {
    'a.safetensors': await readFile(path),
    'a.gguf': tinyGguf({
      metadata: { 'general.architecture': [8, 'llama'], tokens: [9, ['a', 'b']], 'general.file_type': [4, 1] },
      tensors: { a: { shape: [2, 32], type: 8 } },
      dataBytes: 100,
    }),
    'a.onnx': tinyOnnx({
      inputs: { x: [1, 'n'] },
      tensors: [{ name: 'w', dims: [2], rawBytes: 8 }],
      constants: [{ name: 'c', dims: [1], rawBytes: 4 }],
      depth: 2,
    }),
    'a.pt': tinyZip({ 'a/data.pkl': Buffer.from('x'), 'a/data/0': Buffer.alloc(20) }),
  };
  // A small generator of its own, so that what fails once fails again.
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  let wholeCount = 0;
  for (const [name, bytes] of Object.entries(files)) {
    for (let round = 0; round < 400; round += 1) {
      const damaged = Buffer.from(bytes.subarray(0, round % 3 === 0 ? random(bytes.length) : bytes.length));
      for (let hits = random(4); hits >= 0 && damaged.length > 0; hits -= 1)
        damaged[random(damaged.length)] = [0, 0xff, 0x7f, 0x80, random(256)][random(5)] ?? 0;
      await writeFile(join(folder.path, name), damaged);
      const { findings } = await readSingleFile(join(folder.path, name));
      if (findings.length === 0) wholeCount += 1;
      for (const { message } of findings) expect(message).toMatch(/^[^\n]{10,500}\.$/);
    }
  }
  expect(wholeCount).toBeGreaterThan(20);
  expect(wholeCount).toBeLessThan(1200);
}, 60_000);
