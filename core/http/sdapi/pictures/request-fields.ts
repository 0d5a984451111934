import { coerce, type Kind, type KindValues, refusals } from '../coercion.ts';
import { type FieldError, validationError } from '../errors.ts';

/** Each field's kind, and what stable-diffusion-webui 1.10.1 takes in its place through its API (its page has other defaults). */
export type FieldTable = Readonly<Record<string, readonly [Kind, unknown]>>;

/** A request as it was understood: every field is there, null where the caller said null. */
export type FieldsOf<Table extends FieldTable> = { readonly [Name in keyof Table]: KindValues[Table[Name][0]] | null };

const shared = {
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
  comments: ['dict', null],
  force_task_id: ['str', null],
  sampler_index: ['str', 'Euler'],
  script_name: ['str', null],
  script_args: ['list', []],
  send_images: ['bool', true],
  save_images: ['bool', false],
  alwayson_scripts: ['dict', {}],
  infotext: ['str', null],
} as const satisfies FieldTable;

/** Of `POST /sdapi/v1/txt2img` alone: its second pass. */
export const txt2imgFields = {
  ...shared,
  denoising_strength: ['float', null],
  firstpass_image: ['str', null],
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
} as const satisfies FieldTable;

/** Of `POST /sdapi/v1/img2img`. */
export const img2imgFields = {
  ...shared,
  denoising_strength: ['float', 0.75],
  init_images: ['list', null],
  resize_mode: ['int', 0],
  image_cfg_scale: ['float', null],
  mask: ['str', null],
  mask_blur_x: ['int', 4],
  mask_blur_y: ['int', 4],
  mask_blur: ['int', null],
  mask_round: ['bool', true],
  inpainting_fill: ['int', 0],
  inpaint_full_res: ['bool', true],
  inpaint_full_res_padding: ['int', 0],
  inpainting_mask_invert: ['int', 0],
  initial_noise_multiplier: ['float', null],
  latent_mask: ['str', null],
  include_init_images: ['bool', false],
} as const satisfies FieldTable;

/** What both have: all that a picture of either kind is made by. */
export type SharedFields = FieldsOf<typeof shared> & { readonly denoising_strength: number | null };
export type Txt2ImgFields = FieldsOf<typeof txt2imgFields>;
export type Img2ImgFields = FieldsOf<typeof img2imgFields>;

/** Reads a body as stable-diffusion-webui does: no body is an empty one, unknown fields are ignored, null is taken everywhere. */
export function readFields<Table extends FieldTable>(table: Table, body: unknown): FieldsOf<Table> {
  const given = body === undefined ? {} : coerce('dict', body);
  if (given === undefined) throw validationError([{ loc: ['body'], ...refusals.dict }]);
  const errors: FieldError[] = [];
  const read = Object.entries(table).map(([name, [kind, fallback]]) => {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    const understood = value === null ? null : coerce(kind, value);
    if (understood === undefined) errors.push({ loc: ['body', name], ...refusals[kind] });
    return [name, understood];
  });
  if (errors.length > 0) throw validationError(errors);
  return Object.fromEntries(read) as FieldsOf<Table>;
}

/** A field's value, or what stable-diffusion-webui takes where the caller said null. */
export function effective<Name extends keyof typeof shared>(read: SharedFields, name: Name): SharedFields[Name] {
  return read[name] ?? (shared[name][1] as SharedFields[Name]);
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
export function fieldsSchema(table: FieldTable): Readonly<Record<string, unknown>> {
  const properties = Object.fromEntries(
    Object.entries(table).map(([name, [kind, fallback]]) => [
      name,
      { type: [jsonTypes[kind], 'null'], default: fallback },
    ]),
  );
  return { type: 'object', properties, additionalProperties: true };
}
