import type { GenerateRequest, PixelResizeMode, UsualParameters } from '../contract/generate/generate.ts';
import type { RunPlan } from '../contract/generate/runner.ts';
import type { ExecutionDescriptor } from '../contract/library/descriptor.ts';
import type { GenerationDefaults } from '../contract/library/metadata.ts';
import type { Options } from '../contract/settings/options.ts';
import type { Imaging } from './imaging/imaging.ts';
import { inWholeSteps, type PictureSize, sizeFrom } from './pictures/picture-size.ts';
import { sameSeeds, secondSeed, seedsOf } from './seeds.ts';
import { previewEverySteps } from './settings/options.ts';
import { type MadeFor, usualParameters } from './usual-parameters.ts';

/** A model that a request named, ready to be run. */
export interface ResolvedModel {
  readonly descriptor: ExecutionDescriptor;
  readonly defaults: GenerationDefaults | null;
  readonly madeFor: MadeFor;
  readonly name: string;
  /** First 10 hex digits of the weights' sha256, where they are known. */
  readonly shortHash: string | null;
}

/** A picture that a request starts from, its file read and checked. */
export interface InitPicture extends PictureSize {
  readonly bytes: Uint8Array;
}

/** How much of an init picture is made anew where the request doesn't say. */
export const usualStrength = 0.75;
/** Of a request that has a mask, too: a mask lies over pixels, so that nothing is stretched as a latent there. */
export const pixelResizeMode = ({ resize_mode: mode = 0 }: GenerateRequest): PixelResizeMode => (mode === 3 ? 0 : mode);

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
    init: picture === null ? null : await initOf(request, picture, sizes, initPixels),
    preview_every_steps: previewEverySteps(options),
  };
}

async function initOf(
  request: GenerateRequest,
  picture: InitPicture,
  size: PictureSize,
  initPixels: Imaging['initPixels'],
): Promise<NonNullable<RunPlan['init']>> {
  const { resize_mode, strength = usualStrength } = request;
  if (resize_mode !== 3) return { pixels: await initPixels(picture.bytes, size, pixelResizeMode(request)), strength };
  return { pixels: await initPixels(picture.bytes, inWholeSteps(picture), 0), strength, stretches_latent: true };
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
  { defaults, descriptor, madeFor }: ResolvedModel,
  picture: InitPicture | null,
): UsualParameters {
  const usual = usualParameters({ defaults, madeFor, pipelineClass: descriptor.pipeline_class });
  const isOpen = request.width === undefined && request.height === undefined;
  return {
    ...(picture !== null && isOpen
      ? sizeFrom(picture, usual)
      : { width: request.width ?? usual.width, height: request.height ?? usual.height }),
    steps: request.steps ?? usual.steps,
    guidance_scale: request.guidance_scale ?? usual.guidance_scale,
  };
}
