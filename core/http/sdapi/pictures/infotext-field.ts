import type { ImageTools } from '../../ports.ts';
import { coerce } from '../coercion.ts';

/** Fields that a parameter of an infotext fills. */
const fields: Readonly<Record<string, string>> = {
  Steps: 'steps',
  Sampler: 'sampler_name',
  'Schedule type': 'scheduler',
  'CFG scale': 'cfg_scale',
  Seed: 'seed',
  'Size-1': 'width',
  'Size-2': 'height',
  'Variation seed': 'subseed',
  'Variation seed strength': 'subseed_strength',
  'Denoising strength': 'denoising_strength',
  'Hires upscale': 'hr_scale',
  'Hires upscaler': 'hr_upscaler',
  'Hires steps': 'hr_second_pass_steps',
  'Hires resize-1': 'hr_resize_x',
  'Hires resize-2': 'hr_resize_y',
  'Hires sampler': 'hr_sampler_name',
  'Hires schedule type': 'hr_scheduler',
  'Hires prompt': 'hr_prompt',
  'Hires negative prompt': 'hr_negative_prompt',
};
/** Options that one overrides. */
const settings: Readonly<Record<string, string>> = {
  'Model hash': 'sd_model_checkpoint',
  'Clip skip': 'CLIP_stop_at_last_layers',
  RNG: 'randn_source',
};

/**
 * A body with what its `infotext` says in every field that the caller left out, and in its `override_settings`: since stable-diffusion-webui
 * 1.9 a picture's own text is a whole request.
 */
export function withInfotext(body: unknown, readText: ImageTools['readText']): unknown {
  const given = coerce('dict', body ?? {});
  const text = coerce('str', given?.infotext ?? '') ?? '';
  if (given === undefined || text.trim() === '') return body;
  const { prompt, negativePrompt, parameters } = readText(text);
  const named = (table: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(table).flatMap(([label, name]) => {
        const value = parameters[label];
        return value === undefined ? [] : [[name, value]];
      }),
    );
  const isHires =
    'Denoising strength' in parameters &&
    /Hires (upscale|upscaler|resize-1)$/m.test(Object.keys(parameters).join('\n'));
  return {
    prompt,
    negative_prompt: negativePrompt,
    ...named(fields),
    ...(isHires && { enable_hr: true }),
    ...given,
    override_settings: { ...named(settings), ...(coerce('dict', given.override_settings ?? {}) ?? {}) },
  };
}
