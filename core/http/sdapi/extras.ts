import type { FastifyInstance } from 'fastify';
import type { ImageTools, PictureInfo } from '../ports.ts';
import { coerce, type Kind, refusals } from './coercion.ts';
import { type FieldError, httpException, raised, validationError } from './errors.ts';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  /** Whether the bound itself is refused. */
  readonly above?: number;
}

/** The fields of `extra-single-image`, with their defaults and bounds. */
const fields = {
  resize_mode: ['int', 0, { min: 0, max: 1 }],
  show_extras_results: ['bool', true, {}],
  gfpgan_visibility: ['float', 0, { min: 0, max: 1 }],
  codeformer_visibility: ['float', 0, { min: 0, max: 1 }],
  codeformer_weight: ['float', 0, { min: 0, max: 1 }],
  upscaling_resize: ['float', 2, { above: 0 }],
  upscaling_resize_w: ['int', 512, { min: 1 }],
  upscaling_resize_h: ['int', 512, { min: 1 }],
  upscaling_crop: ['bool', true, {}],
  upscaler_1: ['str', 'None', {}],
  upscaler_2: ['str', 'None', {}],
  extras_upscaler_2_visibility: ['float', 0, { min: 0, max: 1 }],
  upscale_first: ['bool', false, {}],
} as const satisfies Record<string, readonly [Kind, unknown, Bounds]>;
type FieldName = keyof typeof fields;

/** What stable-diffusion-webui adds for parameters that a text doesn't name. */
const parameterDefaults: Readonly<Record<string, string | number | boolean>> = {
  'Clip skip': '1',
  'Hires resize-1': 0,
  'Hires resize-2': 0,
  'Hires sampler': 'Use same sampler',
  'Hires schedule type': 'Use same scheduler',
  'Hires checkpoint': 'Use same checkpoint',
  'Hires prompt': '',
  'Hires negative prompt': '',
  'Mask mode': 'Inpaint masked',
  'Masked content': 'original',
  'Inpaint area': 'Whole picture',
  'Masked area padding': 32,
  RNG: 'GPU',
  'Schedule type': 'Automatic',
  'Schedule max sigma': 0,
  'Schedule min sigma': 0,
  'Schedule rho': 0,
  'VAE Encoder': 'Full',
  'VAE Decoder': 'Full',
  'FP8 weight': 'Disable',
  'Cache FP16 weight for LoRA': false,
  Emphasis: 'Original',
  'Refiner switch by sampling steps': false,
};

/** Work on single pictures: what they say of themselves, and making them larger. */
export function addSdapiExtras(app: FastifyInstance, tools: ImageTools): void {
  app.post('/png-info', async (request) => {
    const body = dictOf(request.body);
    const info = await tools.info(decodePicture(textField(body, 'image')));
    if (info === null) throw invalidImage();
    return { info: info.infotext, items: itemsOf(info), parameters: parametersOf(info) };
  });
  app.post('/extra-single-image', async (request) => {
    const body = dictOf(request.body);
    const { image, told } = await enlarge(readFields(body), textField(body, 'image'));
    return { html_info: htmlOf(told), image };
  });
  app.post('/extra-batch-images', async (request) => {
    const body = dictOf(request.body);
    const read = readFields(body);
    const list = coerce('list', body.imageList);
    if (list === undefined) throw validationError([{ loc: ['body', 'imageList'], ...refusals.list }]);
    const images: string[] = [];
    let last = '';
    // One after the other: each may be large.
    for (const [index, item] of list.entries()) {
      const data = coerce('str', coerce('dict', item)?.data);
      if (data === undefined) throw validationError([{ loc: ['body', 'imageList', index, 'data'], ...refusals.str }]);
      const { image, told } = await enlarge(read, data);
      images.push(image);
      last = told;
    }
    return { html_info: htmlOf(last), images };
  });
  app.post('/interrogate', async (request) => {
    const body = dictOf(request.body);
    if (coerce('str', body.image ?? '') === '') throw httpException(404, 'Image not found');
    const model = coerce('str', body.model ?? 'clip');
    if (model !== 'clip' && model !== 'deepdanbooru') throw httpException(404, 'Model not found');
    decodePicture(textField(body, 'image'));
    // stable-diffusion-webui's own word where its interrogator can't be run.
    return { caption: '<error>' };
  });

  async function enlarge(read: ReadFields, image: string): Promise<{ image: string; told: string }> {
    for (const name of ['gfpgan_visibility', 'codeformer_visibility'] as const)
      if (Number(read[name]) > 0) throw raised('NotImplementedError', `${name}: there is no face restorer here`);
    const bytes = decodePicture(image);
    const size =
      read.resize_mode === 0
        ? { factor: Number(read.upscaling_resize) }
        : {
            width: Number(read.upscaling_resize_w),
            height: Number(read.upscaling_resize_h),
            crop: read.upscaling_crop === true,
          };
    const [upscaler, other] = [String(read.upscaler_1), String(read.upscaler_2)];
    for (const name of upscaler === 'None' ? [] : [upscaler, other])
      if (name !== 'None' && !tools.upscalerNames.includes(name))
        throw raised('AssertionError', `could not find upscaler named ${name}`);
    const visibility = Number(read.extras_upscaler_2_visibility);
    const second = other === 'None' || visibility === 0 ? null : { upscaler: other, visibility };
    const made = await tools.upscale(bytes, { size, upscaler, second });
    if (made === 'too_large') throw raised('ValueError', 'the picture would be too large');
    if (made === null) throw invalidImage();
    const { png, told } = made;
    return { image: Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString('base64'), told };
  }
}

