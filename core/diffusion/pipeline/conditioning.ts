import type { RunPlan } from '../../contract/generate/runner.ts';
import type { Tensor } from '../networks.ts';
import { promptReaders } from '../prompt/read-prompt.ts';
import type { ClipTokenizer } from '../tokenizer/clip-tokenizer.ts';
import { joinContexts, type PromptEncoder } from './prompt-encoder.ts';

/** What the UNet is told beside the sample. With guidance the negative prompt is the first row. */
export interface Conditioning {
  /** `[rows, tokens, channels]` */
  readonly context: Tensor;
  /** SDXL only: `[rows, channels]` and `[rows, 6]`. */
  readonly pooled: Tensor | null;
  readonly timeIds: Tensor | null;
  /** What the network itself is told of the guidance; null where rows and weights are how it is done. */
  readonly guidance: number | null;
  /** How much each row's answer counts in the noise; they sum to 1. */
  readonly weights: readonly number[];
}

/** The conditioning of a step, counted from 0 for the first that is taken. */
export type ConditioningAt = (step: number) => Conditioning;

export interface ConditioningInput {
  readonly plan: Pick<
    RunPlan,
    'prompt' | 'negative_prompt' | 'guidance_scale' | 'prompt_syntax' | 'clip_skip' | 'steps' | 'width' | 'height'
  >;
  /** The bundle's, one a text encoder. */
  readonly tokenizers: readonly ClipTokenizer[];
  readonly encoder: PromptEncoder;
  /** See `Networks`: then there is no negative prompt, and no scaling here. */
  readonly takesGuidance: boolean;
  /** Between two encodings. */
  readonly pause: () => Promise<void>;
}

/** The prompts of one row order: the negative one first, null without guidance. */
interface Texts {
  readonly negative: string | null;
  readonly prompts: readonly string[];
}

/**
 * Reads and encodes the prompts of every step of a run, each distinct text once. All contexts of a run are of one length: shorter ones are
 * followed by as many empty chunks. Throws `invalid_input` for a prompt that can't be meant.
 */
export async function resolvePrompts(input: ConditioningInput): Promise<ConditioningAt> {
  const { plan, tokenizers, encoder, takesGuidance, pause } = input;
  const reader = promptReaders[plan.prompt_syntax];
  const scale = plan.guidance_scale > 1 && !takesGuidance ? plan.guidance_scale : 1;
  const parts = reader.readPrompt(plan.prompt, plan.steps);
  const negative = reader.readNegative(plan.negative_prompt, plan.steps);
  const sum = parts.reduce((total, { weight }) => total + scale * weight, 0);
  const isGuided = scale > 1 || sum !== 1;
  const weights = parts.map(({ weight }) => scale * weight);

  const isConstant = parts.every(({ schedule }) => schedule.isConstant) && (!isGuided || negative.isConstant);
  const stepTexts = Array.from({ length: isConstant ? 1 : plan.steps }, (_, step): Texts => {
    return {
      negative: isGuided ? negative.at(step) : null,
      prompts: parts.map(({ schedule }) => schedule.at(step)),
    };
  });

  const chunked = new Map<string, ReturnType<typeof chunksOf>>();
  const chunksOf = (text: string, field: string) => tokenizers.map((one) => reader.chunksOf(text, one, field));
  for (const { negative: without, prompts } of stepTexts) {
    if (without !== null && !chunked.has(without)) chunked.set(without, chunksOf(without, 'negative_prompt'));
    for (const text of prompts) if (!chunked.has(text)) chunked.set(text, chunksOf(text, 'prompt'));
  }
  const length = Math.max(...[...chunked.values()].flat().map((chunks) => chunks.length));

  const encoded = new Map<string, Awaited<ReturnType<PromptEncoder['encode']>>>();
  for (const [text, chunks] of chunked)
    encoded.set(text, await encoder.encode(chunks, { length, skipLayers: plan.clip_skip - 1, pause }));

  const made = new Map<string, Conditioning>();
  const states = stepTexts.map(({ negative: without, prompts }) => {
    const texts = without === null ? prompts : [without, ...prompts];
    const key = JSON.stringify(texts);
    const known = made.get(key);
    if (known !== undefined) return known;
    const rows = texts.flatMap((text) => encoded.get(text) ?? []);
    const { context, pooled } = joinContexts(rows);
    const conditioning: Conditioning = {
      context,
      pooled,
      timeIds: pooled === null ? null : timeIds(texts.length, plan.width, plan.height),
      guidance: takesGuidance ? plan.guidance_scale : null,
      weights: without === null ? weights : [1 - sum, ...weights],
    };
    made.set(key, conditioning);
    return conditioning;
  });
  const [first] = states;
  if (first === undefined) throw new RangeError('a run has steps');
  return (step) => states[Math.min(step, states.length - 1)] ?? first;
}

/** SDXL's size conditioning: original height and width, top and left of the crop, wanted height and width. No crop, as diffusers has it. */
function timeIds(rows: number, width: number, height: number): Tensor {
  const row = [height, width, 0, 0, height, width];
  return { data: Float32Array.from(Array.from({ length: rows }, () => row).flat()), dims: [rows, row.length] };
}
