import { createWriteStream } from 'node:fs';
import { access, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ClipTextConfig, clipTextEncoderGraph } from '../../diffusion/graphs/clip-text-encoder.ts';
import { unetGraphs } from '../../diffusion/graphs/unet.ts';
import { UnetConfig } from '../../diffusion/graphs/unet-config.ts';
import { VaeConfig, vaeDecoderGraph, vaeEncoderGraph } from '../../diffusion/graphs/vae.ts';
import { referencePath } from '../../diffusion/reference/read-tensors.ts';
import type { WeightSource } from '../../diffusion/weights/weight-source.ts';

const unetJson = {
  _class_name: 'UNet2DConditionModel',
  sample_size: 64,
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  attention_head_dim: 8,
  cross_attention_dim: 768,
  norm_num_groups: 32,
};
const vaeJson = {
  _class_name: 'AutoencoderKL',
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array.from({ length: 4 }, () => 'DownEncoderBlock2D'),
  up_block_types: Array.from({ length: 4 }, () => 'UpDecoderBlock2D'),
  layers_per_block: 2,
  scaling_factor: 0.18215,
};
const textJson = {
  architectures: ['CLIPTextModel'],
  hidden_act: 'quick_gelu',
  hidden_size: 768,
  intermediate_size: 3072,
  max_position_embeddings: 77,
  num_attention_heads: 12,
  num_hidden_layers: 12,
  vocab_size: 49_408,
};

const forms = { attention: 'plain', convolution: 'direct', scaling: 'apart' } as const;
const wholeGraph = { ...forms, halvesEvenly: true, segmentBytes: Number.POSITIVE_INFINITY };

/** The shapes that a graph asks for are the shapes that a bundle of its config holds. */
function shapesAskedFor(ask: (weights: WeightSource) => void): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const place = { dtype: 'F32', offsetBytes: 0, lengthBytes: 0, path: '/' };
  ask({
    has: () => true,
    tensor: (name, shape) => {
      shapes.set(name, shape);
      return { ...place, shape };
    },
  });
  return shapes;
}

/** Makes, once, a Stable Diffusion 1.5 of true size with random fp16 weights (2.1 GB); returns its folder. */
export async function makeLikeSd15(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, 'like-sd15');
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  for (const [component, config, shapes] of [
    ['unet', unetJson, shapesAskedFor((weights) => unetGraphs(UnetConfig.parse(unetJson), weights, wholeGraph))],
    [
      'vae',
      vaeJson,
      shapesAskedFor((weights) => {
        vaeDecoderGraph(VaeConfig.parse(vaeJson), weights, forms);
        vaeEncoderGraph(VaeConfig.parse(vaeJson), weights, forms);
      }),
    ],
    [
      'text_encoder',
      textJson,
      shapesAskedFor((weights) =>
        clipTextEncoderGraph(ClipTextConfig.parse(textJson), weights, { skipLayers: 0, finalNorm: true }),
      ),
    ],
  ] as const) {
    await mkdir(join(unfinished, component), { recursive: true });
    await writeFile(join(unfinished, component, 'config.json'), JSON.stringify(config));
    const file = component === 'text_encoder' ? 'model.safetensors' : 'diffusion_pytorch_model.safetensors';
    await pipeline(safetensorsOf(shapes), createWriteStream(join(unfinished, component, file)));
  }
  for (const same of ['tokenizer', 'scheduler', 'model_index.json'])
    await cp(join(referencePath('bundles/sd15-tiny'), same), join(unfinished, same), { recursive: true });
  await rename(unfinished, folder);
  return folder;
}

const blockValues = 2 ** 19;

function* safetensorsOf(shapes: ReadonlyMap<string, readonly number[]>): Generator<Uint8Array> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, shape] of shapes) {
    const end = offset + sizeOf(shape) * 2;
    header[name] = { dtype: 'F16', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.byteLength));
  yield length;
  yield text;
  for (const [name, shape] of shapes) {
    const size = sizeOf(shape);
    const block = halves(name, shape, Math.min(size, blockValues));
    for (let done = 0; done < size; done += blockValues)
      yield new Uint8Array(block.buffer, 0, Math.min(blockValues, size - done) * 2);
  }
}

/** Random halves of a size that keeps activations near 1 through every layer; a norm's scale is 1 and every shift 0. */
function halves(name: string, shape: readonly number[], count: number): Uint16Array {
  const one = 0x3c00;
  if (shape.length === 1) return new Uint16Array(count).fill(/norm\w*\.weight$/.test(name) ? one : 0);
  const fanIn = sizeOf(shape) / (shape[0] ?? 1);
  // Sign, exponent and mantissa put together: a magnitude even over one power of two, 1.5 times its lower end on average.
  const exponent = Math.floor(Math.log2(0.7 / Math.sqrt(fanIn)));
  let state = name.length * 2_654_435_761;
  return Uint16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state >>> 16) & 0x8000) | ((exponent + 15) << 10) | ((state >>> 8) & 0x3ff);
  });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, one) => product * one, 1);
