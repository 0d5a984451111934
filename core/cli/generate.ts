import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Connection } from '../connect.ts';
import { Failed } from '../contract/failure.ts';
import {
  type GenerateInput,
  GenerateRequest,
  NoiseSource,
  PromptSyntax,
  samplerNames,
  schedulerNames,
} from '../contract/generate/generate.ts';
import { invalidInput } from '../contract/invalid-input.ts';
import { isTerminal, type Job, type Progress } from '../contract/jobs/job.ts';
import { type CliContext, type ContextOf, withCore } from './context.ts';
import { copyPictures, prepareOut } from './copy-pictures.ts';
import { formatMs } from './format.ts';
import type { CliIo } from './io.ts';
import { wholeNumber } from './whole-number.ts';

interface GenerateOptions {
  readonly model?: string;
  readonly bundle?: string;
  readonly prompt: string;
  readonly negative?: string;
  readonly steps?: number;
  readonly cfg?: number;
  readonly sampler?: string;
  readonly scheduler?: string;
  readonly seed?: number;
  readonly width?: number;
  readonly height?: number;
  readonly count?: number;
  readonly init?: string;
  readonly strength?: number;
  readonly resizeMode?: number;
  readonly upscale?: number;
  readonly clipSkip?: number;
  readonly rng?: string;
  readonly subseed?: number;
  readonly subseedStrength?: number;
  readonly promptSyntax?: string;
  readonly out?: string;
}

export function generateCommand(contextOf: ContextOf): Command {
  return new Command('generate')
    .description('make pictures from a prompt')
    .addOption(new Option('--model <id>', 'a model of the library, else the starter model').conflicts('bundle'))
    .option('--bundle <folder>', 'a diffusers folder that is not in the library')
    .requiredOption('--prompt <text>', 'what the picture shows')
    .option('--negative <text>', 'what it does not show')
    .option('--steps <count>', 'denoising steps', wholeNumber)
    .option('--cfg <scale>', 'guidance: how closely the prompt is followed', decimal)
    .option('--sampler <name>', `one of: ${samplerNames.join(', ')}`)
    .option('--scheduler <name>', `one of: ${schedulerNames.join(', ')}`)
    .option('--seed <number>', 'the same seed gives the same picture; -1 draws one', wholeNumber)
    .option('--width <px>', 'a multiple of 8', wholeNumber)
    .option('--height <px>', 'a multiple of 8', wholeNumber)
    .option('--count <count>', 'pictures; each has the next seed', wholeNumber)
    .option('--init <file>', 'a picture to start from: PNG, JPEG or WebP')
    .option('--strength <part>', 'how much of it is made anew, 0 to 1; 0.75 unless given', decimal)
    .option(
      '--resize-mode <mode>',
      '0 stretches it to the size, 1 crops it, 2 fits it in, 3 stretches its latent',
      wholeNumber,
    )
    .option('--upscale <factor>', '2 or 4: enlarges the finished picture', wholeNumber)
    .option('--clip-skip <layers>', "1 is the model's own reading, 2 leaves out one layer more", wholeNumber)
    .option('--rng <source>', `where noise comes from: ${NoiseSource.options.join(', ')}`)
    .option('--subseed <number>', 'the seed of a second noise; -1 draws one', wholeNumber)
    .option('--subseed-strength <part>', 'how much of it, 0 to 1: pictures near the one of --seed', decimal)
    .option('--prompt-syntax <name>', `what brackets in a prompt mean: ${PromptSyntax.options.join(', ')}`)
    .option(
      '--out <file-or-folder>',
      'where the pictures go, else below the data folder; a file of that name is replaced',
    )
    .action(async (options: GenerateOptions, command: Command) => generate(options, contextOf(command)));
}

