import type { GenerateRequest, Timings } from '../contract/generate/generate.ts';
import type { CancelSignal, RunEvent, RunPlan, SkipSignal } from '../contract/generate/runner.ts';
import type { JobId } from '../contract/ids.ts';
import type { Artifact } from '../contract/jobs/job.ts';
import { restPrefix } from '../contract/rest.ts';
import { defaultOptions, type Options } from '../contract/settings/options.ts';
import type { Imaging } from './imaging/imaging.ts';
import { usualUpscaler } from './imaging/upscalers.ts';
import { writeInfotext } from './infotext.ts';
import type { Composition } from './passes/composition.ts';
import { hiresComposition } from './passes/hires.ts';
import { type MaskedInit, maskedInit, maskFacts } from './passes/masked-init.ts';
import { runComposition } from './passes/run-composition.ts';
import { tiledComposition } from './passes/tiles.ts';
import { readInitPicture } from './pictures/input-pictures.ts';
import { pictureFormat } from './pictures/picture-format.ts';
import { picturePath, saveFile } from './pictures/save-picture.ts';
import { type InitPicture, pixelResizeMode, planRun, type ResolvedModel, usualStrength } from './plan-run.ts';
import type { ProcessingRunner } from './processing-runner.ts';
import { type ProgressListeners, progressTeller } from './progress-teller.ts';
import { drawSeed } from './seeds.ts';
import { snapshotOptions } from './settings/options.ts';

type ImageEvent = Extract<RunEvent, { kind: 'image' }>;

/** What a request needs around it; `app.ts` hands over the functions, the job its hooks. */
export interface ProcessingContext extends ProgressListeners {
  readonly jobId: JobId;
  readonly runner: ProcessingRunner;
  readonly imaging: Imaging;
  /** Rejects with `Failed` for a model that is not there, or that can't be run. */
  readonly resolveModel: (request: GenerateRequest) => Promise<ResolvedModel>;
  /** Pictures go below this folder, absolute. */
  readonly outputsPath: string;
  /** Init pictures lie in this folder, absolute: see `keepInitPicture`. */
  readonly inputsPath: string;
  readonly version: string;
  readonly signal: CancelSignal;
  /** Pictures whose steps are to end early, by their item. */
  readonly skips?: SkipSignal;
  /** The options as they stand; they are read once, and never changed. */
  readonly options?: Options;
  /** This request's own values over them. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** For a request that leaves the seed open. */
  readonly drawnSeed?: number;
  /** So many pictures of the batch are there from before a pause; the others are made as if they were made together. */
  readonly firstItem?: number;
  /** Called when the file is whole on disk, in the order of the items. */
  readonly onArtifact?: (artifact: Artifact) => void;
  readonly now?: () => Date;
}

export interface ProcessingResult {
  readonly artifacts: readonly Artifact[];
  readonly timings: Timings;
  readonly provider: string;
}

/**
 * From a request to pictures on disk, for every door: resolves the model, freezes the options and the seed, runs, writes infotext and files.
 * Rejects with `Failed`; pictures that were finished before stay, and `onArtifact` has told of them.
 */
export async function processImages(request: GenerateRequest, context: ProcessingContext): Promise<ProcessingResult> {
  const options = snapshotOptions(context.options ?? defaultOptions, context.overrides);
  const model = await context.resolveModel(request);
  const picture = await initPictureOf(request, context);
  const whole = await planRun(request, model, options, picture, context.drawnSeed ?? drawSeed(), context.imaging);
  const firstItem = context.firstItem ?? 0;
  if (firstItem >= whole.seeds.length) return { artifacts: [], timings: noTimings, provider: whole.provider };
  const masked = await maskedOf(request, whole, picture, context);
  const plan = masked === null ? whole : { ...whole, init: masked.init };
  const composition = await compositionOf(request, plan, picture, context.imaging);
  const shape: PictureShape = {
    plan,
    model,
    options,
    upscale: request.upscale ?? null,
    denoisingStrength: request.hires?.strength ?? plan.init?.strength ?? null,
    facts: { ...composition?.facts, ...(masked && request.mask && maskFacts(request.mask)) },
  };

  const artifacts: Artifact[] = [];
  const save = async (event: ImageEvent): Promise<void> => {
    const pixels = masked === null ? event.pixels : await masked.finish(event.pixels);
    const artifact = await saveImage({ ...event, pixels }, shape, context);
    artifacts.push(artifact);
    context.onArtifact?.(artifact);
  };
  const { timings, provider } =
    composition === null ? await runBatch(plan, save, context) : await runComposed(plan, composition, save, context);
  return { artifacts, timings, provider };
}

type Ended = Pick<ProcessingResult, 'timings' | 'provider'>;
type Save = (event: ImageEvent) => Promise<void>;

/** All pictures in one run. */
async function runBatch(whole: RunPlan, save: Save, context: ProcessingContext): Promise<Ended> {
  const firstItem = context.firstItem ?? 0;
  const plan = planFrom(whole, firstItem);
  const tell = progressTeller(whole.seeds.length, 1, plan.steps, context);
  let saving: Promise<void> = Promise.resolve();
  const { metrics, timings } = await context.runner.run({
    plan: () => plan,
    signal: context.signal,
    skips: context.skips && ofThose(context.skips, firstItem),
    hooks: {
      onPrepare: () => tell.begin(),
      onExecute: (ofRun) => {
        const event = { ...ofRun, item_index: ofRun.item_index + firstItem };
        tell.event(event);
        if (event.kind !== 'image') return;
        saving = saving.then(() => save(event));
        return saving;
      },
    },
  });
  return { timings, provider: metrics.provider };
}

