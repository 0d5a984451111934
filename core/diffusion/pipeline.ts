import { join } from 'node:path';
import { Failed } from '../contract/failure.ts';
import type { Pixels, ProviderName, RunEvent, RunMetrics, RunPlan } from '../contract/generate/runner.ts';
import type { ExecutionDescriptor } from '../contract/library/descriptor.ts';
import { latentOf } from './latent-scale.ts';
import type { Part, PictureShape } from './memory/memory-need.ts';
import { roomFor } from './memory/room.ts';
import type { Networks, Tensor } from './networks.ts';
import { openNetworks } from './open-networks.ts';
import { resolvePrompts } from './pipeline/conditioning.ts';
import { denoise, yieldOrCancel } from './pipeline/denoise.ts';
import { latentMask } from './pipeline/latent-mask.ts';
import { fromPixels, toPixels } from './pipeline/pixels.ts';
import { colourMaps, previewOf } from './pipeline/preview.ts';
import { promptEncoder } from './pipeline/prompt-encoder.ts';
import { type PictureStart, type StartInput, startPicture } from './pipeline/start.ts';
import { tiledVae } from './pipeline/tiled-vae.ts';
import { type PipelineIndex, readPipelineIndex } from './pipeline-index.ts';
import { chooseProvider } from './providers/choose-provider.ts';
import { noiseGenerator } from './random/noise-generator.ts';
import { readSchedulerConfig } from './schedulers/read-scheduler-config.ts';
import { schedulerFor } from './schedulers/scheduler-for.ts';
import { type ClipTokenizer, openTokenizer } from './tokenizer/clip-tokenizer.ts';

/** A bundle ready to run. One run at a time; the opener closes it. */
export interface Pipeline {
  /**
   * Makes the plan's pictures one after the other, each from a generator of its own seed.
   *
   * `start` is what they are made from, the plan's own picture or noise unless given. Throws `canceled` once `isCanceled()` says so, between two steps; `invalid_input` and `unsupported_config` before anything runs; and
   * what the networks throw. A picture that `isSkipped` names takes no further step and is decoded as it stands.
   */
  run(
    plan: RunPlan,
    onEvent: (event: RunEvent) => void,
    isCanceled: () => boolean,
    start?: PictureStart,
    isSkipped?: (itemIndex: number) => boolean,
  ): Promise<RunMetrics>;
  close(): Promise<void>;
}

export interface PipelineParts {
  openNetworks(entryPath: string, wanted: ProviderName): Promise<Networks>;
  /** Memory that is free now, in bytes; the system's word unless given. */
  readonly availableBytes?: () => number;
}

const realParts: PipelineParts = {
  openNetworks: async (entryPath, wanted) => {
    const choice = await chooseProvider(wanted);
    const networks = await openNetworks(entryPath, choice.provider, choice.attention, choice.precision);
    return { ...networks, providerNote: choice.note };
  },
};

/**
 * Opens a diffusers folder: reads and checks its configs, tokenizers and weights' headers. Weights are loaded when they are first needed.
 *
 * Throws `unreadable`, `unsupported_config`, `invalid_weights`, `provider_unavailable`, each naming the file or the provider.
 */
