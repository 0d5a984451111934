import type { RunPlan } from '../../contract/generate/runner.ts';

/** The plan of a small picture with the bundle at `entryPath`; for tests. */
export function planOfBundle(entryPath: string, changes: Partial<RunPlan> = {}): RunPlan {
  return {
    descriptor: {
      execution_contract_version: 1,
      model_id: 'diffusion/stable-diffusion-1/tiny' as RunPlan['descriptor']['model_id'],
      entry_path: entryPath,
      model_type: 'diffusion',
      task_type_primary: 'text-to-image',
      recommended_backend: 'onnx-runtime',
      runtime_engine_hints: ['onnx-runtime'],
      storage_kind: 'external_reference',
      bundle_format: 'diffusers_directory',
      pipeline_class: 'StableDiffusionPipeline',
      validation_state: 'valid',
      dependency_resolution: { contract_version: 1, state: 'resolved', bindings: [] },
    },
    provider: 'cpu',
    prompt: '',
    negative_prompt: '',
    width: 64,
    height: 64,
    steps: 2,
    guidance_scale: 2,
    sampler: 'Automatic',
    scheduler: 'Automatic',
    seeds: [0],
    prompt_syntax: 'webui',
    clip_skip: 1,
    rng: 'cpu',
    variation: null,
    init: null,
    preview_every_steps: 0,
    ...changes,
  };
}
