import { createHash, randomInt } from 'node:crypto';
import { z } from 'zod';
import { Failed } from '../../contract/failure.ts';
import {
  GenerateRequest,
  limits,
  maxSeed,
  type SamplerName,
  type SchedulerName,
  samplerNames,
  schedulerNames,
} from '../../contract/generate/generate.ts';
import { invalidInput } from '../../contract/invalid-input.ts';
import { Chain } from '../../contract/jobs/job-extras.ts';

/** Fields that are this program's own, under the names that its other doors have for them. */
const ownFields = {
  init_image: GenerateRequest.shape.init_image.nullable(),
  strength: GenerateRequest.shape.strength.nullable(),
  resize_mode: GenerateRequest.shape.resize_mode.nullable(),
  clip_skip: GenerateRequest.shape.clip_skip.nullable(),
  subseed: GenerateRequest.shape.subseed.nullable(),
  subseed_strength: GenerateRequest.shape.subseed_strength.nullable(),
  rng: GenerateRequest.shape.rng.nullable(),
  prompt_syntax: GenerateRequest.shape.prompt_syntax.nullable(),
  mask: GenerateRequest.shape.mask.nullable(),
  hires: GenerateRequest.shape.hires.nullable(),
  tiled_upscale: GenerateRequest.shape.tiled_upscale.nullable(),
};

const ChainField = z.object({ upscale: Chain.shape.upscale.nullish() });

/** The body of `POST /v1/jobs`. Fields that are not named here are ignored. */
export const JobCreateRequest = z.object({
  type: z.literal('generate'),
  prompt: z.string().min(1).max(limits.promptCharacters),
  negative_prompt: z.string().max(limits.promptCharacters).nullish(),
  width: z.int().default(1024),
  height: z.int().default(1024),
  steps: z.int().default(30),
  guidance: z.number().default(7),
  scheduler: z.string().nullish().describe('A sampler, a scheduler, or both: "Euler a", "Karras", "DPM++ 2M Karras"'),
  format: z.enum(['png', 'jpg']).default('png'),
  embed_metadata: z.boolean().default(true),
  seed: z.int().min(0).max(maxSeed).nullish().describe('Picture i has seed + i; drawn when left out'),
  count: z.int().min(1).max(limits.maxCount).default(1),
  model_id: z.string().nullish(),
  ...ownFields,
  chain: ChainField.nullish().describe('{"upscale": {"scale": 2}}: the pictures once more, 2 or 4 times larger'),
});
type JobCreateRequest = z.infer<typeof JobCreateRequest>;

const UpscaleStep = z.object({ type: z.literal('upscale'), scale: z.unknown(), mode: z.literal('image').optional() });

const unsupportedPipeline = () =>
  new Failed('invalid_input', { field: 'pipeline', reason: 'M5 only supports [generate, upscale]' });

/** Reads a body into the input of `jobs.generate`. Throws `invalid_input` with the field. */
export function readJobRequest(body: unknown, idempotencyKey: string | null): Readonly<Record<string, unknown>> {
  const checked = JobCreateRequest.safeParse(withoutPipeline(body));
  if (!checked.success) throw invalidInput(checked.error);
  const request = checked.data;
  const upscale = request.chain?.upscale;
  return {
    origin: 'jobs_api',
    request: {
      ...(request.model_id && { model_id: request.model_id }),
      prompt: request.prompt,
      negative_prompt: request.negative_prompt ?? '',
      width: request.width,
      height: request.height,
      steps: request.steps,
      guidance_scale: request.guidance,
      ...samplerOf(request.scheduler ?? ''),
      seed: request.seed ?? drawSeed(request.count),
      count: request.count,
      ...ownFieldsOf(request),
    },
    overrides: { samples_format: request.format, enable_pnginfo: request.embed_metadata },
    ...(upscale && { chain: { upscale } }),
    ...(idempotencyKey !== null && {
      idempotency: { key_sha256: sha256(idempotencyKey), body_sha256: sha256(canonical(body)) },
    }),
  };
}

function ownFieldsOf(request: JobCreateRequest): Readonly<Record<string, unknown>> {
  const given = Object.keys(ownFields).map((name) => [name, request[name as keyof typeof ownFields]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== undefined));
}

/** `pipeline: [{type: generate, ...}, {type: upscale, scale}]` is another way to write a chain of those two, and of nothing else. */
function withoutPipeline(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('pipeline' in body)) return body;
  const { pipeline } = body;
  if (!Array.isArray(pipeline) || pipeline.length !== 2 || 'chain' in body) throw unsupportedPipeline();
  const [first, second] = pipeline as readonly unknown[];
  const upscale = UpscaleStep.safeParse(second);
  const isGenerate = typeof first === 'object' && first !== null && 'type' in first && first.type === 'generate';
  if (!isGenerate || !upscale.success) throw unsupportedPipeline();
  const { scale } = upscale.data;
  return { ...first, chain: { upscale: scale === undefined ? {} : { scale } } };
}

const firstSeed = 1;
const endOfSeeds = 2 ** 31;

function drawSeed(count: JobCreateRequest['count']): number {
  return randomInt(firstSeed, endOfSeeds - count);
}

/** "DPM++ 2M Karras", "dpmpp_2m_karras" and "k_dpmpp_2m" with "karras" are one; nothing is no wish. */
function samplerOf(given: string): { readonly sampler: SamplerName; readonly scheduler: SchedulerName } {
  const wanted = bare(given);
  if (wanted === '') return { sampler: 'Automatic', scheduler: 'Automatic' };
  for (const sampler of samplerNames) {
    for (const scheduler of schedulerNames) {
      const words = [
        bare(sampler) + bare(scheduler),
        ...(scheduler === 'Automatic' ? [bare(sampler)] : []),
        ...(sampler === 'Automatic' ? [bare(scheduler)] : []),
      ];
      if (words.includes(wanted)) return { sampler, scheduler };
    }
  }
  throw new Failed('invalid_input', { field: 'scheduler', reason: `it must be one of ${samplerNames.join(', ')}` });
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^k_/, '')
    .replace('euler_ancestral', 'euler_a')
    .replaceAll('+', 'p')
    .replaceAll(/[^a-z0-9]/g, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The same text for the same JSON, however its keys are ordered. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