async function generate(options: GenerateOptions, context: CliContext): Promise<void> {
  const request = await requestOf(options, context.absolute);
  const target = options.out === undefined ? null : prepareOut(options.out, context.absolute(options.out));
  const job = await withCore(
    context,
    async (core) => {
      const ended = await follow(core, await core.call('jobs.generate', { request, origin: 'cli' }), context.io);
      if (core.isOwn) await finishOthers(core, ended);
      return ended;
    },
    { withDoor: true, startsRunner: true },
  );
  // Pictures that were finished before a failure are worth having, too.
  const made = job.artifacts.toSorted((a, b) => a.item_index - b.item_index);
  const artifacts = target === null ? made : await copyPictures(target, made);
  if (job.status !== 'succeeded') throw job.failure === null ? new Failed('canceled') : Failed.from(job.failure);
  const images = artifacts.map(({ path, seed, width, height, infotext }) => ({ path, seed, width, height, infotext }));
  const took = job.timings === null ? '' : ` in ${formatMs(job.timings.total_ms)} on ${job.provider}`;
  const lines = images.map(({ path, seed, width, height }) => `${path}  ${width}x${height}, seed ${seed}`);
  context.answer({ images, timings: job.timings, provider: job.provider }, `${lines.join('\n')}\nDone${took}`);
}

/** The request, checked before a library is opened, so that an error names the field as the user knows it. */
async function requestOf(options: GenerateOptions, absolute: (path: string) => string): Promise<GenerateInput> {
  const request = {
    model_id: options.model,
    bundle: options.bundle === undefined ? undefined : absolute(options.bundle),
    prompt: options.prompt,
    negative_prompt: options.negative,
    steps: options.steps,
    guidance_scale: options.cfg,
    sampler: options.sampler,
    scheduler: options.scheduler,
    seed: options.seed,
    width: options.width,
    height: options.height,
    count: options.count,
    init_image: options.init === undefined ? undefined : await readPicture(absolute(options.init)),
    strength: options.strength,
    resize_mode: options.resizeMode,
    upscale: options.upscale,
    clip_skip: options.clipSkip,
    rng: options.rng,
    subseed: options.subseed,
    subseed_strength: options.subseedStrength,
    prompt_syntax: options.promptSyntax,
  };
  const checked = GenerateRequest.safeParse(request);
  if (!checked.success) throw invalidInput(checked.error);
  return checked.data;
}

/** A file of the user's as base64: the core that makes the picture may be another process, later. */
async function readPicture(path: string): Promise<string> {
  try {
    return (await readFile(path)).toString('base64');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failed('path_not_found', { path }, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failed('unreadable', { path, reason }, { cause: error });
  }
}

const watchMs = 250;
const waitMs = 20_000;

/** Waits for a job to end, with a line of progress where somebody watches. Ctrl-C cancels it. */
async function follow(core: Connection, queued: Job, io: CliIo): Promise<Job> {
  const letGo = io.onInterrupt(() => {
    io.err('\nCanceling...\n');
    // It may have ended by itself; the wait below says how.
    core.call('jobs.cancel', { job_id: queued.id }).catch(() => {});
  });
  try {
    let job = queued;
    while (!isTerminal(job.status)) {
      job = await core.call('jobs.wait', { job_id: queued.id, timeout_ms: io.isTerminal ? watchMs : waitMs });
      if (io.isTerminal) io.err(`\r\x1b[K${isTerminal(job.status) ? '' : progressLine(job)}`);
    }
    return job;
  } finally {
    letGo();
  }
}

/** Other command lines may have handed this core their jobs while it ran; it stays until those are done. */
async function finishOthers(core: Connection, own: Job): Promise<void> {
  const { jobs } = await core.call('jobs.list', { limit: 200 });
  for (const job of jobs) {
    if (isTerminal(job.status) || job.created_at < own.created_at) continue;
    for (let other = job; !isTerminal(other.status); ) {
      other = await core.call('jobs.wait', { job_id: job.id, timeout_ms: waitMs });
    }
  }
}

function progressLine({ status, progress }: Job): string {
  if (progress === null) return status === 'queued' ? 'Waiting in the queue' : 'Starting';
  return `${bar(progress)} ${stageText(progress)}${progress.eta_ms === null ? '' : `, ${formatMs(progress.eta_ms)} left`}`;
}

const stages = { load: 'loading the model', text: 'reading the prompt', denoise: 'step', decode: 'decoding' } as const;

function stageText({ stage, step, step_count, item_index, item_count }: Progress): string {
  const item = item_count > 1 ? `picture ${item_index + 1}/${item_count}, ` : '';
  return item + (stage === 'denoise' ? `step ${step}/${step_count}` : stages[stage]);
}

function bar({ fraction }: Progress): string {
  const filled = Math.round(fraction * 24);
  return `${'█'.repeat(filled)}${'░'.repeat(24 - filled)} ${String(Math.floor(fraction * 100)).padStart(3)}%`;
}

function decimal(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('A number is expected.');
  return number;
}
