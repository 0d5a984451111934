import type { ModelType } from '../../contract/library/metadata.ts';
import { familyOfText } from '../single-file/maker-metadata.ts';
import type { SingleFileFacts } from '../single-file/single-file-facts.ts';
import { kindOfTensors } from '../single-file/tensor-kind.ts';
import { valuesOf } from '../weights/tensor-precision.ts';
import type { GgufHeader } from './gguf.ts';
import { ggufFileTypes } from './gguf-types.ts';

/** `general.architecture` of networks that are no language models, as ComfyUI's and stable-diffusion.cpp's converters write it. */
const imageArchitectures: Readonly<Record<string, readonly [ModelType, string, string]>> = {
  sd1: ['diffusion', 'stable-diffusion-1', 'text-to-image'],
  sd2: ['diffusion', 'stable-diffusion-2', 'text-to-image'],
  sdxl: ['diffusion', 'stable-diffusion-xl', 'text-to-image'],
  sd3: ['diffusion', 'stable-diffusion-3', 'text-to-image'],
  flux: ['diffusion', 'flux', 'text-to-image'],
  flux2: ['diffusion', 'flux-2', 'text-to-image'],
  aura: ['diffusion', 'auraflow', 'text-to-image'],
  hidream: ['diffusion', 'hidream', 'text-to-image'],
  lumina2: ['diffusion', 'lumina', 'text-to-image'],
  qwen_image: ['diffusion', 'qwen-image', 'text-to-image'],
  cosmos: ['diffusion', 'cosmos', 'text-to-image'],
  ltxv: ['diffusion', 'ltx-video', 'text-to-video'],
  hyvid: ['diffusion', 'hunyuan-video', 'text-to-video'],
  wan: ['diffusion', 'wan', 'text-to-video'],
  t5: ['text_encoder', 't5', 'unknown'],
  t5encoder: ['text_encoder', 't5', 'unknown'],
  clip: ['text_encoder', 'clip', 'unknown'],
};

type GgufFacts = Omit<
  SingleFileFacts,
  'fingerprint' | 'sizeBytes' | 'files' | 'fileNames' | 'findings' | 'weightsFormat'
>;

/** What a GGUF header says. The architecture decides; where there is none, the names of tensors. */
export function ggufFactsOf({ metadata, tensors, version }: GgufHeader): GgufFacts {
  const text = (key: string, maxLength = 200): string | null => {
    const value = metadata.get(key);
    return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, maxLength) : null;
  };
  const architecture = text('general.architecture');
  const fileType = metadata.get('general.file_type');
  const quantisation =
    (typeof fileType === 'number' ? ggufFileTypes.get(fileType) : undefined) ?? mostUsedType(tensors.values());
  const byTensors = kindOfTensors(tensors);
  const known =
    architecture !== null && Object.hasOwn(imageArchitectures, architecture)
      ? imageArchitectures[architecture]
      : undefined;
  // Converters use one name for models that grew out of each other: Chroma is called flux, Z-Image lumina2.
  const isFamilyTold =
    known?.[0] === 'diffusion' && byTensors.modelType === 'diffusion' && byTensors.family !== 'unknown';
  const isAdapter = text('general.type') === 'adapter';
  const [modelType, named, taskType] =
    known ??
    (architecture === null || byTensors.modelType === 'lora'
      ? ([byTensors.modelType, byTensors.family, byTensors.taskType] as const)
      : isAdapter
        ? (['lora', architecture, 'unknown'] as const)
        : (['llm', architecture, 'text-generation'] as const));
  return {
    modelType,
    family: isFamilyTold ? byTensors.family : named,
    taskType,
    precision: quantisation ?? 'unknown',
    parameterCount: [...tensors.values()].reduce((sum, { shape }) => sum + valuesOf(shape), 0),
    baseModel: text('general.base_model.0.name') ?? familyOfText(text('general.basename')),
    triggerWords: [],
    title: text('general.name'),
    description: text('general.description', 4000),
    architecture,
    quantisation,
    loraRank: byTensors.loraRank,
    loraTarget: byTensors.loraTarget,
    reasons: [
      `It is GGUF version ${version}${architecture === null ? '' : `, its architecture is called ${architecture}`}${quantisation === null ? '' : `, quantised as ${quantisation}`}.`,
      ...(architecture === null ? byTensors.reasons : []),
    ],
  };
}

function mostUsedType(tensors: Iterable<{ readonly dtype: string; readonly shape: readonly number[] }>): string | null {
  const counts = new Map<string, number>();
  for (const { dtype, shape } of tensors) counts.set(dtype, (counts.get(dtype) ?? 0) + valuesOf(shape));
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