/** Each picture in runs of its own. */
async function runComposed(
  plan: RunPlan,
  composition: Composition,
  save: Save,
  context: ProcessingContext,
): Promise<Ended> {
  const startedMs = performance.now();
  const tell = progressTeller(plan.seeds.length, composition.runCount, plan.steps, context);
  tell.begin();
  const metrics = await runComposition({
    runner: context.runner,
    composition,
    firstItem: context.firstItem ?? 0,
    itemCount: plan.seeds.length,
    signal: context.signal,
    skips: context.skips,
    onEvent: tell.event,
    onPicture: save,
  });
  const { load_ms, text_ms, denoise_ms, decode_ms } = metrics ?? noTimings;
  const total_ms = performance.now() - startedMs;
  return { timings: { load_ms, text_ms, denoise_ms, decode_ms, total_ms }, provider: metrics?.provider ?? 'cpu' };
}

async function compositionOf(
  { hires, tiled_upscale, strength }: GenerateRequest,
  plan: RunPlan,
  picture: InitPicture | null,
  imaging: Imaging,
): Promise<Composition | null> {
  if (hires !== undefined) return hiresComposition(plan, hires, imaging);
  if (tiled_upscale === undefined || picture === null) return null;
  const source = await imaging.initPixels(picture.bytes, picture, 0);
  return tiledComposition(plan, source, strength ?? usualStrength, tiled_upscale, imaging);
}

async function maskedOf(
  request: GenerateRequest,
  plan: RunPlan,
  picture: InitPicture | null,
  { inputsPath, imaging }: ProcessingContext,
): Promise<MaskedInit | null> {
  const { mask, strength } = request;
  if (mask === undefined || picture === null) return null;
  return maskedInit({
    bytes: picture.bytes,
    own: picture,
    maskBytes: await readInitPicture(mask.image, inputsPath),
    mask,
    size: plan,
    resizeMode: pixelResizeMode(request),
    strength: strength ?? usualStrength,
    imaging,
  });
}

const noTimings: Timings = { load_ms: 0, text_ms: 0, denoise_ms: 0, decode_ms: 0, total_ms: 0 };

/** The plan of the pictures from this one on. */
function planFrom(whole: RunPlan, firstItem: number): RunPlan {
  const { seeds, variation } = whole;
  return {
    ...whole,
    seeds: seeds.slice(firstItem),
    variation: variation && { ...variation, subseeds: variation.subseeds.slice(firstItem) },
  };
}

/** Items as a run counts them that begins with this one. */
function ofThose(skips: SkipSignal, firstItem: number): SkipSignal {
  return {
    listen: (listener) =>
      skips.listen((item) => {
        if (item >= firstItem) listener(item - firstItem);
      }),
  };
}

async function initPictureOf({ init_image }: GenerateRequest, context: ProcessingContext): Promise<InitPicture | null> {
  if (init_image === undefined) return null;
  const bytes = await readInitPicture(init_image, context.inputsPath);
  return { bytes, ...(await context.imaging.checkInit(bytes)) };
}

/** What a picture of the run is saved and described by; the plan is that of all of them. */
interface PictureShape {
  readonly plan: RunPlan;
  readonly model: ResolvedModel;
  readonly options: Options;
  readonly upscale: GenerateRequest['upscale'] | null;
  readonly denoisingStrength: number | null;
  /** How it was made, for its infotext. */
  readonly facts: Readonly<Record<string, string>>;
}

async function saveImage(event: ImageEvent, shape: PictureShape, context: ProcessingContext): Promise<Artifact> {
  const { plan, model, options, upscale, facts } = shape;
  const { jobId, outputsPath, runner, imaging, version, now = () => new Date() } = context;
  const { item_index: itemIndex, seed } = event;
  const width = event.pixels.width * (upscale ?? 1);
  const height = event.pixels.height * (upscale ?? 1);
  const subseed = plan.variation?.subseeds[itemIndex];
  const infotext = writeInfotext({
    prompt: plan.prompt,
    negativePrompt: plan.negative_prompt,
    steps: plan.steps,
    sampler: event.sampler ?? plan.sampler,
    scheduler: event.scheduler ?? plan.scheduler,
    guidanceScale: plan.guidance_scale,
    seed,
    width: plan.width,
    height: plan.height,
    variation: subseed === undefined || plan.variation === null ? null : { subseed, strength: plan.variation.strength },
    denoisingStrength: shape.denoisingStrength,
    clipSkip: plan.clip_skip,
    rng: plan.rng,
    modelHash: options.add_model_hash_to_info ? model.shortHash : null,
    modelName: options.add_model_name_to_info ? model.name : null,
    extras: {
      ...facts,
      ...(upscale !== null && { 'Postprocess upscale by': String(upscale), 'Postprocess upscaler': usualUpscaler }),
      ...(event.stopped_after !== undefined && { 'Stopped after step': String(event.stopped_after) }),
      ...(runner.kind === 'fake' && { Runner: 'fake' }),
    },
    version: options.add_version_to_infotext ? `Vitrine ${version}` : null,
  });
  const at = now();
  const format = pictureFormat(options);
  const path = picturePath(outputsPath, { jobId, step: 'generate', itemIndex, width, height, seed, at, format });
  const bytes = await imaging.encode(event.pixels, { width, height }, infotext, options);
  const { sizeBytes, sha256 } = await saveFile(path, bytes);
  const id = `${jobId}.generate.${itemIndex}`;
  return {
    id,
    job_id: jobId,
    step: 'generate',
    item_index: itemIndex,
    format,
    path,
    url: `${restPrefix}/pictures/${id}`,
    width,
    height,
    seed,
    size_bytes: sizeBytes,
    sha256,
    infotext,
    model_id: plan.descriptor.model_id,
    created_at: at.toISOString(),
    is_fake: runner.kind === 'fake',
  };
}
