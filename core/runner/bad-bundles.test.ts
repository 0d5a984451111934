import { mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Failure } from '../contract/failure.ts';
import { failureOf } from '../contract/failure.ts';
import type { RunPlan } from '../contract/generate/runner.ts';
import { exportBundle } from '../diffusion/exported/fixtures.ts';
import { copyBundle, editJson, editTensors } from '../diffusion/graphs/fixtures.ts';
import { sampleDescriptor, samplePlan } from './fixtures/sample-plan.ts';
import { createOnnxRunner, type OnnxRunner } from './onnx-runner.ts';

/** The real runner process before models that are not whole: a sentence each time, and the process lives. */
let folder = '';
let runner: OnnxRunner;
let bundle = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-bad-'));
  bundle = await copyBundle('sd15-tiny', join(folder, 'whole'));
  runner = createOnnxRunner({
    entryPath: fileURLToPath(new URL('./entry.ts', import.meta.url)),
    nodePath: process.execPath,
  });
});
afterAll(async () => {
  await runner.close();
  await rm(folder, { recursive: true, force: true });
});

const planOf = (entryPath: string, change: Partial<RunPlan> = {}) =>
  samplePlan({ descriptor: { ...sampleDescriptor, entry_path: entryPath }, steps: 2, sampler: 'Automatic', ...change });
const never = new AbortController().signal;
const run = (plan: RunPlan) => runner.run(plan, () => undefined, never);
const refusalOf = async (plan: RunPlan): Promise<Failure> =>
  run(plan).then(
    () => expect.unreachable('it should have been refused'),
    (error: unknown) => failureOf(error),
  );

const notANumber = (tensor: { bytes: Uint8Array }) => {
  const bytes = tensor.bytes.slice();
  new DataView(bytes.buffer).setFloat32(bytes.byteLength - 4, Number.NaN, true);
  return bytes;
};
const weights = {
  unet: 'unet/diffusion_pytorch_model.safetensors',
  vae: 'vae/diffusion_pytorch_model.safetensors',
  text: 'text_encoder/model.safetensors',
} as const;
const spoil = (path: string, tensorName: string) =>
  editTensors(path, (name, tensor) => [name, name === tensorName ? { ...tensor, bytes: notANumber(tensor) } : tensor]);

/** A file that claims so many bytes of weights more, which it has as a hole. */
async function growWeights(path: string, moreBytes: number): Promise<void> {
  const file = await readFile(path);
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header: Record<string, unknown> = JSON.parse(file.toString('utf8', 8, start));
  const end = file.byteLength - start;
  header.huge = { dtype: 'F32', shape: [moreBytes / 4], data_offsets: [end, end + moreBytes] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  await writeFile(path, Buffer.concat([length, json, file.subarray(start)]));
  await truncate(path, 8 + json.byteLength + end + moreBytes);
}

describe('a model', () => {
  test.each<[string, (copy: string) => Promise<void>, string, RegExp]>([
    [
      'whose config disagrees with its weights',
      (copy) =>
        editJson(
          join(copy, 'text_encoder/config.json'),
          (config) => void Object.assign(config, { intermediate_size: 24 }),
        ),
      'invalid_weights',
      /text_encoder.*fc1.weight" has the shape \[[\d,]+\], but config.json makes it \[24,\d+\]/,
    ],
    [
      'that lacks a tensor',
      (copy) =>
        editTensors(join(copy, weights.unet), (name, tensor) => (name === 'conv_out.weight' ? null : [name, tensor])),
      'invalid_weights',
      /unet.*"conv_out.weight" is missing/,
    ],
    [
      'whose UNet holds NaN',
      (copy) => spoil(join(copy, weights.unet), 'conv_out.bias'),
      'invalid_weights',
      /diffusion_pytorch_model.safetensors.*"conv_out.bias" holds values that are not numbers/,
    ],
    [
      'whose VAE holds NaN',
      (copy) => spoil(join(copy, weights.vae), 'decoder.conv_out.bias'),
      'invalid_weights',
      /vae.*"decoder.conv_out.bias" holds values/,
    ],
    [
      'whose text encoder holds NaN',
      (copy) => spoil(join(copy, weights.text), 'text_model.final_layer_norm.bias'),
      'invalid_weights',
      /text_encoder.*"text_model.final_layer_norm.bias" holds values/,
    ],
    [
      'of a class that nobody knows',
      (copy) =>
        editJson(join(copy, 'model_index.json'), (index) => void Object.assign(index, { _class_name: 'NoPipeline' })),
      'unsupported_config',
      /model_index.json": "_class_name" is NoPipeline/,
    ],
    [
      'with a scheduler that nobody knows',
      (copy) =>
        editJson(
          join(copy, 'scheduler/scheduler_config.json'),
          (config) => void Object.assign(config, { _class_name: 'NoScheduler' }),
        ),
      'unsupported_config',
      /scheduler_config.json": "_class_name" is NoScheduler/,
    ],
    [
      'exported to ONNX with weights outside of its folder',
      async (copy) => {
        const exported = await exportBundle('sd15-tiny', join(folder, 'exported'), { externalData: true });
        const graph = join(exported, 'unet/model.onnx');
        const text = (await readFile(graph)).toString('latin1');
        await writeFile(graph, Buffer.from(text.replaceAll('model.onnx_data', '../../etc/hosts'), 'latin1'));
        await rm(copy, { recursive: true });
        await rename(exported, copy);
      },
      'invalid_weights',
      /unet.model\.onnx.*names weights outside its folder/,
    ],
    [
      'that no machine has room for',
      (copy) => growWeights(join(copy, weights.unet), 2 ** 41),
      'oom',
      /the UNet needs about [\d.]+ GiB \([\d.]+ GiB for its weights in float32, .* to work on 64x64 px\), but [\d.]+ GiB of/,
    ],
  ])('%s is refused with what is wrong, and the process makes the next picture', async (name, edit, code, message) => {
    const copy = await copyBundle('sd15-tiny', join(folder, name));
    await edit(copy);
    const refusal = await refusalOf(planOf(copy));
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(message);
    const pid = runner.processId();
    expect((await run(planOf(bundle))).provider).toBe('cpu');
    expect([runner.processId(), runner.status().restarts]).toEqual([pid, 0]);
  });
});

test.each([
  ['nested around a word', `${'('.repeat(5000)}sun${')'.repeat(5000)}`, /prompt: Its brackets give "sun"/],
  ['open', '(['.repeat(5000), null],
  ['closed', ')]'.repeat(5000), null],
])('a prompt of 10,000 brackets, %s, ends well or with a sentence', async (_, prompt, message) => {
  const pid = runner.processId();
  if (message === null) expect((await run(planOf(bundle, { prompt }))).provider).toBe('cpu');
  else expect((await refusalOf(planOf(bundle, { prompt }))).message).toMatch(message);
  expect(runner.processId()).toBe(pid ?? runner.processId());
});

test('clip skip past the layers that there are is refused by its name', async () => {
  expect(await refusalOf(planOf(bundle, { clip_skip: 12 }))).toMatchObject({
    code: 'invalid_input',
    details: { field: 'clip_skip' },
  });
});
