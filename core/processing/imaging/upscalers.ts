import type { KernelEnum, Sharp } from 'sharp';
import type { UpscalerName } from '../../contract/generate/passes.ts';

/** How an upscaler works. One that runs a network is a kind of its own: it is handed a runner, and has steps to tell. */
type UpscalerKind = { readonly kind: 'filter'; readonly kernel: keyof KernelEnum };

/** The family of upscalers, by the names that stable-diffusion-webui lists them under. */
export const upscalers = {
  Lanczos: { kind: 'filter', kernel: 'lanczos3' },
  Nearest: { kind: 'filter', kernel: 'nearest' },
} as const satisfies Readonly<Record<UpscalerName, UpscalerKind>>;
export type Upscaler = UpscalerName;

/** The one that needs no model and nobody has to choose. */
export const usualUpscaler: Upscaler = 'Lanczos';

/** The picture at exactly that size. */
export function resized(picture: Sharp, width: number, height: number, upscaler: Upscaler): Sharp {
  return picture.resize({ width, height, fit: 'fill', kernel: upscalers[upscaler].kernel });
}
