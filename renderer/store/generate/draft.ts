import type { CommandInput } from '../../../core/contract/command.ts';
import { type GenerateInput, limits, maxSeed, type UsualParameters } from '../../../core/contract/generate/generate.ts';
import type { RecalledSettings } from '../../../core/contract/generate/picture-commands.ts';
import { ModelId } from '../../../core/contract/ids.ts';
import type { Job } from '../../../core/contract/jobs/job.ts';
import type { ModelSummary } from '../../../core/contract/library/model.ts';
import { type Draft, emptyDraft, type Saving } from './generate-part.ts';

/** The values that a request would carry: what was chosen, else what the model was made for. */
export interface Params {
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidanceScale: number;
}

const familySides: Readonly<Record<string, number>> = { 'stable-diffusion-xl': 1024, flux: 1024 };

/** `usual` is what the core says; before it has, what the model's row tells of it. */
export function defaultParams(model: ModelSummary | null, usual: UsualParameters | null): Params {
  if (usual !== null) {
    return { width: usual.width, height: usual.height, steps: usual.steps, guidanceScale: usual.guidance_scale };
  }
  const defaults = model?.generation_defaults;
  const side = familySides[model?.family ?? ''] ?? 512;
  return {
    width: defaults?.width ?? defaults?.height ?? side,
    height: defaults?.height ?? defaults?.width ?? side,
    steps: defaults?.steps ?? 20,
    guidanceScale: defaults?.guidance_scale ?? 7,
  };
}

export function paramsOf(draft: Draft, model: ModelSummary | null, usual: UsualParameters | null): Params {
  const defaults = defaultParams(model, usual);
  return {
    width: draft.width ?? defaults.width,
    height: draft.height ?? defaults.height,
    steps: draft.steps ?? defaults.steps,
    guidanceScale: draft.guidanceScale ?? defaults.guidanceScale,
  };
}

/** The job that a draft asks for: its request, what is done with the pictures, and how they are saved. */
export function jobOf(draft: Draft, model: ModelSummary, usual: UsualParameters | null): CommandInput<'jobs.generate'> {
  const overrides = overridesOf(draft.saving);
  return {
    request: requestOf(draft, model, usual),
    origin: 'window',
    ...(draft.upscale !== null && { chain: { upscale: { scale: draft.upscale } } }),
    ...(Object.keys(overrides).length > 0 && { overrides }),
  };
}

/** What is neither chosen nor known yet is left to the core: the window's guess is for the eye alone. */
export function requestOf(draft: Draft, model: ModelSummary, usual: UsualParameters | null): GenerateInput {
  const width = draft.width ?? usual?.width;
  const height = draft.height ?? usual?.height;
  const steps = draft.steps ?? usual?.steps;
  const guidanceScale = draft.guidanceScale ?? usual?.guidance_scale;
  return {
    model_id: ModelId.parse(model.model_id),
    prompt: draft.prompt,
    negative_prompt: draft.negativePrompt,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(steps !== undefined && { steps }),
    ...(guidanceScale !== undefined && { guidance_scale: guidanceScale }),
    sampler: draft.sampler,
    scheduler: draft.scheduler,
    seed: draft.seed ?? -1,
    count: draft.count,
    ...(draft.startFrom && {
      init_image: draft.startFrom.reference,
      strength: draft.strength,
      resize_mode: draft.resizeMode,
    }),
    ...(draft.subseedStrength > 0 && { subseed: draft.subseed ?? -1, subseed_strength: draft.subseedStrength }),
    ...(draft.promptSyntax !== null && { prompt_syntax: draft.promptSyntax }),
    ...(draft.clipSkip !== null && { clip_skip: draft.clipSkip }),
    ...(draft.rng !== null && { rng: draft.rng }),
  };
}

function overridesOf({ format, quality, isLossless, hasInfotext }: Saving): Readonly<Record<string, unknown>> {
  return {
    ...(format !== null && { samples_format: format }),
    ...(quality !== null && { jpeg_quality: quality }),
    ...(isLossless !== null && { webp_lossless: isLossless }),
    ...(hasInfotext !== null && { enable_pnginfo: hasInfotext }),
  };
}

