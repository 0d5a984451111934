/** What the class that model_index.json names is made of. */
export interface PipelineFamily {
  /** Two text encoders, the second one's pooled answer, and the picture's size as conditions. */
  readonly isXl: boolean;
  /** Component folders, in the order in which their encodings are joined. */
  readonly textEncoders: readonly string[];
  readonly tokenizers: readonly string[];
}

const single: PipelineFamily = { isXl: false, textEncoders: ['text_encoder'], tokenizers: ['tokenizer'] };
const xl: PipelineFamily = {
  isXl: true,
  textEncoders: ['text_encoder', 'text_encoder_2'],
  tokenizers: ['tokenizer', 'tokenizer_2'],
};

const families: Readonly<Record<string, PipelineFamily>> = {
  StableDiffusionPipeline: single,
  StableDiffusionXLPipeline: xl,
  LatentConsistencyModelPipeline: single,
};

/** Null for a class that does not run here. Exporters to ONNX put their mark before the class: it makes the same pictures. */
export function pipelineFamily(className: string): PipelineFamily | null {
  const bareName = className.replace(/^(Onnx|ORT)/, '');
  return Object.hasOwn(families, bareName) ? (families[bareName] ?? null) : null;
}
