import type { Networks, Tensor } from '../networks.ts';
import type { ReadPrompt } from '../prompt/read-prompt.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';

/** What the UNet is told beside the sample. With guidance two rows, the negative prompt's first; without, the prompt's alone. */
export interface Conditioning {
  /** `[rows, tokens, channels]` */
  readonly context: Tensor;
  /** SDXL only: `[rows, channels]` and `[rows, 6]`. */
  readonly pooled: Tensor | null;
  readonly timeIds: Tensor | null;
}

export interface ConditioningInput {
  readonly prompt: string;
  /** Null runs without guidance. */
  readonly negativePrompt: string | null;
  readonly width: number;
  readonly height: number;
}

/** Encodes the prompts once for all pictures of a run. `tokenizers` are the bundle's, one a text encoder. */
export async function encodePrompts(
  networks: Networks,
  tokenizers: readonly ClipTokenizer[],
  readPrompt: ReadPrompt,
  { prompt, negativePrompt, width, height }: ConditioningInput,
): Promise<Conditioning> {
  const prompts = negativePrompt === null ? [prompt] : [negativePrompt, prompt];
  const tokens = tokenizers.map((tokenizer) => prompts.map((text) => readPrompt(text, tokenizer)[0]?.ids ?? []));
  const { context, pooled } = await networks.encodeText(tokens, 0);
  return { context, pooled, timeIds: pooled === null ? null : timeIds(prompts.length, width, height) };
}

/** SDXL's size conditioning: original height and width, top and left of the crop, wanted height and width. No crop, as diffusers has it. */
function timeIds(rows: number, width: number, height: number): Tensor {
  const row = [height, width, 0, 0, height, width];
  return { data: Float32Array.from(Array.from({ length: rows }, () => row).flat()), dims: [rows, row.length] };
}
