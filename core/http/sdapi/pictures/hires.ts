import type { Commands } from '../../../contract/command.ts';
import type { GenerateInput } from '../../../contract/generate/generate.ts';
import { UpscalerName } from '../../../contract/generate/passes.ts';
import { checkpointNamed } from '../checkpoints.ts';
import { raised } from '../errors.ts';
import { latentModes } from '../lists.ts';
import type { Txt2ImgFields } from './request-fields.ts';
import { chooseSampler } from './sampler-name.ts';

const usualStrength = 0.75;

export interface HiresPart {
  readonly request: Pick<GenerateInput, 'width' | 'height' | 'hires'>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/**
 * The second pass of a request. Its size is the first one's times `hr_scale`, or `hr_resize_x` and `hr_resize_y`, of which one may be left
 * open; `firstphase_width` is the older way to say both. Throws what stable-diffusion-webui throws for upscalers and checkpoints that are none.
 */
export async function hiresOf(fields: Txt2ImgFields, commands: Commands): Promise<HiresPart> {
  const { first, target } = sizesOf(fields);
  const wanted = fields.hr_upscaler || 'Latent';
  const upscaler = UpscalerName.safeParse(wanted);
  if (!upscaler.success && wanted !== 'None' && !latentModes.includes(wanted))
    throw raised('Exception', `could not find upscaler named ${wanted}`);
  await requireSameCheckpoint(fields.hr_checkpoint_name, commands);
  const { sampler, scheduler, warnings } = secondSampler(fields);
  const steps = fields.hr_second_pass_steps ?? 0;
  return {
    request: {
      ...first,
      hires: {
        ...target,
        upscaler: upscaler.data ?? 'Lanczos',
        strength: fields.denoising_strength ?? usualStrength,
        ...(steps > 0 && { steps }),
        ...(sampler && { sampler, scheduler }),
        ...(fields.hr_prompt && { prompt: fields.hr_prompt }),
        ...(fields.hr_negative_prompt && { negative_prompt: fields.hr_negative_prompt }),
      },
    },
    facts: {
      'Hires upscale': fields.hr_scale,
      ...(steps > 0 && { 'Hires steps': steps }),
      'Hires upscaler': upscaler.data ?? 'Lanczos',
    },
    warnings: [
      ...warnings,
      ...(upscaler.success ? [] : [`hr_upscaler: "${wanted}" is not available here: Lanczos was used.`]),
    ],
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizesOf(fields: Txt2ImgFields): { readonly first: Size; readonly target: Size } {
  const asked = { width: fields.width ?? 512, height: fields.height ?? 512 };
  const [x, y] = [fields.hr_resize_x ?? 0, fields.hr_resize_y ?? 0];
  const older = { width: fields.firstphase_width ?? 0, height: fields.firstphase_height ?? 0 };
  if (older.width > 0 && older.height > 0) return { first: floored(older), target: floored(asked) };
  const scale = fields.hr_scale ?? 2;
  const target =
    x > 0 && y > 0
      ? { width: x, height: y }
      : x > 0
        ? { width: x, height: (x * asked.height) / asked.width }
        : y > 0
          ? { width: (y * asked.width) / asked.height, height: y }
          : { width: asked.width * scale, height: asked.height * scale };
  return { first: floored(asked), target: floored(target) };
}

function floored({ width, height }: Size): Size {
  return { width: Math.floor(width / 8) * 8, height: Math.floor(height / 8) * 8 };
}

function secondSampler({ hr_sampler_name: name, hr_scheduler, ...fields }: Txt2ImgFields) {
  const isSame = (!name || name === 'Use same sampler') && (!hr_scheduler || hr_scheduler === 'Use same scheduler');
  if (isSame) return { sampler: null, scheduler: null, warnings: [] };
  return chooseSampler({
    sampler_name: !name || name === 'Use same sampler' ? fields.sampler_name : name,
    sampler_index: fields.sampler_index,
    scheduler: !hr_scheduler || hr_scheduler === 'Use same scheduler' ? fields.scheduler : hr_scheduler,
  });
}

/** One model a job: another one for the second pass can't be had. */
async function requireSameCheckpoint(name: string | null, commands: Commands): Promise<void> {
  if (!name || name === 'Use same checkpoint') return;
  if ((await checkpointNamed(name, commands)) === undefined)
    throw raised('Exception', `Could not find checkpoint with name ${name}`);
  throw raised('NotImplementedError', 'hr_checkpoint_name is not available in this version of Vitrine');
}
