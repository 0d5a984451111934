import type { Finding } from '../../contract/library/finding.ts';
import type { ModelType } from '../../contract/library/metadata.ts';

/** How the weights of a file are written down. `pickle` is never opened further than its zip directory. */
export type WeightsFormat = 'safetensors' | 'gguf' | 'onnx' | 'pickle' | 'unknown';

/** What one file of weights is, from its header alone. */
export interface SingleFileFacts {
  readonly modelType: ModelType;
  /** `stable-diffusion-1`, `flux`, ... or `unknown`. */
  readonly family: string;
  /** Hugging Face's task names: `text-to-image`, ... or `unknown`. */
  readonly taskType: string;
  readonly weightsFormat: WeightsFormat;
  /** `fp32`, `fp16`, `bf16`, `fp8`, `mixed`, `Q4_K_M` or `unknown`. */
  readonly precision: string;
  /** 0 where the header doesn't tell. */
  readonly parameterCount: number;
  /** What it was trained from, in the words of its maker. */
  readonly baseModel: string | null;
  readonly triggerWords: readonly string[];
  readonly title: string | null;
  readonly description: string | null;
  /** Of a GGUF file: `general.architecture`. */
  readonly architecture: string | null;
  /** Of a GGUF file: `Q4_K_M`. */
  readonly quantisation: string | null;
  readonly loraRank: number | null;
  /** The networks that a LoRA changes, `unet, text_encoder`. */
  readonly loraTarget: string | null;
  readonly findings: readonly Finding[];
  /** Why it is taken for what it is, in sentences. */
  readonly reasons: readonly string[];
  /** sha256 over header and size of the file, hexadecimal. */
  readonly fingerprint: string;
  readonly sizeBytes: number;
  /** The file itself and those that it can't do without, absolute, links resolved: what a copy takes along. */
  readonly files: readonly string[];
  /** The names of `files` below the file's folder, by which the model knows them, in the same order. */
  readonly fileNames: readonly string[];
}

/** What the names and shapes of tensors alone say. */
export type TensorKind = Pick<
  SingleFileFacts,
  'modelType' | 'family' | 'taskType' | 'reasons' | 'loraRank' | 'loraTarget'
>;
