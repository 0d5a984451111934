import { JobId, ModelId } from '../../core/contract/ids.ts';
import type { Artifact, Job } from '../../core/contract/jobs/job.ts';
import type { ModelSummary } from '../../core/contract/library/model.ts';

let made = 0;

function nextUuid(): string {
  made += 1;
  return `0190b5a0-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
}

/** A whole model from the few facts that matter. */
export function sampleModel(facts: Partial<ModelSummary>): ModelSummary {
  const type = facts.model_type ?? 'diffusion';
  const family = facts.family ?? 'stable-diffusion-1';
  const name = facts.name ?? 'Sample';
  const slug = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return {
    model_id: ModelId.parse(`${type}/${family}/${slug}`.normalize('NFC')),
    name,
    model_type: type,
    family,
    task_type_primary: type === 'diffusion' ? 'text-to-image' : 'unknown',
    pipeline_class: type === 'diffusion' ? 'StableDiffusionPipeline' : null,
    storage_kind: 'external_reference',
    bundle_format: type === 'diffusion' ? 'diffusers_directory' : 'single_file',
    entry_path: `/home/mira/models/${slug}`,
    precision: 'fp16',
    size_bytes: 2_130_000_000,
    parameter_count: 1_066_000_000,
    validation_state: 'valid',
    is_offline: false,
    recommended_backend: type === 'diffusion' && family.startsWith('stable-diffusion-1') ? 'onnx-runtime' : null,
    fingerprint: `sample-${slug}`,
    preview: null,
    favourite: false,
    tags: [],
    generation_defaults: null,
    added_at: '2026-03-14T09:00:00.000Z',
    ...facts,
  };
}

export function sampleJob(facts: Partial<Job>): Job {
  return {
    id: JobId.parse(nextUuid()),
    type: 'generate',
    status: 'queued',
    origin: 'window',
    request: {
      prompt: 'purple mountains at dawn with clouds',
      negative_prompt: '',
      width: 512,
      height: 512,
      steps: 20,
      guidance_scale: 7.5,
      sampler: 'Automatic',
      scheduler: 'Automatic',
      seed: -1,
      count: 1,
    },
    steps: [],
    progress: null,
    failure: null,
    timings: null,
    provider: null,
    artifacts: [],
    created_at: '2026-03-14T09:00:00.000Z',
    updated_at: '2026-03-14T09:00:00.000Z',
    ...facts,
  };
}

export function sampleArtifact(facts: Partial<Artifact>): Artifact {
  const id = facts.id ?? nextUuid();
  return {
    id,
    job_id: JobId.parse(nextUuid()),
    step: 'generate',
    item_index: 0,
    format: 'png',
    path: `/home/mira/.config/vitrine/outputs/${id}.png`,
    url: `/api/v1/pictures/${id}`,
    width: 512,
    height: 512,
    seed: 2_718_281,
    size_bytes: 412_000,
    sha256: '0'.repeat(64),
    infotext:
      'purple mountains at dawn with clouds\nSteps: 20, Sampler: DDIM, CFG scale: 7.5, Seed: 2718281, Size: 512x512',
    model_id: null,
    created_at: '2026-03-14T09:00:00.000Z',
    is_fake: false,
    ...facts,
  };
}
