import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Commands, checkInput } from '../../../contract/command.ts';
import { Failed } from '../../../contract/failure.ts';
import type { GenerateInput } from '../../../contract/generate/generate.ts';
import { isTerminal, type Job } from '../../../contract/jobs/job.ts';
import type { Options } from '../../../contract/settings/options.ts';
import type { DoorLog, ImageTools } from '../../ports.ts';
import { checkpointNamed, shortHash } from '../checkpoints.ts';
import { coerce } from '../coercion.ts';
import { httpException, raised } from '../errors.ts';
import { readOverrides } from '../options.ts';
import { gridOf } from './grid.ts';
import { infoOf } from './info.ts';
import { effective, type SharedFields } from './request-fields.ts';
import { chooseSampler } from './sampler-name.ts';
import { warningsOf } from './warnings.ts';

export interface PicturePorts {
  readonly commands: Commands;
  readonly log: DoorLog;
  readonly version: string;
  /** The options as they stand. */
  readonly options: Options;
  readonly imageTools: ImageTools;
}

/** What of a request its endpoint alone knows. */
export interface EndpointPart {
  readonly request: Partial<GenerateInput>;
  /** For `extra_generation_params`. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
}

export interface PictureAnswer {
  readonly images: readonly string[];
  readonly parameters: SharedFields;
  /** JSON, as a string. */
  readonly info: string;
}

const waitMs = 2000;

/** Queues a job as every door does, and answers when that job has ended. */
export async function makePictures(
  fields: SharedFields,
  endpoint: EndpointPart,
  ports: PicturePorts,
): Promise<PictureAnswer> {
  requireKnownScripts(fields);
  const overrides = await readOverrides(fields.override_settings, ports.commands);
  requireEngine(fields);
  const subseed = subseedOf(fields);
  const options: Options = { ...ports.options, ...overrides };
  const { sampler, scheduler, warnings: ofSampler } = chooseSampler(fields);
  const warnings = [...ofSampler, ...warningsOf(fields, sampler), ...(endpoint.warnings ?? [])];
  for (const warning of warnings) ports.log.warn({ path: 'sdapi' }, warning);
  const request = { ...(await requestOf(fields, options, subseed, ports)), sampler, scheduler, ...endpoint.request };
  const input = checkInput('jobs.generate', {
    request,
    origin: 'sdapi',
    overrides,
    keeps_overrides: effective(fields, 'override_settings_restore_afterwards') === false,
    ...(fields.force_task_id && { task_id: fields.force_task_id }),
  });

  const queued = await ports.commands['jobs.generate'](input);
  const job = await ended(queued, ports);
  const artifacts = job.artifacts.toSorted((a, b) => a.item_index - b.item_index);
  // An interrupted job answers with what it has, as stable-diffusion-webui does.
  if (job.status !== 'succeeded' && (job.status !== 'canceled' || artifacts.length === 0)) {
    throw job.failure === null ? new Failed('canceled') : Failed.from(job.failure);
  }
  const images = effective(fields, 'send_images')
    ? await Promise.all(artifacts.map(({ path }) => readFile(path, 'base64')))
    : [];
  const model = await modelOf(job, ports);
  const info = infoOf({
    fields,
    request: job.request,
    artifacts,
    modelName: model?.name ?? null,
    modelHash: model?.hash ?? null,
    subseed,
    startedAt: job.created_at,
    version: ports.version,
    facts: endpoint.facts ?? {},
    warnings,
  });
  const grid = await gridOf({
    images,
    infotexts: artifacts.map(({ infotext }) => infotext),
    saveImages: effective(fields, 'save_images') ?? false,
    returnGrid: options.return_grid,
    tools: ports.imageTools,
  });
  return { images: grid?.images ?? images, parameters: fields, info: JSON.stringify({ ...info, ...grid?.info }) };
}

