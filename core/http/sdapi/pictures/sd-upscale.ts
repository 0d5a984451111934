import { type TiledUpscale, UpscalerName } from '../../../contract/generate/passes.ts';
import { coerce } from '../coercion.ts';
import { raised } from '../errors.ts';
import type { Img2ImgFields } from './request-fields.ts';

const name = 'sd upscale';
const upscalerNames = ['None', ...UpscalerName.options];
const usual = { overlap: 64, upscaler: 'None', scale: 2 };
const argument = (label: string, value: string | number | null, bounds: object = {}) => ({
  label,
  value,
  minimum: null,
  maximum: null,
  step: null,
  choices: null,
  ...bounds,
});

/** The one script that there is, as `GET /sdapi/v1/script-info` lists it. */
export const sdUpscaleInfo = {
  name,
  is_alwayson: false,
  is_img2img: true,
  args: [
    argument('', ''),
    argument('Tile overlap', usual.overlap, { minimum: 0, maximum: 256, step: 16 }),
    argument('Upscaler', usual.upscaler, { choices: upscalerNames }),
    argument('Scale Factor', usual.scale, { minimum: 1, maximum: 4, step: 0.05 }),
  ],
} as const;

/**
 * What the script "SD upscale" asks for: `script_args` are a line for people, the overlap, an upscaler by name or place, and the scale.
 * With no upscaler the picture keeps its size. Null where another script, or none, is named.
 */
export function sdUpscaleOf({ script_name, script_args }: Img2ImgFields): TiledUpscale | null {
  if (script_name?.toLowerCase() !== name) return null;
  const [, overlap = usual.overlap, upscaler = usual.upscaler, scale = usual.scale] = script_args ?? [];
  const asked = typeof upscaler === 'number' ? upscalerNames[upscaler] : upscaler;
  const found = upscalerNames.find((known) => known.toLowerCase() === String(asked).toLowerCase());
  if (found === undefined) throw raised('ValueError', `'${String(asked).toLowerCase()}' is not in list`);
  const filter = UpscalerName.safeParse(found);
  return {
    overlap: coerce('int', overlap) ?? usual.overlap,
    upscaler: filter.data ?? 'Lanczos',
    scale: filter.success ? (coerce('float', scale) ?? usual.scale) : 1,
  };
}