/** The shapes offered as sizes, with the area that the model was made for. */
const ratios = { square: [1, 1], '3:2': [3, 2], '2:3': [2, 3], '16:9': [16, 9], '9:16': [9, 16] } as const;
export type Ratio = keyof typeof ratios;
const ratioNames = Object.keys(ratios) as readonly Ratio[];

export interface SizePreset {
  readonly ratio: Ratio;
  readonly width: number;
  readonly height: number;
}

/** One size a shape: the model's own area, sides a multiple of 64 px (of 16 for models made for small pictures). */
export function sizePresets(model: ModelSummary | null, usual: UsualParameters | null): readonly SizePreset[] {
  return ratioNames.map((ratio) => {
    const [across, down] = ratios[ratio];
    return { ratio, ...sizeOfShape(defaultParams(model, usual), across / down) };
  });
}

/** The size of that shape (width by height) whose area is that of the model's own size. */
export function sizeOfShape(
  { width, height }: Pick<Params, 'width' | 'height'>,
  shape: number,
): { readonly width: number; readonly height: number } {
  const area = width * height;
  const step = area >= 512 * 512 ? 64 : 16;
  const side = (length: number) => Math.min(limits.maxSide, Math.max(step, Math.round(length / step) * step));
  return { width: side(Math.sqrt(area * shape)), height: side(Math.sqrt(area / shape)) };
}

const farAreas = 2.5;

/** The size that the model says it was made for, where the chosen one is so far from it that pictures suffer; else null. */
export function missedSize(
  { width, height }: Pick<Params, 'width' | 'height'>,
  model: ModelSummary | null,
): { readonly width: number; readonly height: number } | null {
  const { width: ownWidth, height: ownHeight } = model?.generation_defaults ?? {};
  if (ownWidth === undefined || ownHeight === undefined) return null;
  const areas = (width * height) / (ownWidth * ownHeight);
  return areas > farAreas || areas < 1 / farAreas ? { width: ownWidth, height: ownHeight } : null;
}

/** A typed side as the nearest one that a request may carry. */
export function nearestSide(pixels: number): number {
  return Math.min(limits.maxSide, Math.max(limits.minSide, Math.round(pixels / 8) * 8));
}

export function drawSeed(random: () => number): number {
  return Math.floor(random() * (maxSeed + 1));
}

/** What a job asked for, as a draft: the picture's own seed, one picture. Its start picture is found again by its name. */
export function draftOf({ request, chain }: Pick<Job, 'request' | 'chain'>, seed: number | null): Draft {
  return {
    ...emptyDraft,
    modelId: request.model_id ?? null,
    prompt: request.prompt,
    negativePrompt: request.negative_prompt,
    width: request.width ?? null,
    height: request.height ?? null,
    steps: request.steps ?? null,
    guidanceScale: request.guidance_scale ?? null,
    sampler: request.sampler,
    scheduler: request.scheduler,
    seed,
    strength: request.strength ?? emptyDraft.strength,
    resizeMode: request.resize_mode ?? emptyDraft.resizeMode,
    upscale: chain?.upscale.scale ?? null,
    subseed: request.subseed !== undefined && request.subseed >= 0 ? request.subseed : null,
    subseedStrength: request.subseed_strength ?? 0,
    promptSyntax: request.prompt_syntax ?? null,
    clipSkip: request.clip_skip ?? null,
    rng: request.rng ?? null,
  };
}

/** What a picture file says of its making, over the draft: what it doesn't say goes back to the model's own. */
export function recalledDraft(settings: RecalledSettings, modelId: string | null, draft: Draft): Draft {
  return {
    ...emptyDraft,
    modelId: modelId ?? draft.modelId,
    saving: draft.saving,
    prompt: settings.prompt,
    negativePrompt: settings.negative_prompt,
    width: settings.width ?? null,
    height: settings.height ?? null,
    steps: settings.steps ?? null,
    guidanceScale: settings.guidance_scale ?? null,
    sampler: settings.sampler ?? 'Automatic',
    scheduler: settings.scheduler ?? 'Automatic',
    seed: settings.seed ?? null,
    strength: settings.strength ?? emptyDraft.strength,
    subseed: settings.subseed ?? null,
    subseedStrength: settings.subseed_strength ?? 0,
    clipSkip: settings.clip_skip ?? null,
    rng: settings.rng ?? null,
  };
}
