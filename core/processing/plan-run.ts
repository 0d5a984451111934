import type { ExecutionDescriptor } from '../contract/descriptor.ts';
import { GenerateRequest, type ResizeMode } from '../contract/generate.ts';
import type { GenerationDefaults } from '../contract/metadata.ts';
import type { Options } from '../contract/options.ts';
import type { RunPlan } from '../contract/runner.ts';
import type { Imaging } from './imaging/imaging.ts';
import { type PictureSize, sizeFrom } from './pictures/picture-size.ts';
import { sameSeeds, secondSeed, seedsOf } from './seeds.ts';
import { previewEverySteps } from './settings/options.ts';

/** A model that a request named, ready to be run. */
export interface ResolvedModel {
  readonly descriptor: ExecutionDescriptor;
  readonly defaults: GenerationDefaults | null;
  /** The size that it was trained for; null where its files do not say. */
  readonly nativeSize: PictureSize | null;
  readonly name: string;
  /** First 10 hex digits of the weights' sha256, where they are known. */
  readonly shortHash: string | null;
}

type Sizes = Pick<RunPlan, 'width' | 'height' | 'steps' | 'guidance_scale'>;

/** A picture that a request starts from, its file read and checked. */
export interface InitPicture extends PictureSize {
  readonly bytes: Uint8Array;
}

/** How much of an init picture is made anew where the request doesn't say. */
export const usualStrength = 0.75;
const usualResizeMode: ResizeMode = 0;

/**
 * Leaves nothing to decide: what the request left out comes from the model's own defaults, else from its family's, else from the options.
 * The sampler does not: `Automatic` follows the bundle's scheduler config, which is what diffusers does with it.
 * Seeds that it left open come from `drawnSeed`: a run that goes on after a pause has the plan that it began with.
 */
export async function planRun(
  request: GenerateRequest,
  model: ResolvedModel,
  options: Options,
  picture: InitPicture | null,
  drawnSeed: number,
  { initPixels }: Pick<Imaging, 'initPixels'>,
): Promise<RunPlan> {
  const { prompt, negative_prompt, sampler, scheduler, count } = request;
  const seed = request.seed === -1 ? drawnSeed : request.seed;
  const sizes = sizesOf(request, model, picture);
  const variation = variationOf(request, drawnSeed);
  return {
    descriptor: model.descriptor,
    provider: options.execution_provider,
    prompt,
    negative_prompt,
    ...sizes,
    sampler,
    scheduler,
    seeds: variation === null ? seedsOf(seed, count) : sameSeeds(seed, count),
    prompt_syntax: request.prompt_syntax ?? options.prompt_syntax,
    clip_skip: request.clip_skip ?? options.CLIP_stop_at_last_layers,
    rng: request.rng ?? (options.randn_source === 'CPU' ? 'cpu' : 'nv'),
    variation,
    init:
      picture === null
        ? null
        : {
            pixels: await initPixels(picture.bytes, sizes, request.resize_mode ?? usualResizeMode),
            strength: request.strength ?? usualStrength,
          },
    preview_every_steps: previewEverySteps(options),
  };
}

function variationOf(
  { subseed = -1, subseed_strength: strength = 0, count }: GenerateRequest,
  drawnSeed: number,
): RunPlan['variation'] {
  if (strength === 0) return null;
  return { subseeds: seedsOf(subseed === -1 ? secondSeed(drawnSeed) : subseed, count), strength };
}

function sizesOf(
  request: GenerateRequest,
  { defaults, descriptor, nativeSize }: ResolvedModel,
  picture: InitPicture | null,
): Sizes {
  const family = { ...familyDefaults(descriptor.pipeline_class), ...(nativeSize !== null && askable(nativeSize)) };
  const usual = (name: keyof Sizes): number => usable(name, defaults?.[name]) ?? family[name];
  const own = (name: keyof Sizes): number => request[name] ?? usual(name);
  const size = { width: usual('width'), height: usual('height') };
  const isOpen = request.width === undefined && request.height === undefined;
  return {
    ...(picture !== null && isOpen ? sizeFrom(picture, size) : { width: own('width'), height: own('height') }),
    steps: own('steps'),
    guidance_scale: own('guidance_scale'),
  };
}

/** A size that the configs name and a request could ask for. */
function askable({ width, height }: PictureSize): PictureSize | null {
  return usable('width', width) !== undefined && usable('height', height) !== undefined ? { width, height } : null;
}

/** A default that no request could ask for is passed over: metadata.json may hold anything. */
function usable(name: keyof Sizes, value: unknown): number | undefined {
  const checked = GenerateRequest.shape[name].safeParse(value);
  return checked.success ? checked.data : undefined;
}

function familyDefaults(pipelineClass: string | null): Sizes {
  const side = pipelineClass?.startsWith('StableDiffusionXL') ? 1024 : 512;
  // What a latent consistency model was distilled for, and what diffusers runs it with.
  const isDistilled = pipelineClass === 'LatentConsistencyModelPipeline';
  return { width: side, height: side, steps: isDistilled ? 4 : 20, guidance_scale: isDistilled ? 8.5 : 7 };
}
