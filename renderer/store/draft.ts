import { type GenerateInput, limits, maxSeed } from '../../core/contract/generate.ts';
import { ModelId } from '../../core/contract/ids.ts';
import type { ModelSummary } from '../../core/contract/model.ts';
import type { Draft } from './state.ts';

/** The values that a request would carry: what was chosen, else what the model was made for. */
export interface Params {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidanceScale: number;
}

const familySides: Readonly<Record<string, number>> = { 'stable-diffusion-xl': 1024, flux: 1024 };

export function defaultParams(model: ModelSummary | null): Params {
  const defaults = model?.generation_defaults;
  const side = familySides[model?.family ?? ''] ?? 512;
  return {
    width: defaults?.width ?? defaults?.height ?? side,
    height: defaults?.height ?? defaults?.width ?? side,
    steps: defaults?.steps ?? 20,
    guidanceScale: defaults?.guidance_scale ?? 7.5,
  };
}

export function paramsOf(draft: Draft, model: ModelSummary | null): Params {
  const defaults = defaultParams(model);
  return {
    width: draft.width ?? defaults.width,
    height: draft.height ?? defaults.height,
    steps: draft.steps ?? defaults.steps,
    guidanceScale: draft.guidanceScale ?? defaults.guidanceScale,
  };
}

export function requestOf(draft: Draft, model: ModelSummary): GenerateInput {
  const params = paramsOf(draft, model);
  return {
    model_id: ModelId.parse(model.model_id),
    prompt: draft.prompt,
    negative_prompt: draft.negativePrompt,
    width: params.width,
    height: params.height,
    steps: params.steps,
    guidance_scale: params.guidanceScale,
    sampler: draft.sampler,
    scheduler: draft.scheduler,
    seed: draft.seed ?? -1,
    count: draft.count,
  };
}

/** The shapes offered as sizes, with the area that the model was made for. */
const ratios = { square: [1, 1], '3:2': [3, 2], '2:3': [2, 3], '16:9': [16, 9], '9:16': [9, 16] } as const;
export type Ratio = keyof typeof ratios;
export const ratioNames = Object.keys(ratios) as readonly Ratio[];

export interface SizePreset {
  readonly ratio: Ratio;
  readonly width: number;
  readonly height: number;
}

/** One size a shape: the model's own area, sides a multiple of 64 px (of 16 for models made for small pictures). */
export function sizePresets(model: ModelSummary | null): readonly SizePreset[] {
  const { width, height } = defaultParams(model);
  const area = width * height;
  const step = area >= 512 * 512 ? 64 : 16;
  return ratioNames.map((ratio) => {
    const [across, down] = ratios[ratio];
    const side = (length: number) => Math.max(step, Math.round(length / step) * step);
    return { ratio, width: side(Math.sqrt((area * across) / down)), height: side(Math.sqrt((area * down) / across)) };
  });
}

/** A typed side as the nearest one that a request may carry. */
export function nearestSide(pixels: number): number {
  return Math.min(limits.maxSide, Math.max(limits.minSide, Math.round(pixels / 8) * 8));
}

export function drawSeed(random: () => number): number {
  return Math.floor(random() * (maxSeed + 1));
}

/** What a request that was run once asked for, as a draft: the picture's own seed, one picture. */
export function draftOf(request: GenerateInput, seed: number | null): Draft {
  return {
    modelId: request.model_id ?? null,
    prompt: request.prompt ?? '',
    negativePrompt: request.negative_prompt ?? '',
    width: request.width ?? null,
    height: request.height ?? null,
    steps: request.steps ?? null,
    guidanceScale: request.guidance_scale ?? null,
    sampler: request.sampler ?? 'Automatic',
    scheduler: request.scheduler ?? 'Automatic',
    seed,
    count: 1,
  };
}