/** As stable-diffusion-webui puts a text into its page. */
function htmlOf(text: string): string {
  const marks: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#x27;',
  };
  const escaped = text.replaceAll(/[&<>"']/g, (mark) => marks[mark] ?? mark);
  return `<p>${escaped.replaceAll('\n', '<br>\n')}</p>`;
}

type ReadFields = Readonly<Record<FieldName, unknown>>;

function readFields(given: Readonly<Record<string, unknown>>): ReadFields {
  const errors: FieldError[] = [];
  const read = Object.entries(fields).map(([name, [kind, fallback, bounds]]) => {
    const raw = given[name] ?? fallback;
    const value = coerce(kind, raw);
    if (value === undefined) errors.push({ loc: ['body', name], ...refusals[kind] });
    else if (typeof value === 'number') errors.push(...outside(name, value, bounds));
    return [name, value];
  });
  if (errors.length > 0) throw validationError(errors);
  return Object.fromEntries(read) as ReadFields;
}

/** In the words of pydantic 1. */
function outside(name: string, value: number, { min, max, above }: Bounds): FieldError[] {
  const at = ['body', name];
  if (above !== undefined && value <= above)
    return [{ loc: at, msg: `ensure this value is greater than ${above}`, type: 'value_error.number.not_gt' }];
  if (min !== undefined && value < min)
    return [
      { loc: at, msg: `ensure this value is greater than or equal to ${min}`, type: 'value_error.number.not_ge' },
    ];
  if (max !== undefined && value > max)
    return [{ loc: at, msg: `ensure this value is less than or equal to ${max}`, type: 'value_error.number.not_le' }];
  return [];
}

/** A picture as clients send one: base64, with or without the head of a data URL. Nothing is fetched. */
export function decodePicture(text: string): Uint8Array {
  const trimmed = text.trim();
  if (/^https?:/i.test(trimmed)) throw httpException(500, 'Requests not allowed');
  const base64 = trimmed.replace(/^data:image\/[^;,]*;base64,/, '');
  if (base64 === '' || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(base64)) throw invalidImage();
  return Buffer.from(base64, 'base64');
}

const invalidImage = () => httpException(500, 'Invalid encoded image');

function dictOf(body: unknown): Readonly<Record<string, unknown>> {
  const dict = coerce('dict', body ?? {});
  if (dict === undefined) throw validationError([{ loc: ['body'], ...refusals.dict }]);
  return dict;
}

function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const given = body[name];
  if (given === undefined)
    throw validationError([{ loc: ['body', name], msg: 'field required', type: 'value_error.missing' }]);
  const text = coerce('str', given ?? '');
  if (text === undefined) throw validationError([{ loc: ['body', name], ...refusals.str }]);
  return text;
}

/** What libraries write about the file itself is not told. */
const unsaid = new Set(['jfif', 'dpi', 'exif', 'icc_profile', 'gamma', 'srgb', 'Software']);

function itemsOf({ items }: PictureInfo): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(items).filter(([keyword]) => !unsaid.has(keyword)));
}

function parametersOf({ prompt, negativePrompt, parameters }: PictureInfo) {
  return { ...parameterDefaults, Prompt: prompt, 'Negative prompt': negativePrompt, ...parameters };
}
