import { z } from 'zod';
import { Failure } from '../failure.ts';
import { Stage } from '../jobs/job.ts';
import { ExecutionDescriptor } from '../library/descriptor.ts';
import { NoiseSource, PromptSyntax, SamplerName, SchedulerName } from './generate.ts';

export const ProviderName = z.enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml']);
export type ProviderName = z.infer<typeof ProviderName>;

export const RunnerKind = z.enum(['onnx', 'fake']);
export type RunnerKind = z.infer<typeof RunnerKind>;

/** What the window's status line and `/healthz` say of the runner. */
export const RunnerStatus = z.object({
  kind: RunnerKind,
  state: z.enum(['stopped', 'starting', 'ready', 'busy']),
  provider: z.string().nullable(),
  provider_note: z
    .string()
    .nullable()
    .optional()
    .describe('Why the last run was not on another provider, or not as fast as it could be'),
  threads: z.int().nullable(),
  loaded_model_id: z.string().nullable(),
  memory_bytes: z.number().nullable(),
  restarts: z.int().nonnegative(),
  last_failure: Failure.nullable(),
});
export type RunnerStatus = z.infer<typeof RunnerStatus>;

/** Row-major, 8-bit RGB, no padding: `width * height * 3` bytes. */
export const Pixels = z.object({
  width: z.int().positive(),
  height: z.int().positive(),
  rgb: z.instanceof(Uint8Array),
});
export type Pixels = z.infer<typeof Pixels>;

/** Which part of an init picture is made anew. */
export const RunMask = z.object({
  grey: z.instanceof(Uint8Array).describe('`width * height` bytes of the plan: 255 is made anew, 0 stays'),
  begins_as: z.enum(['init', 'noise', 'nothing']).describe('What the latent is there before its noise'),
});
export type RunMask = z.infer<typeof RunMask>;

/** One batch of pictures, with nothing left to decide: the runner reads no option, library or file but the descriptor's. */
export const RunPlan = z.object({
  descriptor: ExecutionDescriptor,
  provider: ProviderName,
  prompt: z.string(),
  negative_prompt: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  steps: z.int().positive(),
  guidance_scale: z.number(),
  sampler: SamplerName,
  scheduler: SchedulerName,
  seeds: z.array(z.int().nonnegative()).min(1).describe('One a picture'),
  prompt_syntax: PromptSyntax,
  clip_skip: z.int().positive().describe("1: the bundle's own reading"),
  rng: NoiseSource,
  variation: z
    .object({ subseeds: z.array(z.int().nonnegative()).describe('One a picture'), strength: z.number().min(0).max(1) })
    .nullable()
    .describe('A second noise, mixed into the first'),
  init: z
    .object({
      pixels: Pixels,
      strength: z.number().min(0).max(1),
      mask: RunMask.optional(),
      stretches_latent: z
        .boolean()
        .optional()
        .describe("It may be of another size than the plan: its latent is stretched to the plan's"),
    })
    .nullable()
    .describe('The picture to start from, already of the size of the plan'),
  preview_every_steps: z.int().nonnegative().describe('0: no previews'),
});
export type RunPlan = z.infer<typeof RunPlan>;

export const RunMetrics = z.object({
  load_ms: z.number(),
  text_ms: z.number(),
  denoise_ms: z.number(),
  decode_ms: z.number(),
  provider: z.string(),
  provider_note: z.string().nullable().optional().describe('Why it was not another, or not used as it could be'),
  sampler: z.string().describe('The sampler that ran: never Automatic'),
  scheduler: z.string(),
});
export type RunMetrics = z.infer<typeof RunMetrics>;

/** What a run tells while it goes on. `step` counts finished steps. */
export const RunEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), stage: Stage, item_index: z.int(), step: z.int(), step_count: z.int() }),
  z.object({ kind: z.literal('preview'), item_index: z.int(), pixels: Pixels }),
  z.object({
    kind: z.literal('image'),
    item_index: z.int(),
    seed: z.int(),
    pixels: Pixels,
    sampler: z.string().optional().describe('The sampler that ran, never Automatic: the infotext names it'),
    scheduler: z.string().optional(),
    stopped_after: z
      .int()
      .nonnegative()
      .optional()
      .describe('Of a picture whose steps were ended early: how many it had'),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** The part of AbortSignal that a runner needs, in words that a browser and Node agree on. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Tells of pictures whose steps are to end: each is decoded as it stands, and the next begins. One that is finished stays as it is. */
export interface SkipSignal {
  /** Calls back for every such picture, also for those told before. Answers how to leave. */
  listen(listener: (itemIndex: number) => void): () => void;
}

/**
 * The port to whatever makes pictures. One run at a time; a second waits its turn.
 * `run` rejects with `Failed`: `canceled` after the signal, `runner_crashed` when its process ended, or what the network said.
 */
export interface ImageRunner {
  readonly kind: RunnerKind;
  run(plan: RunPlan, onEvent: (event: RunEvent) => void, signal: CancelSignal, skips?: SkipSignal): Promise<RunMetrics>;
  status(): RunnerStatus;
  /** Ends the process and gives its memory back; the next run starts it again. */
  unload(): Promise<void>;
  close(): Promise<void>;
}

/** To the runner process. The answer to `run` is any number of `event`, then one `done` or `failed`, all with its `id`. */
export const RunnerRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), id: z.int(), plan: RunPlan }),
  z.object({ kind: z.literal('cancel'), id: z.int() }),
  z.object({ kind: z.literal('skip'), id: z.int(), item_index: z.int().nonnegative() }),
  z.object({
    kind: z.literal('probe'),
    id: z.int(),
    fresh: z.boolean().default(false).describe('Whether what was tried before is tried anew'),
  }),
]);
export type RunnerRequest = z.infer<typeof RunnerRequest>;

export const ProviderReport = z.object({ name: z.string(), usable: z.boolean(), reason: z.string().nullable() });
export type ProviderReport = z.infer<typeof ProviderReport>;

/** From the runner process. `ready` comes once, first. */
export const RunnerReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), threads: z.int() }),
  z.object({ kind: z.literal('event'), id: z.int(), event: RunEvent }),
  z.object({ kind: z.literal('done'), id: z.int(), metrics: RunMetrics, memory_bytes: z.number() }),
  z.object({ kind: z.literal('probed'), id: z.int(), runtime_version: z.string(), providers: z.array(ProviderReport) }),
  z.object({ kind: z.literal('failed'), id: z.int(), failure: Failure }),
]);
export type RunnerReply = z.infer<typeof RunnerReply>;
