import type { GenerateRequest } from '../../../contract/generate/generate.ts';
import type { Artifact } from '../../../contract/jobs/job.ts';
import { effective, type SharedFields } from './request-fields.ts';

export interface InfoFacts {
  readonly fields: SharedFields;
  readonly request: GenerateRequest;
  /** In the order of their items. */
  readonly artifacts: readonly Artifact[];
  readonly modelName: string | null;
  readonly modelHash: string | null;
  readonly subseed: number;
  readonly startedAt: string;
  readonly version: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** What could not be done as it was asked for. */
  readonly warnings: readonly string[];
}

/** The `info` of an answer: keys and their order are stable-diffusion-webui's. It echoes the size that was asked for. */
export function infoOf(facts: InfoFacts): Readonly<Record<string, unknown>> {
  const { fields, request, artifacts, subseed } = facts;
  const seeds = artifacts.map(({ seed }) => seed ?? -1);
  const each = <Value>(value: Value): Value[] => artifacts.map(() => value);
  return {
    prompt: request.prompt,
    all_prompts: each(request.prompt),
    negative_prompt: request.negative_prompt,
    all_negative_prompts: each(request.negative_prompt),
    seed: seeds[0] ?? request.seed,
    all_seeds: seeds,
    subseed,
    all_subseeds: artifacts.map((_, index) => subseed + index),
    subseed_strength: effective(fields, 'subseed_strength'),
    width: effective(fields, 'width'),
    height: effective(fields, 'height'),
    sampler_name: request.sampler,
    cfg_scale: effective(fields, 'cfg_scale'),
    steps: effective(fields, 'steps'),
    batch_size: effective(fields, 'batch_size'),
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: facts.modelName,
    sd_model_hash: facts.modelHash,
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: effective(fields, 'seed_resize_from_w'),
    seed_resize_from_h: effective(fields, 'seed_resize_from_h'),
    denoising_strength: fields.denoising_strength,
    extra_generation_params: { 'Schedule type': request.scheduler, ...facts.facts },
    index_of_first_image: 0,
    infotexts: artifacts.map(({ infotext }) => infotext),
    styles: fields.styles ?? [],
    job_timestamp: facts.startedAt.replaceAll(/\D/g, '').slice(0, 14),
    clip_skip: request.clip_skip ?? 1,
    is_using_inpainting_conditioning: false,
    version: `vitrine ${facts.version}`,
    ...(artifacts.some(({ is_fake }) => is_fake) && { fake: true }),
    ...(facts.warnings.length > 0 && { warnings: facts.warnings }),
  };
}
