import type { Finding } from '../../core/contract/library/finding.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';
import { sampleModel } from './sample-records.ts';

const day = 86_400_000;

function added(daysAgo: number): string {
  return new Date(Date.now() - daysAgo * day).toISOString();
}

export const starter: ModelSummary = sampleModel({
  name: 'Vitrine Starter',
  size_bytes: 21_800_000,
  parameter_count: 10_900_000,
  added_at: added(30),
  generation_defaults: {
    width: 128,
    height: 128,
    steps: 20,
    guidance_scale: 5,
    example_prompts: [
      'purple mountains at dawn with clouds',
      'red hills at sunset with a tree',
      'white moon over the sea, midnight',
    ],
  },
});

/** A library with every kind, several scripts, and something wrong. */
export const shelf: readonly ModelSummary[] = [
  sampleModel({
    name: '墨染 Sumi-e',
    precision: 'bf16',
    size_bytes: 2_740_000_000,
    added_at: added(0),
    tags: ['ink', 'landscape', 'slow brush'],
    generation_defaults: { width: 512, height: 512, steps: 20, guidance_scale: 7.5 },
  }),
  sampleModel({ name: 'Terracotta Mix v7', added_at: added(0) }),
  sampleModel({
    name: 'Stable Diffusion 2.1',
    family: 'stable-diffusion-2',
    size_bytes: 2_580_000_000,
    added_at: added(1),
  }),
  sampleModel({
    name: 'Linocut XL',
    model_type: 'lora',
    family: 'stable-diffusion-xl',
    precision: 'bf16',
    size_bytes: 228_000_000,
    added_at: added(3),
  }),
  sampleModel({ name: 'Полночь v3', added_at: added(3) }),
  sampleModel({
    name: 'Kupferstich 1890',
    family: 'stable-diffusion-2',
    precision: 'fp32',
    size_bytes: 5_160_000_000,
    validation_state: 'degraded',
    added_at: added(4),
  }),
  sampleModel({
    name: 'vae-ft-mse-840000',
    model_type: 'vae',
    family: 'unknown',
    precision: 'fp32',
    size_bytes: 335_000_000,
    added_at: added(4),
  }),
  sampleModel({ name: '수묵담채 Ink Wash', model_type: 'lora', size_bytes: 144_000_000, added_at: added(5) }),
  sampleModel({ name: 'Paper Theatre v2', size_bytes: 1_990_000_000, added_at: added(6) }),
  sampleModel({
    name: 'RealESRGAN x4plus',
    model_type: 'upscaler',
    family: 'unknown',
    precision: 'fp32',
    size_bytes: 63_900_000,
    added_at: added(6),
  }),
  sampleModel({
    name: 'Night Ferry XL',
    entry_path: '/media/mira/Archiv-SSD/night-ferry-xl',
    family: 'stable-diffusion-xl',
    size_bytes: 6_940_000_000,
    validation_state: 'degraded',
    is_offline: true,
    added_at: added(9),
  }),
  sampleModel({
    name: 'Αττικά Αγγεία',
    model_type: 'lora',
    family: 'stable-diffusion-xl',
    precision: 'bf16',
    size_bytes: 223_000_000,
    added_at: added(10),
  }),
  sampleModel({ name: 'فانوس Lantern', added_at: added(12) }),
  sampleModel({ name: 'Canny Edges 1.5', model_type: 'controlnet', size_bytes: 723_000_000, added_at: added(12) }),
  sampleModel({
    name: 'Harbour Light v4',
    precision: 'fp32',
    size_bytes: 4_270_000_000,
    validation_state: 'invalid',
    added_at: added(13),
  }),
  sampleModel({
    name: 'Basalt & Moss',
    family: 'flux',
    precision: 'bf16',
    size_bytes: 6_460_000_000,
    added_at: added(17),
  }),
  sampleModel({ name: 'easynegative', model_type: 'embedding', size_bytes: 25_000, added_at: added(18) }),
  sampleModel({ name: 'Gouache Studies', size_bytes: 2_130_000_000, added_at: added(20) }),
  sampleModel({
    name: 'clip-vit-large-patch14',
    model_type: 'text_encoder',
    family: 'unknown',
    size_bytes: 246_000_000,
    added_at: added(24),
  }),
  starter,
];

export const sampleFindings: Readonly<Record<string, readonly Finding[]>> = {
  'Kupferstich 1890': [
    {
      code: 'missing_optional_component',
      severity: 'warning',
      path: 'safety_checker/',
      message:
        'model_index.json names safety_checker, but the folder is not there. Put the folder back, or take its line out of model_index.json.',
    },
  ],
  'Night Ferry XL': [
    {
      code: 'volume_offline',
      severity: 'warning',
      message: 'The drive of /media/archiv-ssd is not mounted. The model comes back by itself when you plug it in.',
    },
  ],
  'Harbour Light v4': [
    {
      code: 'truncated_weights',
      severity: 'error',
      path: 'unet/diffusion_pytorch_model.safetensors',
      message: 'The file ends 1.21 GB before its last tensor: a download that stopped, most likely. Fetch it again.',
    },
  ],
};
