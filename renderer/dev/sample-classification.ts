import type { Candidate, Classification, PathKind } from '../../core/contract/library/model.ts';
import { baseName } from '../format/path.ts';
import { shelf, starter } from './sample-models.ts';

const freeBytes = 182_000_000_000;

function candidateOf(path: string, facts: Partial<Candidate>): Candidate {
  return {
    path,
    name: baseName(path),
    model_type: 'diffusion',
    family: 'stable-diffusion-1',
    bundle_format: 'diffusers_directory',
    pipeline_class: 'StableDiffusionPipeline',
    precision: 'fp16',
    parameter_count: 1_066_000_000,
    size_bytes: 2_130_000_000,
    file_count: 17,
    fingerprint: `fp-${facts.path ?? path}`,
    reasons: [],
    validation_state: 'valid',
    validation_errors: [],
    repo_id: null,
    revision: null,
    already_registered_as: null,
    duplicates: [],
    ...facts,
  };
}

/** What a path holds, by its name: `loras`, `comfyui`, `cache`, `gouache`, `….safetensors`, `….ckpt`, or else a diffusers folder. */
export function sampleClassification(path: string): Classification {
  const name = baseName(path);
  const answer = (
    kind: PathKind,
    candidates: readonly Candidate[],
    more: Partial<Classification> = {},
  ): Classification => ({
    path,
    kind,
    reasons: [],
    candidates: [...candidates],
    skipped: [],
    free_bytes: freeBytes,
    ...more,
  });
  const lora = (index: number, facts: Partial<Candidate> = {}) =>
    candidateOf(`${path}/m${index}.safetensors`, {
      model_type: index > 34 ? 'vae' : 'lora',
      bundle_format: 'single_file',
      pipeline_class: null,
      size_bytes: 144_000_000,
      file_count: 1,
      ...facts,
    });
  if (name.endsWith('.ckpt'))
    return answer('unsupported', [], {
      reasons: [
        'This is a pickle file. Opening one can run code, so it stays closed. Save it as safetensors, then drop it again.',
      ],
    });
  if (name.endsWith('.safetensors'))
    return answer('single_file', [
      candidateOf(path, {
        model_type: 'lora',
        family: 'stable-diffusion-xl',
        bundle_format: 'single_file',
        pipeline_class: null,
        size_bytes: 228_000_000,
        file_count: 1,
        reasons: ['Its header names LoRA weights of an SDXL U-Net.'],
        duplicates: shelf.slice(3, 4).map(({ model_id }) => model_id),
      }),
    ]);
  if (name.includes('notes') || name.includes('.'))
    return answer('unsupported', [], { reasons: ['There are no model weights in it.'] });
  if (name.includes('loras'))
    return answer(
      'model_collection',
      Array.from({ length: 37 }, (_, index) =>
        lora(index, {
          already_registered_as: index < 3 ? starter.model_id : null,
          duplicates: index === 5 ? [starter.model_id] : [],
        }),
      ),
      { skipped: [{ path: `${path}/old.pt`, reason: 'It is a pickle file, which stays closed.' }] },
    );
  if (name.includes('comfyui'))
    return answer(
      'comfyui_models',
      Array.from({ length: 212 }, (_, index) => lora(index % 37, { path: `${path}/loras/${index}.safetensors` })),
    );
  if (name.includes('cache'))
    return answer(
      'huggingface_cache',
      ['org/alpine', 'org/tide', 'org/lantern'].map((repo_id) =>
        candidateOf(`${path}/models--${repo_id.replace('/', '--')}`, { name: repo_id, repo_id, revision: '1a2b3c' }),
      ),
    );
  if (name.includes('gouache'))
    return answer('diffusers_directory', [
      candidateOf(path, {
        family: 'stable-diffusion-2',
        precision: 'fp32',
        validation_state: 'degraded',
        validation_errors: [
          {
            code: 'missing_optional_component',
            severity: 'warning',
            path: 'safety_checker/',
            message: 'The safety checker is named in model_index.json but not there.',
          },
        ],
      }),
    ]);
  return answer('diffusers_directory', [candidateOf(path, {})]);
}