async function requestOf(
  fields: SharedFields,
  options: Options,
  subseed: number,
  { commands, ...ports }: PicturePorts,
): Promise<GenerateInput> {
  const modelId = await chosenModel([options, ports.options], commands);
  const strength = effective(fields, 'subseed_strength') ?? 0;
  return {
    ...(modelId !== null && { model_id: modelId }),
    prompt: effective(fields, 'prompt') ?? '',
    negative_prompt: effective(fields, 'negative_prompt') ?? '',
    width: flooredSide(effective(fields, 'width')),
    height: flooredSide(effective(fields, 'height')),
    steps: effective(fields, 'steps') ?? undefined,
    guidance_scale: effective(fields, 'cfg_scale') ?? undefined,
    seed: effective(fields, 'seed') ?? -1,
    count: (effective(fields, 'batch_size') ?? 1) * (effective(fields, 'n_iter') ?? 1),
    clip_skip: options.CLIP_stop_at_last_layers,
    rng: options.randn_source === 'CPU' ? 'cpu' : 'nv',
    ...(strength > 0 && { subseed, subseed_strength: strength }),
  };
}

/** The latent has an eighth of the picture's side, cut off. */
function flooredSide(side: number | null): number {
  return Math.floor((side ?? 512) / 8) * 8;
}

/** Of the request's own options, else of those as they stand: a checkpoint that has left the library is passed over. */
async function chosenModel(layers: readonly Options[], commands: Commands) {
  const aliases = layers.flatMap(({ sd_model_checkpoint: alias }) => alias || []);
  if (aliases.length === 0) return null;

  for (const alias of aliases) {
    const found = await checkpointNamed(alias, commands);
    if (found !== undefined) return found.modelId;
  }
  return null;
}

async function ended(queued: Job, { commands }: PicturePorts): Promise<Job> {
  let job = queued;
  while (!isTerminal(job.status)) job = await commands['jobs.wait']({ job_id: queued.id, timeout_ms: waitMs });
  return job;
}

/** Its picture says it, where the options let it; its record is read from disk. */
async function modelOf(
  job: Job,
  { commands, imageTools }: PicturePorts,
): Promise<{ readonly name: string; readonly hash: string } | null> {
  const { Model: told, 'Model hash': toldHash } = imageTools.readText(job.artifacts[0]?.infotext ?? '').parameters;
  if (told !== undefined && toldHash !== undefined) return { name: told, hash: toldHash };
  const modelId = job.artifacts[0]?.model_id ?? job.request.model_id ?? null;
  if (modelId === null) return null;
  try {
    const { model_id } = checkInput('models.show', { model_id: modelId });
    const { name, hashes } = await commands['models.show']({ model_id });
    return { name, hash: shortHash(hashes.sha256 ?? hashes.fingerprint) };
  } catch (error) {
    // The model may have left the library while its picture was made.
    if (error instanceof Failed) return null;
    throw error;
  }
}

function subseedOf(fields: SharedFields): number {
  const subseed = effective(fields, 'subseed') ?? -1;
  return subseed >= 0 ? subseed : randomInt(2 ** 32 - 2);
}

/** There are no scripts here. Clients send always-on scripts with nothing in them whether the server has them or not. */
function requireKnownScripts({ script_name, alwayson_scripts }: SharedFields): void {
  if (script_name) throw httpException(422, `Script '${script_name}' not found`);
  for (const [name, script] of Object.entries(alwayson_scripts ?? {})) {
    const args = coerce('dict', script)?.args;
    const isEmpty = args === undefined || args === null || (Array.isArray(args) && args.length === 0);
    if (!isEmpty) throw httpException(422, `Script '${name}' not found`);
  }
}

/** What would change the picture and can't be done is said, not dropped. */
function requireEngine(fields: SharedFields): void {
  const refiner = fields.refiner_checkpoint ?? '';
  const missing = [
    (fields.seed_resize_from_w ?? 0) > 0 && (fields.seed_resize_from_h ?? 0) > 0 && 'seed_resize_from_w',
    refiner !== '' && refiner.toLowerCase() !== 'none' && 'refiner_checkpoint',
  ].find((field) => field !== false && field !== null);
  if (missing) throw notAvailable(missing);
}

export function notAvailable(field: string): Error {
  return raised('NotImplementedError', `${field} is not available in this version of Vitrine`);
}
