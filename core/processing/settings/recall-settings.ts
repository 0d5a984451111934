import {
  GenerateRequest,
  NoiseSource,
  SamplerName,
  SchedulerName,
  samplerNames,
} from '../../contract/generate/generate.ts';
import type { RecalledSettings } from '../../contract/generate/picture-commands.ts';
import { readInfotext } from '../infotext.ts';

type Field = Exclude<keyof RecalledSettings, 'unknown' | 'prompt' | 'negative_prompt'>;

/** Parameters that say where a picture comes from, not how to make it again. */
const passedOver: ReadonlySet<string> = new Set(['Version', 'Upscale', 'Upscaler']);

/** Where each parameter goes, and how it is read. Source of the names: stable-diffusion-webui modules/processing.py `create_infotext`. */
const fields: Readonly<Record<string, readonly [Field, 'number' | 'text']>> = {
  Steps: ['steps', 'number'],
  'CFG scale': ['guidance_scale', 'number'],
  Seed: ['seed', 'number'],
  'Size-1': ['width', 'number'],
  'Size-2': ['height', 'number'],
  'Variation seed': ['subseed', 'number'],
  'Variation seed strength': ['subseed_strength', 'number'],
  'Denoising strength': ['strength', 'number'],
  'Clip skip': ['clip_skip', 'number'],
  Model: ['model_name', 'text'],
  'Model hash': ['model_hash', 'text'],
};

const { seed, steps, guidance_scale, width, height, subseed, subseed_strength, strength, clip_skip } =
  GenerateRequest.shape;
const checks = { seed, steps, guidance_scale, width, height, subseed, subseed_strength, strength, clip_skip } as const;

/**
 * An infotext as the settings of a request. What can't be asked for here (another program's parameter, a size that is no multiple of 8, a
 * sampler of no known name) is told in `unknown`. Null for text without parameters: that is no infotext.
 */
export function recallSettings(text: string): RecalledSettings | null {
  const { prompt, negativePrompt, parameters } = readInfotext(text);
  if (Object.keys(parameters).length === 0) return null;
  const found: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, written] of Object.entries(parameters)) {
    const values = valuesOf(key, written);
    if (values === null) unknown.push(`${key}: ${written}`);
    else Object.assign(found, values);
  }
  return { ...(found as Partial<RecalledSettings>), prompt, negative_prompt: negativePrompt, unknown };
}

/** Null for what can't be asked for. */
function valuesOf(key: string, written: string): Readonly<Partial<RecalledSettings>> | null {
  if (passedOver.has(key)) return {};
  if (key === 'Sampler') return samplerOf(written);
  if (key === 'Schedule type') {
    const scheduler = SchedulerName.safeParse(written);
    return scheduler.success ? { scheduler: scheduler.data } : null;
  }
  if (key === 'RNG') {
    const rng = NoiseSource.safeParse(written === 'GPU' ? 'nv' : written.toLowerCase());
    return rng.success ? { rng: rng.data } : null;
  }
  const field = fields[key];
  if (field === undefined) return null;
  const [name, kind] = field;
  if (kind === 'text') return { [name]: written };
  const number = written.trim() === '' ? Number.NaN : Number(written);
  const check = checks[name as keyof typeof checks];
  return number >= 0 && check.safeParse(number).success ? { [name]: number } : null;
}

/** Versions before 1.9 wrote sampler and schedule as one: `DPM++ 2M Karras`. */
function samplerOf(written: string): Readonly<Partial<RecalledSettings>> | null {
  const sampler = SamplerName.safeParse(written);
  if (sampler.success) return { sampler: sampler.data };
  const split = /^(.+) (Karras|Exponential)$/.exec(written);
  const name = samplerNames.find((known) => known === split?.[1]);
  const scheduler = SchedulerName.safeParse(split?.[2]);
  return name !== undefined && scheduler.success ? { sampler: name, scheduler: scheduler.data } : null;
}
