import type { ExecutionDescriptor } from '../contract/descriptor.ts';
import { GenerateRequest } from '../contract/generate.ts';
import type { GenerationDefaults } from '../contract/metadata.ts';
import type { Options } from '../contract/options.ts';
import type { RunPlan } from '../contract/runner.ts';
import { previewEverySteps } from './options.ts';
import { seedsOf } from './seeds.ts';

/** A model that a request named, ready to be run. */
export interface ResolvedModel {
  readonly descriptor: ExecutionDescriptor;
  readonly defaults: GenerationDefaults | null;
  readonly name: string;
  /** First 10 hex digits of the weights' sha256, where they are known. */
  readonly shortHash: string | null;
}

type Sizes = Pick<RunPlan, 'width' | 'height' | 'steps' | 'guidance_scale'>;

/**
 * Leaves nothing to decide: what the request left out comes from the model's own defaults, else from its family's.
 * The sampler does not: `Automatic` follows the bundle's scheduler config, which is what diffusers does with it.
 */
export function planRun(request: GenerateRequest, model: ResolvedModel, options: Options, seed: number): RunPlan {
  const { prompt, negative_prompt, sampler, scheduler, count } = request;
  return {
    descriptor: model.descriptor,
    provider: options.execution_provider,
    prompt,
    negative_prompt,
    ...sizesOf(request, model),
    sampler,
    scheduler,
    seeds: seedsOf(seed, count),
    preview_every_steps: previewEverySteps(options),
  };
}

function sizesOf(request: GenerateRequest, { defaults, descriptor }: ResolvedModel): Sizes {
  const family = familyDefaults(descriptor.pipeline_class);
  const own = (name: keyof Sizes): number => request[name] ?? usable(name, defaults?.[name]) ?? family[name];
  return { width: own('width'), height: own('height'), steps: own('steps'), guidance_scale: own('guidance_scale') };
}

/** A default that no request could ask for is passed over: metadata.json may hold anything. */
function usable(name: keyof Sizes, value: unknown): number | undefined {
  const checked = GenerateRequest.shape[name].safeParse(value);
  return checked.success ? checked.data : undefined;
}

function familyDefaults(pipelineClass: string | null): Sizes {
  const side = pipelineClass?.startsWith('StableDiffusionXL') ? 1024 : 512;
  return { width: side, height: side, steps: 20, guidance_scale: 7 };
}
