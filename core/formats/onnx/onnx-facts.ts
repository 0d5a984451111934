import type { ModelType } from '../../contract/library/metadata.ts';
import { parametersOf, precisionOf } from '../weights/tensor-precision.ts';
import type { OnnxHeader, OnnxValue } from './onnx.ts';

export interface OnnxKind {
  readonly modelType: ModelType;
  readonly taskType: string;
  readonly precision: string;
  readonly parameterCount: number;
  readonly reasons: readonly string[];
}

/** What a graph is for, from the names and shapes of what goes in and comes out. */
export function onnxKindOf(header: OnnxHeader): OnnxKind {
  const { modelType, taskType, reason } = purposeOf(header);
  const tensors = [...header.tensors.values()];
  const isInteger = tensors.some(({ dtype }) => dtype === 'I8' || dtype === 'U8' || dtype === 'I4' || dtype === 'U4');
  const precision = precisionOf(tensors);
  const inputs = header.inputs.map(shown).join(', ');
  return {
    modelType,
    taskType,
    precision: isInteger && precision !== 'fp16' ? 'mixed' : precision,
    parameterCount: parametersOf(tensors),
    reasons: [
      `It is an ONNX graph of ${header.nodeCount} operators${header.producer === '' ? '' : `, written by ${header.producer.slice(0, 80)}`}.`,
      reason ?? `Its inputs are ${inputs.slice(0, 300) || 'none'}.`,
    ],
  };
}

function purposeOf({ inputs, outputs }: OnnxHeader): {
  readonly modelType: ModelType;
  readonly taskType: string;
  readonly reason: string | null;
} {
  const takes = (...names: string[]) => names.every((name) => inputs.some((input) => input.name === name));
  const gives = (pattern: RegExp) => outputs.some(({ name }) => pattern.test(name));
  if (takes('sample', 'encoder_hidden_states') || takes('hidden_states', 'timestep'))
    return {
      modelType: 'diffusion',
      taskType: 'text-to-image',
      reason: 'It takes noise, a timestep and text, as a denoising network does.',
    };
  if (takes('latent_sample') || (gives(/^latent_(sample|parameters)$/) && takes('sample')))
    return { modelType: 'vae', taskType: 'unknown', reason: 'It takes or gives latents, as one half of a VAE does.' };
  if (takes('input_ids') && gives(/^logits$/))
    return {
      modelType: 'llm',
      taskType: 'text-generation',
      reason: 'It takes tokens and gives logits, as a language model does.',
    };
  if (takes('input_ids') && gives(/hidden_state|pooler_output|text_embeds/))
    return {
      modelType: 'text_encoder',
      taskType: 'unknown',
      reason: 'It takes tokens and gives their vectors, as a text encoder does.',
    };
  const [input] = inputs;
  const [output] = outputs;
  if (
    inputs.length === 1 &&
    outputs.length === 1 &&
    input !== undefined &&
    output !== undefined &&
    isUpscaling(input, output)
  )
    return {
      modelType: 'upscaler',
      taskType: 'image-upscaling',
      reason: 'It takes one picture and gives a larger one.',
    };
  return { modelType: 'unknown', taskType: 'unknown', reason: null };
}

/** Pictures of three channels on both sides, the second one larger, or free in size as upscalers are exported. */
function isUpscaling(input: OnnxValue, output: OnnxValue): boolean {
  const isPicture = ({ shape }: OnnxValue) => shape.length === 4 && shape[1] === 3;
  if (!isPicture(input) || !isPicture(output)) return false;
  const [from, to] = [input.shape[3], output.shape[3]];
  return typeof from === 'number' && typeof to === 'number' ? to > from : from !== to || from === null;
}

function shown({ name, dtype, shape }: OnnxValue): string {
  return `${name} (${dtype} ${shape.map((size) => size ?? '?').join('×')})`;
}
