import { GenerateRequest, type UsualParameters } from '../contract/generate/generate.ts';
import type { GenerationDefaults } from '../contract/library/metadata.ts';
import type { PictureSize } from './pictures/picture-size.ts';

/** What a model's files say that it was trained for. */
export interface MadeFor {
  readonly size: PictureSize | null;
  /** Its network draws in a few steps, and takes guidance as an input, or not at all. */
  readonly distilled: 'told_guidance' | 'no_guidance' | null;
}

interface Sources {
  /** Of its metadata.json. */
  readonly defaults: GenerationDefaults | null;
  readonly madeFor: MadeFor;
  readonly pipelineClass: string | null;
}

/** What a request takes that leaves them out: the model's own defaults, else what its files say, else its family's. */
export function usualParameters({ defaults, madeFor, pipelineClass }: Sources): UsualParameters {
  const family = {
    ...familyParameters(pipelineClass),
    ...(madeFor.distilled !== null && distilledParameters[madeFor.distilled]),
    ...(madeFor.size !== null && askable(madeFor.size)),
  };
  const usual = (name: keyof UsualParameters): number => usable(name, defaults?.[name]) ?? family[name];
  return {
    width: usual('width'),
    height: usual('height'),
    steps: usual('steps'),
    guidance_scale: usual('guidance_scale'),
  };
}

/**
 * The numbers of diffusers' own pages: its latent consistency pipeline's defaults, and for Turbo, whose makers ask for one to four
 * steps, the most of these. A scale of 1 is no guidance.
 */
const distilledParameters = {
  told_guidance: { steps: 4, guidance_scale: 8.5 },
  no_guidance: { steps: 4, guidance_scale: 1 },
} as const;

function familyParameters(pipelineClass: string | null): UsualParameters {
  const side = pipelineClass?.startsWith('StableDiffusionXL') ? 1024 : 512;
  const isDistilled = pipelineClass === 'LatentConsistencyModelPipeline';
  return { width: side, height: side, ...(isDistilled ? distilledParameters.told_guidance : usualOfAll) };
}

const usualOfAll = { steps: 20, guidance_scale: 7 } as const;

/** A size that the configs name and a request could ask for. */
function askable({ width, height }: PictureSize): PictureSize | null {
  return usable('width', width) !== undefined && usable('height', height) !== undefined ? { width, height } : null;
}

/** A default that no request could ask for is passed over: metadata.json may hold anything. */
function usable(name: keyof UsualParameters, value: unknown): number | undefined {
  const checked = GenerateRequest.shape[name].safeParse(value);
  return checked.success ? checked.data : undefined;
}