export async function openPipeline(
  { entry_path: entryPath }: Pick<ExecutionDescriptor, 'entry_path'>,
  provider: ProviderName,
  parts: PipelineParts = realParts,
): Promise<Pipeline> {
  const index = await readPipelineIndex(entryPath);
  const tokenizers = await openTokenizers(entryPath, index);
  const schedulerPath = join(entryPath, 'scheduler', 'scheduler_config.json');
  const schedulerConfig = await readSchedulerConfig(schedulerPath);
  const networks = await parts.openNetworks(entryPath, provider);
  const encoder = promptEncoder(networks, tokenizers);
  const room = roomFor(networks.memory, parts.availableBytes);

  return {
    run: async (
      plan,
      onEvent,
      isCanceled,
      start = startOf(plan, networks.pixelsPerLatent),
      isSkipped = () => false,
    ) => {
      const { sampler, scheduler, make } = schedulerFor({
        config: schedulerConfig,
        path: schedulerPath,
        indexClass: index.classOf('scheduler'),
        sampler: plan.sampler,
        scheduler: plan.scheduler,
        steps: plan.steps,
      });
      const dims = latentDims(plan, networks);
      const pause = (): Promise<void> => yieldOrCancel(isCanceled);
      const shape = shapeOf(plan, networks);
      const initShape = plan.init === null ? shape : { ...shape, ...sizeOf(plan.init.pixels) };
      room.check(partsFromNoise, shape);
      if (start.kind === 'image') room.check(['encode'], initShape);
      const vae = tiledVae(networks, pause);
      const clock = { text_ms: 0, denoise_ms: 0, decode_ms: 0 };
      const timed = async <Result>(part: keyof typeof clock, work: () => Promise<Result>): Promise<Result> => {
        const startedMs = performance.now();
        try {
          return await work();
        } finally {
          clock[part] += performance.now() - startedMs;
        }
      };

      onEvent({ kind: 'progress', stage: 'text', item_index: 0, step: 0, step_count: make().timesteps.length });
      await pause();
      const conditioningAt = await timed('text_ms', async () => {
        await room.make('text', shape);
        return resolvePrompts({ plan, tokenizers, encoder, takesGuidance: networks.takesGuidance, pause });
      });
      await room.leave('text');

      for (const [item_index, seed] of plan.seeds.entries()) {
        const picture = await timed('denoise_ms', async () => {
          const one = make();
          const generator = noiseGenerator(plan.rng, seed);
          if (start.kind === 'image') await room.make('encode', initShape);
          const { latents, firstIndex, keep } = await startPicture(start, {
            encode: vae.encode,
            scale: networks,
            scheduler: one,
            generator,
            variation: variationOf(plan, item_index),
            dims,
            steps: plan.steps,
          });
          const colours = colourMaps(networks, () => room.fits('decode', previewShape));
          const onStep = async (step: number, step_count: number, original: Tensor): Promise<void> => {
            onEvent({ kind: 'progress', stage: 'denoise', item_index, step, step_count });
            const isDue = plan.preview_every_steps > 0 && step % plan.preview_every_steps === 0 && step < step_count;
            if (!isDue) return;
            onEvent({ kind: 'preview', item_index, pixels: previewOf(original, await colours(original)) });
          };
          await room.make('noise', shape);
          const draw = (): Float32Array => generator.randn(latents.data.length);
          const finished = await denoise({
            networks,
            scheduler: one,
            conditioningAt,
            latents,
            firstIndex,
            draw,
            keep,
            onStep,
            isCanceled,
            isSkipped: () => isSkipped(item_index),
          });
          return { ...finished, step_count: one.timesteps.length - firstIndex };
        });
        await pause();
        const { step_count, taken } = picture;
        const onTile = async (step: number, tiles: number): Promise<void> => {
          await pause();
          onEvent({ kind: 'progress', stage: 'decode', item_index, step, step_count: tiles });
        };
        onEvent({ kind: 'progress', stage: 'decode', item_index, step: 0, step_count: 1 });
        const image = await timed('decode_ms', async () => {
          await room.make('decode', shape);
          return tiledVae(networks, onTile).decode(latentOf(picture.latents, networks));
        });
        const stopped = taken < step_count && { stopped_after: taken };
        onEvent({ kind: 'image', item_index, seed, pixels: toPixels(image), sampler, scheduler, ...stopped });
        onEvent({ kind: 'progress', stage: 'decode', item_index, step: 1, step_count: 1 });
      }
      // Weights are read by the first text, step and picture that need them: their time is part of those.
      return { load_ms: 0, ...clock, ...providerOf(networks), sampler, scheduler };
    },
    close: () => networks.close(),
  };
}

const partsFromNoise: readonly Part[] = ['text', 'noise', 'decode'];

const sizeOf = ({ width, height }: Pixels) => ({ width, height });

const shapeOf = ({ width, height, guidance_scale }: RunPlan, { takesGuidance }: Networks): PictureShape => ({
  width,
  height,
  rows: guidance_scale > 1 && !takesGuidance ? 2 : 1,
});

const providerOf = ({ provider, providerNote = null }: Networks) => ({ provider, provider_note: providerNote });

/** What a preview is fitted by. */
const previewShape: PictureShape = { width: 128, height: 128, rows: 1 };

function startOf({ init, width, height }: RunPlan, pixelsPerLatent: number): PictureStart {
  if (init === null) return { kind: 'noise' };
  const mask = init.mask && latentMask(init.mask, { width, height }, pixelsPerLatent);
  const { strength, stretches_latent: stretchesLatent = false } = init;
  return { kind: 'image', image: fromPixels(init.pixels), strength, stretchesLatent, ...(mask && { mask }) };
}

function variationOf({ variation, rng }: RunPlan, itemIndex: number): StartInput['variation'] {
  if (variation === null) return null;
  return { generator: noiseGenerator(rng, variation.subseeds[itemIndex] ?? 0), strength: variation.strength };
}

async function openTokenizers(entryPath: string, { family }: PipelineIndex): Promise<readonly ClipTokenizer[]> {
  return Promise.all(family.tokenizers.map((folder) => openTokenizer(join(entryPath, folder))));
}

function latentDims(plan: RunPlan, { latentChannels, pixelsPerLatent }: Networks): readonly number[] {
  const { width, height, init } = plan;
  for (const [field, value] of Object.entries({ width, height })) {
    if (value % pixelsPerLatent !== 0)
      throw new Failed('invalid_input', { field, reason: `a multiple of ${pixelsPerLatent} px` });
  }
  if (init !== null) checkInit(init, { width, height }, pixelsPerLatent);
  if (init?.mask && init.mask.grey.length !== width * height)
    throw new Failed('invalid_input', { field: 'init.mask', reason: `a mask of ${width}x${height} px` });
  return [1, latentChannels, height / pixelsPerLatent, width / pixelsPerLatent];
}

function checkInit(
  { pixels, stretches_latent = false }: NonNullable<RunPlan['init']>,
  { width, height }: Pick<RunPlan, 'width' | 'height'>,
  pixelsPerLatent: number,
): void {
  const isWhole = pixels.width % pixelsPerLatent === 0 && pixels.height % pixelsPerLatent === 0;
  if (stretches_latent ? !isWhole : pixels.width !== width || pixels.height !== height) {
    const reason = stretches_latent
      ? `a picture of multiples of ${pixelsPerLatent} px`
      : `a picture of ${width}x${height} px`;
    throw new Failed('invalid_input', { field: 'init', reason });
  }
}
