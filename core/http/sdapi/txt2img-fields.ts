import { coerce, type Kind, type KindValues, refusals } from './coercion.ts';
import { type FieldError, validationError } from './errors.ts';

/** The fields of `POST /sdapi/v1/txt2img` in stable-diffusion-webui 1.10.1, with the defaults of its API (not those of its page). */
const fields = {
  prompt: ['str', ''],
  negative_prompt: ['str', ''],
  styles: ['list', null],
  seed: ['int', -1],
  subseed: ['int', -1],
  subseed_strength: ['float', 0],
  seed_resize_from_h: ['int', -1],
  seed_resize_from_w: ['int', -1],
  sampler_name: ['str', null],
  scheduler: ['str', null],
  batch_size: ['int', 1],
  n_iter: ['int', 1],
  steps: ['int', 50],
  cfg_scale: ['float', 7],
  width: ['int', 512],
  height: ['int', 512],
  restore_faces: ['bool', null],
  tiling: ['bool', null],
  do_not_save_samples: ['bool', false],
  do_not_save_grid: ['bool', false],
  eta: ['float', null],
  denoising_strength: ['float', null],
  s_min_uncond: ['float', null],
  s_churn: ['float', null],
  s_tmax: ['float', null],
  s_tmin: ['float', null],
  s_noise: ['float', null],
  override_settings: ['dict', null],
  override_settings_restore_afterwards: ['bool', true],
  refiner_checkpoint: ['str', null],
  refiner_switch_at: ['float', null],
  disable_extra_networks: ['bool', false],
  firstpass_image: ['str', null],
  comments: ['dict', null],
  enable_hr: ['bool', false],
  firstphase_width: ['int', 0],
  firstphase_height: ['int', 0],
  hr_scale: ['float', 2],
  hr_upscaler: ['str', null],
  hr_second_pass_steps: ['int', 0],
  hr_resize_x: ['int', 0],
  hr_resize_y: ['int', 0],
  hr_checkpoint_name: ['str', null],
  hr_sampler_name: ['str', null],
  hr_scheduler: ['str', null],
  hr_prompt: ['str', ''],
  hr_negative_prompt: ['str', ''],
  force_task_id: ['str', null],
  sampler_index: ['str', 'Euler'],
  script_name: ['str', null],
  script_args: ['list', []],
  send_images: ['bool', true],
  save_images: ['bool', false],
  alwayson_scripts: ['dict', {}],
  infotext: ['str', null],
} as const satisfies Record<string, readonly [Kind, unknown]>;

type Fields = typeof fields;
type FieldName = keyof Fields;

/** A request as it was understood: every field is there, null where the caller said null. */
export type Txt2ImgFields = { readonly [Name in FieldName]: KindValues[Fields[Name][0]] | null };

/** Reads a body as stable-diffusion-webui does: no body is an empty one, unknown fields are ignored, null is taken everywhere. */
export function readTxt2ImgFields(body: unknown): Txt2ImgFields {
  const given = body === undefined ? {} : coerce('dict', body);
  if (given === undefined) throw validationError([{ loc: ['body'], ...refusals.dict }]);
  const errors: FieldError[] = [];
  const read = Object.entries(fields).map(([name, [kind, fallback]]) => {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    const understood = value === null ? null : coerce(kind, value);
    if (understood === undefined) errors.push({ loc: ['body', name], ...refusals[kind] });
    return [name, understood];
  });
  if (errors.length > 0) throw validationError(errors);
  return Object.fromEntries(read) as Txt2ImgFields;
}

/** A field's value, or what stable-diffusion-webui takes where the caller said null. */
export function effective<Name extends FieldName>(read: Txt2ImgFields, name: Name): Txt2ImgFields[Name] {
  return read[name] ?? (fields[name][1] as Txt2ImgFields[Name]);
}

const jsonTypes: Readonly<Record<Kind, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  dict: 'object',
};

/** The same fields as JSON Schema. */
export function txt2imgSchema(): Readonly<Record<string, unknown>> {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, [kind, fallback]]) => [
      name,
      { type: [jsonTypes[kind], 'null'], default: fallback },
    ]),
  );
  return { type: 'object', properties, additionalProperties: true };
}
